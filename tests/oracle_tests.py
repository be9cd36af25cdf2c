#!/usr/bin/env python3
"""What one test has made is not there in another one: oracle_tests.py BIN [TESTS [SEED]]. Tests that are made up make leads,
state, globals and tasks, some end badly, and each writes down what it finds. This program knows what each should have
found, and looks whether anything was left on the machine."""
import json
import os
import random
import subprocess
import sys
import tempfile

from checks import check, finish

TEST = """it("test %(n)d", function()
  local found = { n = %(n)d, leads = #lofty.leads.list(), state = lofty.state.get("n"), global = rawget(_G, "n"),
    module = package.loaded.shared, calls = #t.calls() }
  for index = 1, %(leads)d do lofty.leads.create { firstName = "Lead " .. index } end
  found.after = #lofty.leads.list { limit = 100 }
  found.first = lofty.leads.each {}:collect { max = 100 }[%(leads)d].leadId
  lofty.state.set("n", %(n)d)
  lofty.once("n", function() found.once = %(n)d end)
  rawset(_G, "n", %(n)d)
  package.loaded.shared = %(n)d
  lofty.spawn(lofty.sleep, "1h")
  local file <close> = io.open("%(folder)s/%(n)d", "w")
  file:write(lofty.json.encode(found))
  file:close()
  %(ending)s
end)
"""
ENDINGS = ["", "", "", 'error("badly")', "os.exit(0)", "os.exit(5)"]
HANGS = "while true do end"


def write(folder, count, dice):
    """Files of tests, and what each test of them is."""
    made = {}
    for number in range(count):
        test = {"n": number, "leads": dice.randint(1, 9), "ending": dice.choice(ENDINGS) if number else HANGS,
                "folder": folder + "/found"}
        made[number] = test
        with open(f"{folder}/part{number % 4}_test.lua", "a", encoding="utf-8") as out:
            if number < 4:
                out.write('local lofty = require "lofty"\nlocal t = require "lofty.test"\nlocal it = t.it\n'
                          't.use { seed = "empty" }\n')
            out.write(TEST % test)
    os.mkdir(folder + "/found")
    return made


def main():
    """The tests, then what they found."""
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 30)
    with tempfile.TemporaryDirectory(prefix="loftyrun-tests-") as folder:
        made = write(folder, count, random.Random(seed))
        home = folder + "/home"
        os.mkdir(home)
        environment = {**os.environ, "HOME": home, "TMPDIR": home, "LOFTY_API_KEY": "real", "TESTS_OF": folder}
        ran = subprocess.run([os.path.abspath(sys.argv[1]), "test", "--timeout", "8", folder], env=environment,
                             capture_output=True, text=True, check=False)
        badly = sum(test["ending"] != "" for test in made.values())
        check("all were run, and those that end badly have failed",
              ran.stdout.endswith(f"{count - badly} passed, {badly} failed\n"), f"seed {seed}\n{ran.stdout}{ran.stderr}")
        found = {}
        for name in os.listdir(folder + "/found"):
            with open(f"{folder}/found/{name}", encoding="utf-8") as source:
                found[int(name)] = json.load(source)
        wrong = [(test, found.get(n)) for n, test in made.items()
                 if {k: v for k, v in found.get(n, {}).items() if k != "first"}
                 != {"n": n, "leads": 0, "calls": 1, "after": test["leads"], "once": n}]
        check("each found an empty account, and what it has made itself", not wrong, f"seed {seed} {wrong}")
        check("the ids of each begin anew", len({one["first"] for one in found.values()}) == 1, f"seed {seed} {found}")
        left = [os.path.join(place, name) for place, _, names in os.walk(home) for name in names]
        check("no file is left", not left, left)
        check("no process is left", processes_of(folder) == [], processes_of(folder))
    finish()


def processes_of(folder):
    """The ids of processes that were started with this folder in their environment."""
    ids = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/environ", "rb") as source:
                if f"TESTS_OF={folder}".encode() in source.read():
                    ids.append(int(name))
        except OSError:
            pass
    return ids


main()
