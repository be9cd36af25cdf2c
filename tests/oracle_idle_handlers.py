#!/usr/bin/env python3
"""Handlers that no file registers any more: what waits for them is shown by inbox and serve, waits on, and goes when a person
says so, without touching what others have made of the same events.

    tests/oracle_idle_handlers.py build/loftyrun"""
import json
import os
import shutil
import signal
import subprocess
import sys

from webhook_server import Receiver, batch, check, finish, look, new_folder, post, say

BIN = os.path.abspath(sys.argv[1])
BOTH = """local lofty = require "lofty"
lofty.on.webhook("lead.*", { name = "old", timeout = "1m" }, function() error("not yet") end)
lofty.on.webhook("lead.updated", { name = "other" }, function() end)
"""
ONE = """local lofty = require "lofty"
lofty.on.webhook("lead.updated", { name = "other" }, function() end)
"""


def write(folder, text):
    with open(os.path.join(folder, "h.lua"), "w") as file:
        file.write(text)
    return os.path.join(folder, "h.lua")


def inbox(folder, *words, command="inbox"):
    environment = {"PATH": os.environ["PATH"], "HOME": os.path.join(folder, "home"), "LOFTY_API_KEY": "key-of-this-test"}
    return subprocess.run([BIN, command, *words, "--state", os.path.join(folder, "state")], env=environment,
                          capture_output=True, text=True)


def handlers(folder):
    return {one["name"]: one for one in json.loads(inbox(folder, "handlers", "--json").stdout)}


def states(folder, name):
    return [row[0] for row in look(folder, "SELECT w.state FROM inbox_work w JOIN inbox_handlers h ON h.id = w.handler"
                                   " WHERE h.name LIKE ? ORDER BY event", name)]


def settled(folder, name, number, state):
    for _ in range(1500):
        if states(folder, name).count(state) == number:
            return True
        subprocess.run(["sleep", "0.02"], check=True)
    return False


folder = new_folder()
file = write(folder, BOTH)
receiver = Receiver(BIN, folder, "127.0.0.1:0", file)
receiver.wait_for("serving")
say(receiver, post(batch(1, 3)))
check("before: one has failed with what the other is done with",
      settled(folder, "other", 3, "done") and settled(folder, "old", 3, "waiting"), look(folder, "SELECT * FROM inbox_work"))
taken = inbox(folder, "forget", "old")
check("what is served is not forgotten", taken.returncode == 2 and "a loftyrun serve has that handler now" in taken.stderr, taken)
write(folder, ONE)
receiver.child.send_signal(signal.SIGHUP)
told = receiver.wait_for(r"warn  events wait for a handler that nothing serves; .* events=3 handler=old|"
                         r"warn  events wait for a handler that nothing serves; .* handler=old events=3")
check("serve says that events wait for one that nothing serves", told, receiver.errors)
receiver.wait_for("the files were read again")
say(receiver, post(batch(4, 1)))
check("the other goes on", settled(folder, "other", 4, "done"), states(folder, "other"))
found = handlers(folder)
check("inbox handlers has both", {name: (one["served"], one["waiting"]) for name, one in found.items()}
      == {"old": (False, 4), "other": (True, 0)}, found)
jobs = inbox(folder, "list", command="job")
check("job list says where they are", jobs.stdout.startswith("no jobs yet for ") and "loftyrun inbox handlers" in jobs.stderr, jobs)
text = inbox(folder, "handlers").stdout.splitlines()
check("also as text", text[0].split() == ["NAME", "STATE", "WAITING", "EVENTS"]
      and text[1].split() == ["old", "not", "served", "4", "lead.*"] and text[2].strip() == file + ":2", text)
listed = inbox(folder, "list")
check("inbox list says so", "4 wait for the handler old, which nothing serves: loftyrun inbox handlers" in listed.stderr, listed)
forgotten = inbox(folder, "forget", "old")
check("forget says for how many", forgotten.stdout == "forgotten; 3 waited for it\n", forgotten)
check("nothing of it waits any more", set(states(folder, "old%")) == {"dropped"} and "old" not in handlers(folder), states(folder, "old%"))
rows = look(folder, "SELECT state, count(*) FROM inbox_events GROUP BY state")
check("what the other is done with is done", rows == [("done", 4)], rows)
check("and it is said no more", inbox(folder, "list").stderr == "")
check("there is none of that name", inbox(folder, "forget", "old").returncode == 2)
write(folder, BOTH)
receiver.errors = ""
receiver.child.send_signal(signal.SIGHUP)
receiver.wait_for("the files were read again")
say(receiver, post(batch(5, 1)))
check("registered again it begins with what comes then", settled(folder, "old", 1, "waiting"), states(folder, "old"))
receiver.stop()
shutil.rmtree(folder)
finish()
