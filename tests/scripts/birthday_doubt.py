#!/usr/bin/env python3
"""Greetings whose replies are all lost: each is sent once, and what is not known is said again by every later run."""
import json
import os
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPT = os.path.join(HERE, "..", "..", "scripts", "leads", "birthday_greetings.lua")
AT_NOON = (os.path.join(HERE, "at.lua"), "2026-06-05T12:00-04:00")
MAKE = """
local lofty = require "lofty"
for index, name in ipairs { "Zoë", "Omar" } do
  lofty.leads.create { firstName = name, emails = { ("%d@example.com"):format(index) },
    birthday = "Jun 5, 2000" }
end
"""


def run(*words):
    """(exit code, output) of loftyrun."""
    done = subprocess.run(["loftyrun", *words], capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


def main():
    """Prints the exit codes of the runs, and what the ledger says."""
    with subprocess.Popen(["loftyrun", "sandbox", "--port", "0", "--seed", "empty", "--ledger=ledger.json", "--faults",
                           "lost-reply:100%@messages.send_email"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True) as sandbox:
        os.environ.update(LOFTY_BASE_URL=sandbox.stdout.readline().strip(), LOFTY_API_KEY="test-key")
        run("-e", MAKE)
        runs = [run(*AT_NOON, SCRIPT, "--apply") for _ in range(4)]
        sandbox.send_signal(signal.SIGTERM)
        sandbox.communicate(timeout=60)
    print("exit codes", *(code for code, _ in runs))
    print(runs[-1][1].count("ONCE_UNSETTLED"), "unsettled at last")
    with open("ledger.json", encoding="utf-8") as file:
        sent = json.load(file)["operations"]["messages.send_email"]
    print("sent", sent["done"], "repeated", sent["repeated"])
    return 0


sys.exit(main())
