#!/usr/bin/env python3
"""`loftyrun serve --on-failure`: the command is told of events that are dead, once, by whichever daemon and after whatever
restart, at most every quarter of an hour, and the daemon does not wait for it. The clock is put by clock_shift.c; that a
daemon has looked since then is known by a job that it has run in the same round.

    tests/oracle_dead_letters.py build/loftyrun [EVENTS]"""
import json
import os
import re
import shutil
import sys
import time

import clock_shift
from webhook_server import SECRET, Receiver, check, count, finish, new_folder, post, say

BIN = os.path.abspath(sys.argv[1])
EVENTS = int(sys.argv[2]) if len(sys.argv) > 2 else 300
PATIENCE = 90  # seconds for what is to happen; nothing is proven by how long it takes
MINUTE = 60
JOB = """local lofty = require "lofty"
lofty.on.schedule("* * * * *", { name = "%s" }, function()
  local file = assert(io.open(os.getenv("OUT"), "a"))
  file:write("%s ", os.time(), "\\n")
  file:close()
end)
"""
HANDLER = 'lofty.on.webhook("lead.*", { retries = 0 }, function() error("no", 0) end)\n'
TELL = ('cat >&2; echo "$LOFTYRUN_JOB/$LOFTYRUN_SCRIPT/$LOFTYRUN_RUN/$LOFTYRUN_EXIT_CODE/$LOFTYRUN_MESSAGE" '
        f'$(env | grep -c "{SECRET}\\|key-of-this-test") >> "$TOLD"')


def told_of(number):
    events = "1 event has" if number == 1 else f"{number} events have"
    return f"webhooks/inbox//8/{events} become dead: loftyrun inbox list state=dead 0"


class World:
    def __init__(self):
        self.folder, self.shift, self.sent, self.daemons = new_folder(), 0, 0, []
        self.said = ""  # by daemons that have ended
        names = {name: os.path.join(self.folder, name) for name in ("out", "told", "shift")}
        for name in names.values():
            self.write(name, "")
        for name, text in (("first", JOB % ("first", "first") + HANDLER), ("second", JOB % ("second", "second"))):
            self.write(os.path.join(self.folder, name + ".lua"), text)
        self.names = names
        self.write_profile("")
        self.environment = {"OUT": names["out"], "TOLD": names["told"], "CLOCK_SHIFT": names["shift"],
                            "LD_PRELOAD": clock_shift.build(self.folder),
                            "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}

    def write_profile(self, settings):
        """Whatever it says, nothing outside is asked."""
        folder = os.path.join(self.folder, "home", ".config", "loftyrun")
        os.makedirs(folder, exist_ok=True)
        self.write(os.path.join(folder, "config.lua"),
                   "return { profiles = { default = { " + settings + "webhooks = { reconcile = 'off' } } } }")

    def write(self, name, text):
        with open(os.open(name + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(name + ".new", name)

    def lines(self, name):
        with open(self.names[name], encoding="utf-8") as file:
            return file.read().splitlines()

    def begin(self, command, name="first"):
        options = ["--on-failure", command] if command else []
        daemon = Receiver(BIN, self.folder, "127.0.0.1:0", *options, os.path.join(self.folder, name + ".lua"),
                          environment=self.environment)
        daemon.name = name
        daemon.wait_for("serving jobs")
        self.daemons.append(daemon)

    def end(self):
        codes = []
        for daemon in self.daemons:
            codes.append(daemon.stop())
            self.said += daemon.errors
        self.daemons = []
        return set(codes) == {0}

    def restart(self, command):
        fine = self.end()
        self.begin(command)
        return fine

    def all_said(self):
        return self.said + "".join(daemon.errors for daemon in self.daemons)

    def until(self, done):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for daemon in self.daemons:
                daemon.read_errors(0)
            if done():
                return True
            time.sleep(0.05)
        return False

    def die(self, number):
        """So many events more are dead."""
        for first in range(self.sent, self.sent + number, 500):
            entries = [{"leadId": event + 1, "updateTime": 1763880000000 + event}
                       for event in range(first, min(first + 500, self.sent + number))]
            say(self.daemons[0], post(json.dumps({"listId": 2, "teamId": 7, "updatedLead": entries})))
        self.sent += number
        return self.until(lambda: count(self.folder, "state = 'dead'") == self.sent)

    def put(self, seconds):
        """So much later all daemons have looked."""
        self.shift += seconds
        self.write(self.names["shift"], str(self.shift * 1000))
        now = int(time.time()) + self.shift
        return self.until(lambda: all(any(line.split()[0] == daemon.name and int(line.split()[1]) >= now
                                          for line in self.lines("out")) for daemon in self.daemons))

    def is_told(self, *messages):
        """Of these altogether, and each telling is in the log as well."""
        def said():
            return len(re.findall("become dead", self.all_said()))
        self.until(lambda: len(self.lines("told")) >= len(messages) and said() >= len(messages))
        return self.lines("told") == list(messages) and said() == len(messages)


def test_once(world):
    world.begin(TELL)
    check(f"{EVENTS} events are dead", world.die(EVENTS))
    check("a look takes place", world.put(2 * MINUTE))
    told = [told_of(EVENTS)]
    check("the command is told of all together, and of no secret", world.is_told(*told), world.lines("told"))
    check("what is dead soon after has to wait", world.die(1) and world.put(2 * MINUTE) and world.is_told(*told),
          world.lines("told"))
    check("also after a restart", world.restart(TELL) and world.put(2 * MINUTE) and world.is_told(*told), world.lines("told"))
    told.append(told_of(1))
    check("a quarter of an hour later it is told, without the first ones", world.put(13 * MINUTE) and world.is_told(*told),
          world.lines("told"))
    check("once", world.put(20 * MINUTE) and world.is_told(*told), world.lines("told"))
    check("also after a restart later", world.restart(TELL) and world.put(2 * MINUTE) and world.is_told(*told),
          world.lines("told"))
    return told


def test_two(world, told):
    world.begin(TELL, "second")
    told.append(told_of(3))
    check("of two daemons one tells", world.die(3) and world.put(20 * MINUTE) and world.is_told(*told) and
          world.put(2 * MINUTE) and world.put(20 * MINUTE) and world.is_told(*told), world.lines("told"))


def test_failing(world, told):
    world.restart('echo failed >> "$TOLD"; exit 7')
    told.append("failed")
    check("a command that fails is logged", world.die(1) and world.put(20 * MINUTE) and world.is_told(*told) and
          world.until(lambda: re.search('command for a failed run failed.*exit code 7', world.all_said())),
          (world.lines("told"), world.all_said()[-500:]))
    check("and the daemon goes on, and does not ask it again", world.put(20 * MINUTE) and world.is_told(*told))


def test_cut_short(world, told):
    world.restart('echo cut >> "$TOLD"; sleep 1000')
    told.append("cut")
    check("while the command runs", world.die(1) and world.put(20 * MINUTE) and world.is_told(*told), world.lines("told"))
    check("the daemon goes on", world.put(MINUTE))
    check("and ends when told to", world.end() and "it was cut short" in world.said, world.said[-500:])
    world.begin(TELL)
    told.append(told_of(1))
    check("nobody was told: that is made up for", world.put(20 * MINUTE) and world.is_told(*told), world.lines("told"))


def test_without(world, told):
    world.restart(None)
    check("without a command nobody is told", world.die(2) and world.put(20 * MINUTE) and world.put(2 * MINUTE) and
          world.is_told(*told), world.lines("told"))
    world.write_profile("on_failure = [[" + TELL + "]], ")
    told.append(told_of(2))
    check("the profile's command is, and also of those", world.put(2 * MINUTE) and world.is_told(*told), world.lines("told"))


def test_put_back(world, told):
    world.restart(TELL)
    world.put(-300 * MINUTE)
    world.put(2 * MINUTE)
    check("what dies after the clock was put back is told", world.die(1) and world.put(16 * MINUTE) and
          world.until(lambda: len(world.lines("told")) > len(told)), world.lines("told"))
    check("and it ends", world.end(), world.said[-500:])


def main():
    world = World()
    told = test_once(world)
    test_two(world, told)
    test_failing(world, told)
    test_cut_short(world, told)
    test_without(world, told)
    test_put_back(world, told)
    shutil.rmtree(world.folder)
    finish()


main()
