#!/usr/bin/env python3
"""loftyrun test --watch: what is run again when a test, or what it requires, changes; and how it ends."""
import os
import signal
import subprocess
import sys

WAITING = "waiting for a file to change; Ctrl-C ends it"


def write(name, text):
    """A file as a whole."""
    with open(name + ".new", "w", encoding="utf-8") as out:
        out.write(text)
    os.rename(name + ".new", name)


def until_waiting(child):
    """What it prints until it waits."""
    lines = []
    for line in child.stdout:
        line = line.rstrip("\n")
        if line == WAITING:
            return [text for text in lines if text]
        lines.append(line)
    sys.exit("it ended: " + repr(lines))


write("part.lua", "return 1\n")
write("part_test.lua", 'local t = require "lofty.test"\nlocal part = require "part"\n'
      't.it("is one", function() t.expect(part):equals(1) end)\n')
with subprocess.Popen(["loftyrun", "test", "--watch"], stdout=subprocess.PIPE, text=True) as watcher:
    print("begin", until_waiting(watcher))
    write("part.lua", "return 2\n")
    print("module", [line for line in until_waiting(watcher) if not line.startswith(" ")])
    write("part.lua", "return 1\n")
    print("again", until_waiting(watcher))
    write("more_test.lua", 'local t = require "lofty.test"\nt.it("is new", function() end)\n')
    print("new", until_waiting(watcher))
    os.unlink("more_test.lua")
    print("gone", until_waiting(watcher))
    os.rename("part.lua", "part.away")  # as some editors save
    print("away", [line for line in until_waiting(watcher) if line.endswith("failed")])
    os.rename("part.away", "part.lua")
    print("back", until_waiting(watcher))
    watcher.send_signal(signal.SIGINT)
    print("exit", watcher.wait())

# What changes while the tests run, and a test's file itself that is away for a moment.
write("slow_test.lua", 'local t = require "lofty.test"\nt.it("waits", function()\n'
      '  io.open("began", "w"):close()\n  while not io.open("go") do require("lofty").sleep(0.01) end\nend)\n')
with subprocess.Popen(["loftyrun", "test", "--watch", "slow_test.lua"], stdout=subprocess.PIPE, text=True) as watcher:
    while not os.path.exists("began"):
        pass
    write("slow_test.lua", 'local t = require "lofty.test"\nt.it("is quick", function() end)\n')
    write("go", "")
    print("old", until_waiting(watcher))
    print("changed meanwhile", until_waiting(watcher))
    os.rename("slow_test.lua", "away")
    print("away", [line for line in until_waiting(watcher) if line.endswith("failed")])
    os.rename("away", "slow_test.lua")
    print("back", until_waiting(watcher))
    watcher.send_signal(signal.SIGINT)
