#!/usr/bin/env python3
"""Handlers of webhooks (lofty.on.webhook) while their worker and the daemon are killed with SIGKILL, files are read again and
the clock is put: each event reaches its handler, what goes through lofty.once is there once, and a lead's events keep their
order. What happened is told by the handlers, in a file, and by the sandbox, to a client that is not ours.

    tests/oracle_handlers.py build/loftyrun [EVENTS [KILLS [SEED]]]"""
import collections
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import clock_shift
from webhook_server import Receiver, check, count, finish, look, new_folder, post, read_reply

BIN = os.path.abspath(sys.argv[1])
EVENTS = int(sys.argv[2]) if len(sys.argv) > 2 else 1200
KILLS = int(sys.argv[3]) if len(sys.argv) > 3 else 8
SEED = int(sys.argv[4]) if len(sys.argv) > 4 else int(os.environ.get("SEED", "11"))
LEADS = 40
PATIENCE = 90  # seconds for what is to happen; nothing is proven by how long it takes

HEAD = """local lofty = require "lofty"
local function tell(...)
  local file = assert(io.open(os.getenv("OUT"), "a"))
  file:write(table.concat({ ... }, " ") .. "\\n")
  file:close()
end
"""
LOAD = HEAD + """
local leads = {}
for id in os.getenv("LEADS"):gmatch("%d+") do leads[#leads + 1] = math.tointeger(tonumber(id)) end
lofty.on.webhook("lead.*", { name = "all", concurrency = 8 }, function(event)
  tell("begin", event.lead, event.id)
  lofty.once(event.key, function()
    return lofty.tasks.create { leadId = leads[event.id % #leads + 1], type = "Call", content = "event " .. event.id, assignedRole = "Agent",
      endAt = "2031-01-01T10:00:00Z" }
  end, { show_within = "1s", wait = "20s" })
  tell("all", event.lead, event.id)
end)
lofty.on.webhook("lead.updated", { name = "burst", coalesce = true, concurrency = 2 }, function(event)
  lofty.sleep(0.002)
  tell("burst", event.lead, event.id, event.coalesced)
end)
"""


class Sandbox:
    def __init__(self):
        self.child = subprocess.Popen([BIN, "sandbox", "--port", "0", "--rate-limit=100000/min"], stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL, text=True)
        self.url = self.child.stdout.readline().strip()

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", int(self.url.rsplit(":", 1)[1]), timeout=60)
        connection.request("GET", path, headers={"Authorization": "token other", "Content-Type": "application/json"})
        reply = connection.getresponse()
        return json.loads(reply.read())

    def leads(self):
        return [lead["leadId"] for lead in self.get("/v1.0/leads?limit=20")["leads"]]

    def contents(self):
        """How often each task is there. A lead has at most a thousand of them."""
        found = collections.Counter()
        for lead in self.leads():
            tasks = self.get(f"/v2.0/tasks?leadId={lead}&limit=1000").get("tasks", [])
            found.update(task["content"] for task in tasks if task["content"].startswith("event "))
        return found

    def stop(self):
        self.child.kill()
        self.child.wait()


class World:
    """A state folder with a file of handlers and a daemon."""

    def __init__(self, text, environment=None, preload=None, options=()):
        self.folder = new_folder()
        self.file, self.out = os.path.join(self.folder, "handlers.lua"), os.path.join(self.folder, "out")
        self.write(text)
        open(self.out, "w", encoding="ascii").close()
        self.environment = dict(environment or {}, OUT=self.out, ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=0")
        if preload:
            self.environment.update(LD_PRELOAD=preload, CLOCK_SHIFT=os.path.join(self.folder, "shift"))
        self.place, self.line, self.text, self.options = "127.0.0.1:0", None, text, options
        self.begin()

    def write(self, text):
        with open(self.file + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(self.file + ".new", self.file)

    def begin(self):
        self.daemon = Receiver(BIN, self.folder, self.place, *self.options, self.file, environment=self.environment)
        self.place = self.daemon.place
        return self.daemon.wait_for(r"serving jobs")

    def deliver(self, entries, array="updatedLead"):
        """Sends until it is answered with 200."""
        data = post(json.dumps({"listId": 2, "teamId": 7, array: entries}))
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if self.line is None:

                    self.line = socket.create_connection(("127.0.0.1", int(self.place.rsplit(":", 1)[1])), timeout=20)
                self.line.sendall(data)
                reply = read_reply(self.line)
            except OSError:
                reply = None
            if reply and reply[0] == 200:
                return True
            if reply is None:
                self.line = None
            time.sleep(0.01)
        return False

    def lines(self, word):
        with open(self.out, encoding="ascii") as file:
            return [[int(part) for part in line.split()[1:]] for line in file if line.split()[:1] == [word]]

    def workers(self):
        """Those that live: the processes of runs that have not ended."""
        found = []
        for (process,) in look(self.folder, "SELECT process FROM runs WHERE ended IS NULL"):
            try:
                with open(f"/proc/{process}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
                if words[1:3] == [b"job", b"work"]:
                    found.append(process)
            except OSError:
                pass
        return found

    def open(self):
        return count(self.folder, "state IN ('new', 'open')")

    def until(self, done):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if done():
                return True
            self.daemon.read_errors(0)
            time.sleep(0.05)
        return False

    def run(self, *words):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LOFTY")}
        environment.update(self.environment, HOME=os.path.join(self.folder, "home"), LOFTY_API_KEY="key-of-this-test")
        done = subprocess.run([BIN, *words, "--state", os.path.join(self.folder, "state")], capture_output=True, text=True,
                              env=environment, timeout=PATIENCE, check=False)
        return done.stdout + done.stderr

    def close(self):
        code = self.daemon.stop()
        shutil.rmtree(self.folder)
        return code


def in_order(lines):
    """The leads whose events did not come in their order; what was cut short may come again before the next one."""
    last, wrong = {}, set()
    for lead, event, *_ in lines:
        if event < last.get(lead, 0):
            wrong.add(lead)
        last[lead] = event
    return wrong


def test_kills():
    rng = random.Random(SEED)
    sandbox = Sandbox()
    world = World(LOAD, {"LOFTY_BASE_URL": sandbox.url, "LEADS": " ".join(map(str, sandbox.leads()))})
    state = {"sent": 0, "over": False}

    def send():
        while state["sent"] < EVENTS:
            entries = [{"leadId": rng.randint(1, LEADS), "updateTime": 1763880000000 + state["sent"] + number}
                       for number in range(rng.choice((1, 1, 2, 5, 20)))]
            if not world.deliver(entries):
                return
            state["sent"] += len(entries)
            time.sleep(0.01)
        state["over"] = True
    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    killed = collections.Counter()
    for number in range(KILLS):
        aim = EVENTS * (number + 1) // (KILLS + 1)
        world.until(lambda: len(world.lines("all")) >= aim or (state["over"] and world.open() == 0))
        time.sleep(rng.uniform(0, 0.05))
        what = ("worker", "daemon", "both", "reload")[number % 4]
        if what in ("worker", "both"):
            for process in world.workers():
                os.kill(process, signal.SIGKILL)
                killed["workers"] += 1
        if what in ("daemon", "both"):
            world.daemon.stop(signal.SIGKILL)
            world.begin()
        if what == "reload":
            world.write(LOAD + f"-- {number}\n")
            world.daemon.child.send_signal(signal.SIGHUP)
        killed[what] += 1
    sender.join(PATIENCE)
    settled = world.until(lambda: state["over"] and world.open() == 0)
    events = {row[0] for row in look(world.folder, "SELECT id FROM inbox_events WHERE state <> 'duplicate'")}
    done, begun, bursts = world.lines("all"), world.lines("begin"), world.lines("burst")
    check(f"{EVENTS} events, {KILLS} kills and reloads: all are settled", settled,
          (look(world.folder, "SELECT state, count(*) FROM inbox_events GROUP BY state"),
           look(world.folder, "SELECT state, count(*) FROM inbox_work GROUP BY state"), world.daemon.errors[-1500:]))
    check("there were kills", killed["workers"] > 0 and len(events) >= EVENTS, (killed, len(events)))
    check("each event has reached its handler", {event for _, event in done} == events,
          sorted(events - {event for _, event in done})[:10])
    contents = sandbox.contents()
    wanted = collections.Counter(f"event {event}" for event in events)
    check("what goes through lofty.once is there once", contents == wanted,
          (list((wanted - contents).items())[:5], list((contents - wanted).items())[:5]))
    check("in order per lead", not in_order(begun) and not in_order(bursts), (in_order(begun), in_order(bursts)))
    stood = {row[0] for row in look(world.folder, "SELECT event FROM inbox_work w JOIN inbox_handlers h ON h.id = handler"
                                                  " WHERE name = 'burst' AND w.state = 'coalesced'")}
    last = {row[0] for row in look(world.folder, "SELECT max(id) FROM inbox_events WHERE state <> 'duplicate' GROUP BY lead")}
    told = {line[1]: line[2] for line in bursts}
    final = set(told) - stood  # one that was told may have been cut short, and a later one stood for it
    check("of a burst the last has come, and told of the others",
          last <= set(told) and final | stood == events and sum(told[event] + 1 for event in final) == len(events),
          (len(last - set(told)), len(final), len(stood), len(events)))
    check("the daemon ends when told to, and its worker with it", world.close() == 0, world.daemon.errors[-500:])
    sandbox.stop()


def test_reload():
    """Files read again in the middle of running handlers: none is cut short, none runs in both."""
    text = HEAD + """lofty.on.webhook("lead.*", { concurrency = 4 }, function(event)
  tell("begin", event.lead, event.id)
  lofty.sleep(0.05)
  tell("end", event.lead, event.id)
end)
"""
    world = World(text)
    for number in range(200):
        world.deliver([{"leadId": number % 20 + 1, "updateTime": 1763880000000 + number}])
        if number % 25 == 24:
            world.write(text + f"-- {number}\n")
            world.daemon.child.send_signal(signal.SIGHUP)
    check("reloaded under load, all are handled", world.until(lambda: count(world.folder, "state = 'done'") == 200),
          (world.run("inbox", "list", "state=waiting"), world.daemon.errors[-800:]))
    begun, ended = world.lines("begin"), world.lines("end")
    check("each once, none cut short", len(begun) == 200 and sorted(begun) == sorted(ended) and not in_order(begun),
          (len(begun), len(ended), in_order(begun)))
    world.write("this is no Lua")
    world.daemon.child.send_signal(signal.SIGHUP)
    world.daemon.wait_for(r"the files were not taken")
    world.deliver([{"leadId": 1, "updateTime": 1}])
    check("a broken file leaves the handlers as they were", world.until(lambda: count(world.folder, "state = 'done'") == 201))
    check("and it ends", world.close() == 0)


def test_retries():
    """The schedule of Standard Webhooks, with up to a tenth more; what has failed ten times is dead."""
    folder = new_folder()
    text = HEAD + """lofty.on.webhook("lead.updated", { name = "bad" }, function(event)
  tell("try", event.lead, event.id, event.attempt)
  if event.lead == 1 and not io.open(os.getenv("OUT") .. ".repaired") then error("lead 1 is bad") end
end)
"""
    world = World(text, preload=clock_shift.build(folder))
    shift = 0

    def put(seconds):
        nonlocal shift
        shift += seconds * 1000
        with open(world.environment["CLOCK_SHIFT"] + ".new", "w", encoding="ascii") as file:
            file.write(str(int(shift)))
        os.rename(world.environment["CLOCK_SHIFT"] + ".new", world.environment["CLOCK_SHIFT"])
    put(0)
    world.deliver([{"leadId": 1, "updateTime": 1763880000001}, {"leadId": 1, "updateTime": 1763880000002},
                   {"leadId": 2, "updateTime": 1763880000003}])
    check("one that waits after a failure holds up its lead and no other",
          world.until(lambda: world.lines("try") and [2, 3, 1] in world.lines("try")) and [1, 2, 1] not in world.lines("try"),
          world.lines("try"))
    schedule = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    waits = []
    for attempt, seconds in enumerate(schedule, 1):
        world.until(lambda: len([1 for _, event, _ in world.lines("try") if event == 1]) == attempt and
                    look(world.folder, "SELECT attempt FROM inbox_work WHERE event = 1 AND state = 'waiting'") == [(attempt,)])
        ended, = look(world.folder, "SELECT max(ended) FROM inbox_tries WHERE event = 1")[0]
        due, = look(world.folder, "SELECT next_attempt FROM inbox_work WHERE event = 1")[0]
        waits.append((due - ended) / 1000)
        if attempt in (4, 9):  # what waits for hours or a day is in the store
            world.daemon.stop(signal.SIGKILL if attempt == 4 else signal.SIGTERM)
            world.begin()
        put(due / 1000 - time.time() - shift / 1000 + 0.2)
    check("tried again by the schedule", len(waits) == 9 and all(a <= b <= a * 1.1 for a, b in zip(schedule, waits)), waits)
    dead = world.until(lambda: count(world.folder, "id = 1 AND state = 'dead'") == 1)
    check("ten times, then dead", dead and [line for line in world.lines("try") if line[1] == 1][-1] == [1, 1, 10],
          world.lines("try"))
    check("which is said once, as an error", world.daemon.wait_for(r"error a handler has failed and gives up; loftyrun inbox show") and
          len(re.findall("gives up", world.daemon.errors)) == 1, world.daemon.errors[-800:])
    check("a dead one holds up nothing", world.until(lambda: [1, 2, 1] in world.lines("try")), world.lines("try"))
    shown = world.run("inbox", "show", "1")
    check("inbox shows its tries", "handler bad: dead, attempt 10" in shown and shown.count("lead 1 is bad") == 10, shown)
    check("inbox list finds it", "dead" in world.run("inbox", "list", "state=dead"))
    with open(world.out + ".repaired", "w", encoding="ascii"):
        pass
    check("inbox retry", "to be tried again: 2" in world.run("inbox", "retry", "lead=1"))
    check("it is done then", world.until(lambda: count(world.folder, "state = 'done'") == 3),
          look(world.folder, "SELECT id, state FROM inbox_events"))
    before = len(world.lines("try"))
    check("inbox replay", "to be handled again: 3" in world.run("inbox", "replay", "name=lead.*"))
    check("runs it again", world.until(lambda: len(world.lines("try")) == before + 3 and world.open() == 0), world.lines("try"))
    check("nothing to retry", "to be tried again: 0" in world.run("inbox", "retry", "state=done"))
    check("and it ends", world.close() == 0)
    shutil.rmtree(folder)


def test_slow():
    """A handler that is out of time has failed, and so has one whose error cannot say what it is."""
    world = World(HEAD + """lofty.on.webhook("lead.created", { timeout = "1s", retries = 0 }, function(event)
  tell("slow", event.lead, event.id)
  lofty.sleep(60)
end)
lofty.on.webhook("lead.deleted", { retries = 0 }, function()
  error(setmetatable({}, { __tostring = function() error("not this either") end }))
end)
""")
    world.deliver([{"leadId": 1, "updateTime": 1}], "createdLead")
    world.deliver([{"leadId": 1, "updateTime": 2}], "updatedLead")
    check("out of time is a failure", world.until(lambda: count(world.folder, "state = 'dead'") == 1))
    world.deliver([{"leadId": 1, "updateTime": 3}], "deletedLead")
    check("an error that cannot say what it is is a failure", world.until(lambda: count(world.folder, "state = 'dead'") == 2))
    check("what no handler takes is told", world.until(lambda: count(world.folder, "state = 'unhandled'") == 1))
    check("and it ends", world.close() == 0)


def test_limits():
    """What serve is given holds for each event: a shorter --timeout, and --max-requests also inside lofty.once and tasks."""
    sandbox = Sandbox()
    world = World(HEAD + """lofty.on.webhook("lead.created", { retries = 0 }, function() lofty.sleep(50) end)
lofty.on.webhook("lead.updated", { retries = 0 }, function(event)
  lofty.leads.list { limit = 1 }
  lofty.once(event.key, function() lofty.spawn(lofty.leads.list, { limit = 1 }):wait() end)
  local _, err = lofty.try(lofty.leads.list, { limit = 1 })
  tell("third", event.lead, err and err.code == "TOO_MANY_CALLS" and 1 or 0)
end)
""", {"LOFTY_BASE_URL": sandbox.url}, options=["--max-requests", "2", "--timeout", "1"])
    world.deliver([{"leadId": 7, "updateTime": 1}], "createdLead")
    check("a shorter --timeout holds for a handler", world.until(lambda: count(world.folder, "state = 'dead'") == 1))
    world.deliver([{"leadId": number, "updateTime": 1} for number in range(1, 5)])
    check("each event may make as many requests as --max-requests says",
          world.until(lambda: sorted(world.lines("third")) == [[number, 1] for number in range(1, 5)]), world.lines("third"))
    check("and the handler goes on", world.until(lambda: count(world.folder, "state = 'done'") == 4))
    world.close()
    sandbox.stop()


def test_fetch():
    """The thing behind the ping, with its id digit for digit; nil and "deleted" where it is gone."""
    sandbox = Sandbox()
    lead = sandbox.leads()[0]
    world = World(HEAD + """lofty.on.webhook("*", { retries = 0 }, function(event)
  local thing, why = event:fetch()
  tell("fetched", event.id, thing and thing.leadId or 0, why == "deleted" and 1 or 0)
end)
""", {"LOFTY_BASE_URL": sandbox.url})
    world.deliver([{"leadId": lead, "updateTime": 1}, {"leadId": 651095960136649, "updateTime": 2}])
    fine = world.until(lambda: count(world.folder, "state = 'done'") == 2)
    check("event:fetch reads it, or says that it is deleted", fine and sorted(world.lines("fetched")) ==
          [[1, lead, 0], [2, 0, 1]], (world.lines("fetched"), world.daemon.errors[-500:]))
    check("and it ends", world.close() == 0)
    sandbox.stop()


def test_burst():
    """What came at once is given to its handler bit by bit, so that the handler goes on meanwhile."""
    number = 10000
    world = World(HEAD + 'lofty.on.webhook("lead.*", {}, function() end)\n')
    for first in range(0, number, 500):
        world.deliver([{"leadId": event, "updateTime": 1763880000000 + event} for event in range(first, first + 500)])
    seen = []

    def all_given():
        seen.append(look(world.folder, "SELECT considered, (SELECT count(*) FROM inbox_work WHERE state = 'done')"
                                       " FROM inbox_handlers")[0])
        return seen[-1][0] == number
    world.until(all_given)
    check("while it is given what came at once, a handler does an event for each hundred", seen[-1][1] >= number // 100, seen[-5:])
    changes = ["INSERT INTO inbox_events (delivery, position, name, received, state) VALUES (1, 1, 'a', 1, 'new')",
               "INSERT INTO inbox_work VALUES (1, 1, 1, 'waiting', 0, 0, 0, 0, NULL, NULL, NULL, NULL)",
               "UPDATE inbox_events SET state = 'done' WHERE id = 1",
               "UPDATE inbox_work SET state = 'done' WHERE event = 1 AND handler = 1"]
    costly = [change for change in changes if any(row[1] == "OpenEphemeral" for row in look(world.folder, "EXPLAIN " + change))]
    check("no change of an event takes a table in memory, whatever indices there are", not costly, costly)
    check("and it ends", world.close() == 0)


def main():
    test_fetch()
    test_burst()
    test_retries()
    test_reload()
    test_slow()
    test_limits()
    test_kills()
    finish()


main()
