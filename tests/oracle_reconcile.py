#!/usr/bin/env python3
"""`loftyrun inbox reconcile`: what the sandbox has changed and never delivered becomes an event, once, whatever comes late, is
killed or fails meanwhile. What was lost and when things were changed is told by the sandbox, to a client that is not ours;
what the inbox holds is read by another program.

    tests/oracle_reconcile.py build/loftyrun [KILLS [SEED]]"""
import collections
import http.client
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import clock_shift
from sandbox_server import Server
from webhook_server import Receiver, check, count, finish, look, new_folder, path, post, say

BIN = os.path.abspath(sys.argv[1])
KILLS = int(sys.argv[2]) if len(sys.argv) > 2 else 6
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else int(os.environ.get("SEED", "11"))
PATIENCE = int(os.environ.get('PATIENCE', '90'))  # seconds for what is to happen; nothing is proven by how long it takes
MINUTE = 60 * 1000
HANDLERS = """local lofty = require "lofty"
lofty.on.webhook("lead.*", { name = "leads" }, function(event)
  local lead = event:fetch()
  local file = assert(io.open(os.getenv("OUT"), "a"))
  file:write(("%s %d %s %s\\n"):format(event.name, event.lead, event.reconciled, lead and lead.leadId == event.lead))
  file:close()
end)
"""


SHIM = clock_shift.build(tempfile.mkdtemp(prefix="shim."))


def call(server, method, target, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request(method, target, body=None if body is None else json.dumps(body),
                           headers={"Authorization": "token other", "Content-Type": "application/json"})
        reply = connection.getresponse()
        text = reply.read()
        assert reply.status == 200, (method, target, reply.status, text)
        return json.loads(text) if text else None
    finally:
        connection.close()


def until(condition):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())


class World:
    """A sandbox, a state folder, a clock that is put, and a daemon if one is wanted."""

    def __init__(self, *sandbox, handlers=None, profile=None):
        self.folder = new_folder()
        self.shift_file, self.out = os.path.join(self.folder, "shift"), os.path.join(self.folder, "out")
        self.file = os.path.join(self.folder, "handlers.lua")
        self.profile, self.daemon = profile, None
        for name, text in ((self.shift_file, "0"), (self.out, ""), (self.file, handlers or "")):
            with open(name, "w", encoding="utf-8") as file:
                file.write(text)
        clock = {"LD_PRELOAD": SHIM, "CLOCK_SHIFT": self.shift_file,
                 "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}
        os.environ.update(clock)  # the sandbox's clock is the same one
        self.server = Server(BIN, *sandbox)
        for name in clock:
            del os.environ[name]
        self.environment = dict(clock, LOFTY_BASE_URL=self.server.url, OUT=self.out)
        if handlers:
            self.begin()

    def begin(self):
        self.daemon = Receiver(BIN, self.folder, "127.0.0.1:0", self.file, environment=self.environment, profile=self.profile)
        assert self.daemon.wait_for(r"serving jobs"), self.daemon.errors

    def subscribe(self, port=1):
        call(self.server, "POST", "/v1.0/webhook", {"listId": 2, "callbackUrl": f"https://127.0.0.1:{port}{path()}"})

    def put_clock(self, minutes):
        with open(self.shift_file + ".new", "w", encoding="ascii") as file:
            file.write(str(minutes * MINUTE))
        os.rename(self.shift_file + ".new", self.shift_file)

    def start(self, *words):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOFTY", "XDG_"))}
        kept.update(self.environment, HOME=os.path.join(self.folder, "home"), LOFTY_API_KEY="key-of-this-test")
        return subprocess.Popen([BIN, "inbox", "reconcile", "--state", os.path.join(self.folder, "state"), *words], env=kept,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def reconcile(self, *words):
        child = self.start(*words)
        out, errors = child.communicate(timeout=PATIENCE)
        return child.returncode, out, errors

    def positions(self):
        return dict(look(self.folder, "SELECT key, value FROM entries JOIN spaces ON spaces.id = space"
                                      " WHERE name LIKE 'reconcile %'"))

    def wanted_positions(self):
        """Without that of what nobody wants here, which moves on."""
        return {name: value for name, value in self.positions().items() if name != "tasks"}

    def events(self, condition="state <> 'duplicate'"):
        return collections.Counter(look(self.folder, f"SELECT name, thing FROM inbox_events WHERE {condition}"))

    def handled(self):
        with open(self.out, encoding="ascii") as file:
            return collections.Counter(tuple(line.split()) for line in file)

    def settle(self):
        assert until(lambda: call(self.server, "GET", "/sandbox/deliveries")["waiting"] == 0)
        return call(self.server, "GET", "/sandbox/deliveries")["posts"]

    def looked(self):
        return int(self.positions().get("looked", 0))

    def wait_for_look(self):
        before = self.looked()
        return lambda: self.looked() > before

    def close(self):
        code = self.daemon.stop() if self.daemon else 0
        self.server.stop()
        shutil.rmtree(self.folder)
        return code


def new_lead(world, number):
    return call(world.server, "POST", "/v1.0/leads", {"firstName": f"N{number}", "emails": [f"n{number}@example.com"]})["leadId"]


def second_later():
    """Lofty's lists have seconds: a change is told from the creation by its second."""
    before = int(time.time())
    while int(time.time()) == before:
        time.sleep(0.01)


def test_daemon():
    """At its time the daemon finds what was lost; what comes late is a duplicate; nothing is found twice."""
    world = World("--seed", "empty", "--faults", "webhook-lost:100%", handlers=HANDLERS)
    world.subscribe(world.daemon.port)
    old = call(world.server, "GET", "/v1.0/leads?limit=10")["leads"]
    leads = [new_lead(world, number) for number in range(3)]
    second_later()
    call(world.server, "PUT", f"/v1.0/leads/{leads[0]}", {"stage": "Hot"})
    lost = world.settle()
    check("nothing was delivered", count(world.folder) == 0 and all(one.get("status") is None for one in lost), lost)
    done = world.wait_for_look()
    world.put_clock(61)
    wanted = collections.Counter({("lead.created", str(lead)): 1 for lead in leads})
    wanted["lead.updated", str(leads[0])] = 1
    check("the daemon looks when it is time", until(done), world.daemon.errors)
    check("what was lost is an event", world.events() == wanted, (old, world.events()))
    told = collections.Counter({(name, lead, "true", "true"): 1 for name, lead in wanted})
    check("its handler is called with it, marked", until(lambda: sum(world.handled().values()) >= 4) and
          world.handled() == told, world.handled())
    marks = look(world.folder, "SELECT DISTINCT reconciled, state FROM inbox_events")
    check("the inbox has the mark", {mark for mark, _ in marks} == {1}, marks)
    for one in lost:
        assert say(world.daemon, post(one["body"])) == 200
    check("what comes late is a duplicate", world.events("state = 'duplicate'") == wanted, world.events("1"))
    done = world.wait_for_look()
    world.put_clock(130)
    check("the next look finds nothing more", until(done) and world.events() == wanted, world.events())
    second_later()
    call(world.server, "PUT", f"/v1.0/leads/{leads[1]}", {"stage": "Hot"})
    check("it is said", world.daemon.wait_for("never delivered"), world.daemon.errors)
    done = world.wait_for_look()
    world.daemon.stop(signal.SIGKILL)
    world.begin()
    world.put_clock(260)
    wanted["lead.updated", str(leads[1])] = 1
    check("after a kill it goes on", until(done) and until(lambda: world.events() == wanted), world.events())
    check("handlers have run once for each", until(lambda: sum(world.handled().values()) == 5) and
          max(world.handled().values()) == 1, world.handled())
    check("and it ends", world.close() == 0)


def test_delivered():
    """What was delivered makes no event, and half of it lost is found, whatever else goes wrong with posts."""
    world = World("--seed", "empty", "--faults", f"webhook-lost:50%,webhook-twice:20%,webhook-reversed:20%,seed:{SEED}",
                  handlers=HANDLERS)
    world.subscribe(world.daemon.port)
    leads = []
    for number in range(12):
        leads.append(new_lead(world, number))
        time.sleep(0.06)  # a post of its own
    second_later()
    for lead in leads[:8]:
        call(world.server, "PUT", f"/v1.0/leads/{lead}", {"stage": "Hot"})
        time.sleep(0.06)
    posts = world.settle()
    lost = [one for one in posts if one.get("status") is None]
    delivered = collections.Counter(world.events())
    check("some was lost and some not", lost and sum(delivered.values()) > 0, (len(lost), delivered))
    done = world.wait_for_look()
    world.put_clock(61)
    wanted = collections.Counter({("lead.created", str(lead)): 1 for lead in leads})
    wanted.update({("lead.updated", str(lead)): 1 for lead in leads[:8]})
    check("all is there, once", until(done) and world.events() == wanted, (wanted - world.events(), world.events() - wanted))
    check("marked is what was lost", world.events("reconciled = 1") == wanted - delivered, world.events("reconciled = 1"))
    for one in posts:
        assert say(world.daemon, post(one["body"])) == 200
    check("all of it comes again, and is nothing new", world.events() == wanted, world.events() - wanted)
    check("each handled once", until(lambda: sum(world.handled().values()) >= 20) and
          max(world.handled().values()) == 1 and len(world.handled()) == 20, world.handled())
    check("and it ends", world.close() == 0)


def expected_of(world):
    """Created and updated leads as the sandbox shows them."""
    wanted, offset = collections.Counter(), 0
    while True:
        leads = call(world.server, "GET", f"/v1.0/leads?limit=100&offset={offset}")["leads"]
        if not leads:
            return wanted
        offset += len(leads)
        for lead in leads:
            wanted["lead.created", str(lead["leadId"])] = 1
            if lead["lastUpdateTime"] != lead["createTime"]:
                wanted["lead.updated", str(lead["leadId"])] = 1


def test_kills():
    """Killed anywhere, and failing: the position stays, and in the end each event is there once."""
    rng = random.Random(SEED)
    world = World("--seed", "large:3000")
    world.subscribe()
    code, out, errors = world.reconcile()
    check("the first time takes the position, and makes no events", code == 0 and "from now on" in out and
          count(world.folder) == 0, (code, out, errors))
    before, wanted, early, late = world.positions(), expected_of(world), 0, 0
    for _ in range(KILLS):
        child = world.start("--from", "2000-01-01T00:00:00Z")
        time.sleep(rng.uniform(0.02, 0.4))
        child.kill()
        child.communicate()
        if world.positions() == before:
            early += 1
        else:  # it was killed behind its end
            late += world.events() != wanted
            before = world.positions()
    check("a kill leaves the position where it was, or all was done", early > 0 and late == 0, (early, late))
    code, out, errors = world.reconcile("--from", "2000-01-01T00:00:00Z")
    wanted = expected_of(world)
    check("in the end all are there, once", code == 0 and world.events() == wanted,
          (code, errors, len(wanted), sum((wanted - world.events()).values()), sum((world.events() - wanted).values())))
    check("and the position has moved", world.positions() != before, world.positions())
    check("again there is nothing to make", world.reconcile("--from", "2000-01-01T00:00:00Z")[1].startswith("made 0 events"))
    world.close()


def test_failing():
    """An account that fails leaves the position; the command says so, the daemon with a line."""
    world = World("--seed", "large:500", "--faults", f"500:20%,lost-reply:8%,seed:{SEED}")
    connected = False
    while not connected:
        try:
            world.subscribe()
            connected = True
        except (AssertionError, OSError, http.client.HTTPException):
            pass
    world.reconcile()
    world.put_clock(30)
    before, failures, moved = world.wanted_positions(), 0, True
    for _ in range(60):
        code, out, errors = world.reconcile("--from", "2000-01-01T00:00:00Z", "--retries", "0")
        if code == 0:
            break
        failures += 1
        moved = moved and world.wanted_positions() == before
    check("it failed, and came to its end", failures > 0 and code == 0, (failures, code, errors))
    check("no failure has moved the position", moved, world.positions())
    rows = world.events()
    check("each event once", len(rows) >= 500 and max(rows.values()) == 1, len(rows))
    check("and with retries, later", world.reconcile("--from", "2000-01-01T00:00:00Z", "--retries", "20")[0] == 0)
    world.close()

    world = World("--seed", "empty", handlers=HANDLERS, profile='{ reconcile = "30m" }')
    before = world.wanted_positions()
    world.server.child.kill()
    world.server.child.wait()
    world.put_clock(31)
    line = world.daemon.wait_for(r"could not be compared with the inbox; that is tried again.*")
    check("the daemon says in a line that it failed", line, world.daemon.errors)
    check("and keeps the position of what is wanted", world.wanted_positions() == before, world.positions())
    check("it goes on taking webhooks", say(world.daemon, post(json.dumps(
        {"listId": 2, "teamId": 7, "updatedLead": [{"leadId": 5, "updateTime": 1}]}))) == 200)
    check("and it ends", world.daemon.stop() == 0)
    shutil.rmtree(world.folder)


def test_clock():
    """A look that dies is told of and made again, also where the clock is put back; one under way ends with the daemon."""
    world = World("--seed", "demo", "--faults", "latency:20s", handlers=HANDLERS, profile='{ reconcile = "10m" }')

    def look():
        out = subprocess.run(["ps", "--ppid", str(world.daemon.child.pid), "-o", "pid=,args="], stdout=subprocess.PIPE,
                             text=True, check=False).stdout
        found = re.search(r"^ *(\d+) .* reconcile due$", out, re.M)
        return found and int(found.group(1))

    world.put_clock(11)
    check("a look begins when it is due", until(look), world.daemon.errors)
    os.kill(look(), signal.SIGKILL)
    check("its death is told of", world.daemon.wait_for(r"could not be compared with the inbox why=.*died \(137\)"), world.daemon.errors)
    check("nor is it made again at once", not look())
    minutes = -100000
    world.put_clock(minutes)

    def look_in_time():
        nonlocal minutes
        minutes += 0 if look() else 11
        world.put_clock(minutes)
        return look()
    check("but in ten minutes, by a clock that was put back by months", until(look_in_time), (minutes, world.daemon.errors))
    child = look()
    check("the daemon ends, and it with it", world.daemon.stop() == 0 and not os.path.exists(f"/proc/{child}"), world.daemon.errors)
    world.server.child.kill()
    world.server.child.wait()
    shutil.rmtree(world.folder)


def test_tasks():
    """Tasks and appointments of this user, created, finished and changed."""
    world = World("--seed", "empty", handlers=HANDLERS.replace('"lead.*"', '"*"').replace("event:fetch()", "nil"))
    lead = new_lead(world, 1)
    second_later()

    def task(kind, content):
        return call(world.server, "POST", "/v2.0/tasks", {"leadId": lead, "type": kind, "content": content,
                                                           "assignedRole": "Agent", "startAt": "2031-01-01T09:00:00Z",
                                                           "endAt": "2031-01-01T10:00:00Z"})["taskId"]
    call_task, other, meeting = task("Call", "a"), task("Other", "b"), task("Appointment", "c")
    second_later()
    call(world.server, "POST", f"/v2.0/tasks/{call_task}/finish")
    call(world.server, "PUT", f"/v2.0/tasks/{other}", {"content": "d"})
    body = json.dumps({"listId": 10, "teamId": 13233, "createdTask": [
        {"taskId": other, "leadId": lead, "updateTime": int(time.time() * 1000)}]})
    assert say(world.daemon, post(body)) == 200
    done = world.wait_for_look()
    world.put_clock(61)
    wanted = {("lead.created", str(lead)): 1, ("task.created", str(call_task)): 1, ("task.created", str(other)): 1,
              ("appointment.created", str(meeting)): 1, ("task.finished", str(call_task)): 1}
    fine = until(done)
    found = world.events()
    # The change came in the second of a delivered event of the task, or it did not: both are right.
    found.pop(("task.updated", str(other)), None)
    check("tasks and appointments are looked at as well", fine and dict(found) == wanted, (dict(found), world.daemon.errors))
    check("only what was not delivered is marked", world.events("reconciled = 0") == {("task.created", str(other)): 1})
    check("and it ends", world.close() == 0)


def test_options():
    """What is refused, and what is only counted."""
    world = World("--seed", "demo")
    world.subscribe()
    code, out, _ = world.reconcile("--from", "2020-01-01T00:00:00Z", "--dry-run")
    found = re.match(r"would make (\d+) events", out)
    check("a dry run counts", code == 0 and found and int(found.group(1)) > 0 and count(world.folder) == 0
          if os.path.exists(os.path.join(world.folder, "state", "state.db")) else code == 0 and bool(found), (code, out))
    code, out, _ = world.reconcile("--from", "2020-01-01T00:00:00Z")
    check("and makes what it said", code == 0 and found and out.startswith(f"made {found.group(1)} events"), (code, out))
    holder = subprocess.Popen([BIN, "--state", os.path.join(world.folder, "state"), "--lock=inbox reconcile", "-e",
                               "print(1) io.stdout:flush() io.read()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              env=dict(os.environ, **world.environment, LOFTY_API_KEY="key-of-this-test",
                                       HOME=os.path.join(world.folder, "home")))
    holder.stdout.readline()
    check("never two at a time", world.reconcile()[0] == 7)
    holder.communicate()
    check("and then it goes on", world.reconcile()[0] == 0)
    check("a profile with a wrong interval is refused", refused(world, '{ reconcile = "15" }'))
    world.close()


def refused(world, profile):
    daemon = Receiver(BIN, world.folder, environment=world.environment, profile=profile)
    return daemon.stop() == 3 and "reconcile must be" in daemon.errors


def main():
    test_options()
    test_tasks()
    test_daemon()
    test_delivered()
    test_kills()
    test_failing()
    test_clock()
    finish()


main()
