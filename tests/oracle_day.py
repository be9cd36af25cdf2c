#!/usr/bin/env python3
"""A day in a sandbox, by a clock that is put: a client that is not ours changes what the twelve lists tell of, and each change
has its effect once, in order for each lead, whatever goes wrong on the way. Deliveries come twice, late, in the wrong order, in
part, again, hours later or never; calls of handlers meet 429, 500, replies that are cut or lost; daemon, workers and looks at the
account are killed, files are read again, the disk is full for a moment. Effects are counted by a client that is not ours.

    tests/oracle_day.py build/loftyrun [MINUTES [SEED]]

MINUTES of the day go by; `make test` takes the better part of an hour, 1440 takes some minutes."""
import collections
import hashlib
import http.client
import http.server
import json
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import clock_shift
from sandbox_server import Server
from webhook_changes import IDS, Client
from webhook_server import Receiver, check, finish, look, new_folder, path, post, read_reply, results

BIN = os.path.abspath(sys.argv[1])
MINUTES = int(sys.argv[2]) if len(sys.argv) > 2 else 40
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else int(os.environ.get("SEED", "1"))
PATIENCE = int(os.environ.get("PATIENCE", "120"))  # seconds for what is to happen; nothing is proven by how long it takes
DELIVERIES = "webhook-twice:15%,webhook-late:15%,webhook-reversed:15%,webhook-odd-time:20%,webhook-again:100%"
CALLS = "429:3%,500:2%,503-after:2%,cut:2%,lost-reply:3%,reset:2%,latency:0ms..30ms:30%,wait:100ms"
SINKS = 12
KINDS = ["agent", "lead", "activity", "alert", "transaction", "call", "email", "text", "note", "task", "appointment", "pipeline"]
BEGAN = time.monotonic()
REACHES = 2000  # milliseconds: Lofty's lists have seconds, and what is changed within one shows once

HANDLER = """local lofty = require "lofty"
local sinks, count = {}, 0
for id in os.getenv("SINKS"):gmatch("%d+") do
  count = count + 1
  sinks[count] = math.tointeger(tonumber(id))
  sinks[sinks[count]] = true
end
local function tell(...)
  local file = assert(io.open(os.getenv("OUT"), "a"))
  assert(file:write(table.concat({ ... }, " ") .. "\\n") and file:close())
end
lofty.on.webhook("*", { name = "day", concurrency = 6 }, function(event)
  if sinks[event.lead] then return end -- what this handler has made itself
  tell("begin", event.lead or 0, event.id)
  if event.attempt == 1 and event.id % 17 == 0 then error("the first time this fails") end
  if event.id % 3 == 0 then event:fetch() end -- what is deleted since fails twice, and its lead waits
  lofty.once(event.key, function()
    return lofty.tasks.create { leadId = sinks[event.id % count + 1], type = "Call", assignedRole = "Agent",
      endAt = "2041-01-01T10:00:00Z", content = ("day %s %s %s %d %s"):format(event.name, event.thing or "-",
        event.lead or 0, event.time, event.reconciled and "found" or "told") }
  end, { show_within = "1s", wait = "20s" })
  tell("end", event.lead or 0, event.id)
end)
"""


class Road:
    """What stands between Lofty and the receiver: hands posts on, in part, without their answer, hours later or never."""

    def __init__(self, kept):
        self.kept, self.port, self.lock = kept, None, threading.Lock()
        self.tries, self.held, self.lost = collections.Counter(), [], []
        self.acknowledged, self.statuses, self.is_smooth = [], collections.Counter(), False
        road = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                status = road.take(self.path, self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, target, body):
        with self.lock:
            self.tries[body] += 1
            number = self.tries[body]
            draw = int(hashlib.sha256(b"%d %d " % (SEED, number) + body).hexdigest()[:8], 16) / 2 ** 32
            if self.is_smooth or target != path():
                draw = 1
            if draw < 0.3 and number == 1 and self.may_lose(body):
                (self.lost if draw < 0.15 else self.held).append(body)
                return 200
        if draw < 0.05:  # half of it, and the line breaks
            self.pass_on(body, len(body) // 2)
            return 502
        status = self.pass_on(body)
        return 502 if draw < 0.12 else status or 502  # or its answer is lost

    def may_lose(self, body):
        """What shows in the account afterwards, so that it can be found there."""
        read = json.loads(body)
        names = [name for name in read if isinstance(read[name], list)]
        if names == ["createdLead"] or names == ["updatedLead"]:
            return all(entry["leadId"] in self.kept for entry in read[names[0]])
        return names in (["createdTask"], ["finishedTask"]) and all(e["leadId"] in self.kept for e in read[names[0]])

    def pass_on(self, body, most=None):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=60) as line:
                data = post(body)
                line.sendall(data[:len(data) - len(body) + most] if most is not None else data)
                reply = read_reply(line) if most is None else None
        except OSError:
            reply = None
        if reply:
            with self.lock:
                self.statuses[reply[0]] += 1
                if reply[0] == 200:
                    self.acknowledged.append(body)
        return reply and reply[0]

    def hand_over_held(self):
        for body in self.held:
            end = time.monotonic() + PATIENCE
            while self.pass_on(body) != 200 and time.monotonic() < end:
                time.sleep(0.05)


def changes_of(body):
    """(name, thing, lead, time) of each entry of a post."""
    read = json.loads(body)
    for array, entries in read.items():
        if isinstance(entries, list):
            name = f"{KINDS[read['listId'] - 1]}.{array[:array.index(next(c for c in array if c.isupper()))]}"
            for entry in entries:
                thing = entry.get(IDS[read["listId"]]) if read["listId"] in IDS else None
                yield name, str(thing or "-"), entry.get("leadId", 0), entry["updateTime"]


class Day:
    def __init__(self):
        self.rng, self.folder, self.shift = random.Random(SEED), new_folder(), 0
        self.out, self.file = os.path.join(self.folder, "out"), os.path.join(self.folder, "handlers.lua")
        self.write(self.out, "")
        self.write(self.file, HANDLER)
        clock = {"LD_PRELOAD": clock_shift.build(self.folder), "CLOCK_SHIFT": os.path.join(self.folder, "shift"),
                 "CLOCK_PASSES": "1",
                 "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}
        self.write(clock["CLOCK_SHIFT"], "0")
        os.environ.update(clock)  # all have the same clock
        self.lofty = Server(BIN, "--seed", "empty", "--faults", f"{DELIVERIES},seed:{SEED}")
        self.gateway = Server(BIN, "--upstream", self.lofty.url, "--faults", f"{CALLS},seed:{SEED}",
                              ledger=os.path.join(self.folder, "ledger"))
        for name in clock:
            del os.environ[name]
        self.client, self.kept, self.killed = Client(self.lofty), set(), collections.Counter()
        self.sinks = [self.client.lead(f"sink{number}") for number in range(SINKS)]
        self.client.expected = []
        self.road = Road(self.kept)
        self.environment = dict(clock, LOFTY_BASE_URL=self.gateway.url, OUT=self.out, SINKS=" ".join(map(str, self.sinks)))
        self.place, self.looks, self.work = "127.0.0.1:0", [], []
        self.begin()

    @staticmethod
    def write(name, text):
        with open(name + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(name + ".new", name)

    def begin(self):
        def prepare():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        self.daemon = Receiver(BIN, self.folder, self.place, "--subscribe", f"https://127.0.0.1:{self.road.server.server_port}",
                               self.file, environment=self.environment, profile='{ reconcile = "30m" }', prepare=prepare)
        assert self.daemon.wait_for(r"serving jobs"), self.daemon.errors
        self.place, self.road.port = self.daemon.place, self.daemon.port

    def put_clock(self, minutes):
        self.shift += int(minutes * 60000)
        self.write(self.environment["CLOCK_SHIFT"], str(self.shift))

    def until(self, condition, meanwhile=None):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if condition():
                return True
            self.daemon.read_errors(0)
            if meanwhile:
                meanwhile()
            time.sleep(0.05)
        return bool(condition())

    def children(self):
        """The daemon's: workers, and looks at the account and at the subscriptions."""
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as stat:
                    if int(stat.read().rsplit(")", 1)[1].split()[1]) == self.daemon.child.pid:
                        found.append(int(name))
            except (OSError, IndexError):
                pass
        return found

    def look(self, *words):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOFTY", "XDG_"))}
        kept.update(self.environment, HOME=os.path.join(self.folder, "home"), LOFTY_API_KEY="key-of-this-test")
        return subprocess.Popen([BIN, "inbox", "reconcile", "--log-level", "error", "--state", os.path.join(self.folder, "state"),
                                 *words], env=kept, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    # What goes wrong

    def kill_daemon(self):
        self.daemon.stop(signal.SIGKILL)
        self.begin()

    def kill_child(self):
        children = self.children()
        if children:
            os.kill(self.rng.choice(children), signal.SIGKILL)

    def kill_all(self):
        for child in self.children():
            os.kill(child, signal.SIGKILL)
        self.kill_daemon()

    def kill_look(self):
        child = self.look("--from", "2020-01-01T00:00:00Z")
        time.sleep(self.rng.uniform(0, 0.5))
        child.kill()
        child.communicate()

    def read_again(self):
        self.write(self.file, f"{HANDLER}-- {self.shift}\n")
        self.daemon.child.send_signal(signal.SIGHUP)

    def fill_disk(self):
        """No file can be written for a moment, by whom it may be."""
        everybody = [self.daemon.child.pid, *self.children()]
        for limit in (0, resource.RLIM_INFINITY):
            for process in everybody:
                try:
                    resource.prlimit(process, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
                except ProcessLookupError:
                    pass
            time.sleep(self.rng.uniform(0.05, 0.4) if limit == 0 else 0)

    def end_by_hand(self):
        self.daemon.stop()
        self.begin()

    # The day

    def change(self, number):
        """A lead with everything that can happen to it, some of them deleted; and one that stays, so that it can be found."""
        client = self.client
        lead = client.lead(number)
        client.work_on(lead, number)
        if self.rng.random() < 0.4:
            client.delete(lead)
        kept = client.lead(f"kept{number}")
        self.kept.add(kept)
        task = client.call("POST", "/v2.0/tasks", {"leadId": kept, "type": "Call", "content": "c", "assignedRole": "Agent",
                                                   "endAt": "2041-01-01T10:00:00Z"})["taskId"]
        client.expect(10, "created", task, kept)
        self.work.append((kept, task))

    def change_again(self, number):
        """What stays is changed later."""
        for kept, task in self.work:
            if self.rng.random() < 0.5:
                self.client.call("PUT", f"/v1.0/leads/{kept}", {"lastName": f"L{number}"})
                self.client.expect(2, "updated", lead=kept)
            if self.rng.random() < 0.3:
                self.client.call("POST", f"/v2.0/tasks/{task}/finish")
                self.client.expect(10, "finished", task, kept)
                self.work = [(lead, other) for lead, other in self.work if other != task]
        self.work = self.work[-6:]

    def go(self):
        faults, passed, number = [self.kill_all, self.fill_disk, self.kill_look, self.read_again, self.end_by_hand,
                                  self.kill_child, self.kill_daemon], 0, 0
        assert self.until(lambda: len(self.client.call("GET", "/v1.0/webhooks")) == 12), self.daemon.errors
        while passed < MINUTES:
            for _ in range(self.rng.randint(1, 2)):
                number += 1
                self.change(number)
            self.change_again(number)
            what = faults.pop(0) if faults else self.rng.choice((self.kill_daemon, self.kill_child, self.kill_child, self.fill_disk,
                                                                 self.kill_look, self.kill_all, self.read_again))
            time.sleep(self.rng.uniform(0, 0.4))
            what()
            self.killed[what.__name__] += 1
            self.until(lambda: self.client.call("GET", "/sandbox/deliveries")["waiting"] == 0)
            # What is under way has come to its end, as it has in real minutes: a day's clock does not jump in the middle of a call.
            assert self.until(lambda: self.handled() == 0), self.daemon.errors
            minutes = self.rng.choice((3, 8, 12, 25))
            passed += minutes
            self.put_clock(minutes)

    def handled(self):
        return look(self.folder, "SELECT count(*) FROM inbox_work WHERE state = 'running'")[0][0]

    def open(self):
        return look(self.folder, "SELECT count(*) FROM inbox_events WHERE state IN ('new', 'open')")[0][0]

    def settle(self):
        """The evening: all has come, also what was held up on the road, and has been looked for; all is handled."""
        assert self.until(lambda: self.client.call("GET", "/sandbox/deliveries")["waiting"] == 0)
        self.road.is_smooth = True
        self.put_clock(21)
        end = time.monotonic() + PATIENCE
        while True:
            child = self.look()
            _, errors = child.communicate(timeout=PATIENCE)
            if child.returncode == 0 or time.monotonic() > end:
                break
            self.daemon.read_errors(0.2)  # the daemon's own may be at it
        check("the account can be compared with the inbox in the end", child.returncode == 0, errors)
        self.road.hand_over_held()
        still = 0

        def go_on():  # to when the next ones are tried again, where none is being handled
            nonlocal still
            still = 0 if self.handled() else still + 1
            due = look(self.folder, "SELECT min(next_attempt) FROM inbox_work WHERE state = 'waiting'")[0][0]
            if still > 8 and due:
                self.put_clock(max(0, due / 60000 - time.time() / 60 - self.shift / 60000) + 0.1)
                still = 0

        def is_over():
            return self.open() == 0 and self.client.call("GET", "/sandbox/deliveries")["waiting"] == 0 and self.open() == 0
        over = self.until(is_over, go_on)
        self.put_clock(1)  # what was made last shows
        return over

    def effects(self):
        """What handlers have made, by a client of its own: Counter of (name, thing, lead, time, how)."""
        found = collections.Counter()
        for sink in self.sinks:
            connection = http.client.HTTPConnection("127.0.0.1", self.lofty.port, timeout=60)
            connection.request("GET", f"/v2.0/tasks?leadId={sink}&limit=1000", headers={"Authorization": "token other",
                                                                                     "Content-Type": "application/json"})
            tasks = json.loads(connection.getresponse().read()).get("tasks", [])
            connection.close()
            assert len(tasks) < 1000
            for task in tasks:
                _, name, thing, lead, at, how = task["content"].split()
                found[name, thing, int(lead), int(at), how] += 1
        return found

    def lines(self, word):
        with open(self.out, encoding="ascii", errors="replace") as file:
            for line in file:
                words = line.split()
                if words[:1] == [word] and len(words) == 3 and all(part.isdigit() for part in words[1:]):
                    yield int(words[1]), int(words[2])

    def judge_changes(self):
        """Each change that was told has its effect once; one that was not, its own or that of a later one."""
        effects = self.effects()
        check("no effect is there twice", all(times == 1 for times in effects.values()),
              [effect for effect, times in effects.items() if times > 1])
        # Counted without times: what the client did, less what was lost, is the least; nothing is more than it did.
        made = collections.Counter((f"{KINDS[number - 1]}.{verb}", thing or "-", lead or 0)
                                   for number, verb, thing, lead in self.client.expected)
        lost = [change for body in self.road.lost + self.road.held for change in changes_of(body)]
        lost_count = collections.Counter(change[:3] for change in lost)
        done = collections.Counter(effect[:3] for effect in effects)
        strange = {key: (done[key], made[key]) for key in done if done[key] > made[key]}
        check("nothing was done that has not happened", not strange, list(strange.items())[:10])
        missing = {key: (done[key], made[key], lost_count[key]) for key in made
                   if done[key] < made[key] - lost_count[key]}
        check(f"each of {sum(made.values())} changes has its effect", not missing, list(missing.items())[:10])
        uncovered = []
        for name, thing, lead, at in lost:
            moment = int(at) if isinstance(at, int) or at.isdigit() else None
            if moment and not any(effect[0].split(".")[0] == name.split(".")[0] and effect[1] == thing and
                                  effect[3] > moment - REACHES for effect in effects):
                uncovered.append((name, thing, lead, at))
        check("what was lost on the road is found, or what came after it", not uncovered, uncovered[:10])
        found = [effect for effect in effects if effect[4] == "found"]
        # What was changed again later, and told then, needs not be found.
        check(f"{len(found)} were found of {len(lost)} that did not come in time", (len(lost) < 10 or found)
              and len(found) <= len(lost), (len(found), len(lost)))
        again = {key: count for key, count in done.items() if count != made[key] and not lost_count[key]}
        check("exactly once, where nothing was lost", not again, list(again.items())[:10])

    def judge(self):
        settled = self.settle()
        states = dict(look(self.folder, "SELECT state, count(*) FROM inbox_events GROUP BY state"))
        check("all is settled", settled, (states, look(self.folder, "SELECT event, state, attempt FROM inbox_work WHERE state <> 'done'"
                                                                  " LIMIT 20"), self.daemon.errors[-1500:]))
        check("nothing is dead, unreadable or unhandled", set(states) <= {"done", "duplicate"}, states)
        raws = {(number, array, json.dumps(json.loads(raw), sort_keys=True)) for number, array, raw in look(
            self.folder, "SELECT list_id, array_name, raw FROM inbox_events")}
        acknowledged = {(json.loads(body)["listId"], array, json.dumps(entry, sort_keys=True))
                        for body in self.road.acknowledged for array, entries in json.loads(body).items()
                        if isinstance(entries, list) for entry in entries}
        check(f"{len(acknowledged)} entries that were answered with 200 are in the inbox", acknowledged <= raws,
              list(acknowledged - raws)[:5])
        self.judge_changes()
        last, wrong = {}, set()
        for lead, event in self.lines("begin"):
            if lead and event < last.get(lead, 0):
                wrong.add((lead, event))
            last[lead] = event
        check("a lead's events were handled in order", not wrong and last, list(wrong)[:10])
        code = self.daemon.stop()
        check("it ends when told to", code == 0 and "Sanitizer" not in self.daemon.errors, (code, self.daemon.errors[-500:]))
        faults = self.gateway.stop()["faults"]
        check("there was trouble on every path", sum(faults.values()) > 10 and states.get("duplicate", 0) > 0 and
              self.killed["kill_all"], (self.killed, faults, self.road.statuses, states))
        print(f"  {dict(self.killed)}, {faults}, {dict(self.road.statuses)}, {states}", flush=True)

    def close(self):
        self.lofty.stop()
        if results["failed"]:
            print(f"  what it kept: {self.folder}", flush=True)
        else:
            shutil.rmtree(self.folder)


day = Day()
day.go()
print(f"  the day: {time.monotonic() - BEGAN:.1f} s", flush=True)
day.judge()
day.close()
finish()
