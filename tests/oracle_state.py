#!/usr/bin/env python3
"""lofty.state against Python's sqlite3 and json: what a script sets is in the file as it should be, what is put there comes
out of it, and keys come in the order of their bytes. Usage: oracle_state.py LOFTYRUN"""
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile

BIN = os.path.abspath(sys.argv[1])
SEED = int(os.environ.get("SEED", "7"))
SPACE = "state sandbox"

WRITE = """
local state, json = lofty.state, lofty.json
local all = {}
for line in io.lines() do
  local entry = json.decode(line, { keep_null = true })
  if entry.together then all[entry.key] = entry.value else state.set(entry.key, entry.value) end
end
state.set_all(all)
"""

READ = """
for prefix in io.lines() do
  local list = {}
  for key, value in lofty.state.each(prefix) do list[#list + 1] = { key, value } end
  print(lofty.json.encode(lofty.array(list)))
end
"""

RANGES = [(0x20, 0x7E), (0xA0, 0x2FF), (0x370, 0x3FF), (0x4E00, 0x9FFF), (0xE000, 0xFFFF), (0x10000, 0x10FFFF)]
results = {"passed": 0, "failed": 0}


def check(name, fine, detail=""):
    print(("ok " if fine else "FAIL ") + name)
    if not fine and detail:
        print("  " + str(detail)[:2000])
    results["passed" if fine else "failed"] += 1


def run(folder, script, lines):
    done = subprocess.run([BIN, "--sandbox=empty", "--state", folder, "-e", script], input="".join(x + "\n" for x in lines),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", timeout=120)
    if done.returncode:
        sys.exit("loftyrun: " + done.stderr)
    return done.stdout.splitlines()


def character(rng, lowest=0x20):
    low, high = rng.choice(RANGES)
    return chr(rng.randint(max(low, lowest), high))


def make_key(rng):
    """Few characters and short, so that keys share beginnings."""
    return "".join(rng.choice(["a", "b", "%", "_", "\u00e9", character(rng)]) for _ in range(rng.randint(1, 5)))


def make_value(rng, depth=0):
    kind = rng.randrange(8 if depth < 3 else 6)
    if kind == 0:
        return rng.choice([True, False, None])
    if kind == 1:
        return rng.choice([0, -1, 2**53 + 1, 2**63 - 1, -2**63, rng.randint(-2**63, 2**63 - 1)])
    if kind == 2:
        return rng.choice([0.1, -0.5, 1e300, 5e-324, 1.0, rng.uniform(-1e9, 1e9), rng.random() * 10.0 ** rng.randint(-300, 300)])
    if kind < 6:
        return "".join(rng.choice(["\0", "\n", "\"", "\\", character(rng)]) for _ in range(rng.randint(0, 30)))
    if kind == 6:
        return [make_value(rng, depth + 1) for _ in range(rng.randint(0, 5))]
    return {make_key(rng): make_value(rng, depth + 1) for _ in range(rng.randint(0, 5))}


def same(a, b):
    """Equal, with integers told from floats and booleans from both."""
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return a == b


def from_script(rng, folder):
    expected, lines = {}, []
    for index in range(900):
        key, value = make_key(rng), make_value(rng)
        together = index % 3 == 0
        lines.append((together, json.dumps({"key": key, "value": value, "together": together}, ensure_ascii=index % 2 == 0)))
        expected[key] = expected.get(key)
    # What is set together is set last; of the same key the last one counts.
    for wanted in (False, True):
        for together, line in lines:
            if together == wanted:
                entry = json.loads(line)
                expected[entry["key"]] = entry["value"]
    run(folder, WRITE, [line for _, line in lines])
    database = sqlite3.connect(folder + "/state.db")
    rows = database.execute("SELECT key, value, typeof(key), typeof(value) FROM entries WHERE space = "
                            "(SELECT id FROM spaces WHERE name = ?) ORDER BY key", (SPACE,)).fetchall()
    check("the file has every key", [row[0] for row in rows] == sorted(expected, key=str.encode))
    wrong = [row[0] for row in rows if not same(json.loads(row[1]), expected[row[0]])]
    check("every value is what was set", not wrong, wrong)
    check("all of it is text", {row[2:] for row in rows} == {("text", "text")})
    check("the file is whole", database.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    database.close()


def from_file(rng, folder):
    entries = {make_key(rng): make_value(rng) for _ in range(900)}
    database = sqlite3.connect(folder + "/state.db")
    with database:
        space = database.execute("SELECT id FROM spaces WHERE name = ?", (SPACE,)).fetchone()[0]
        database.execute("DELETE FROM entries")
        database.executemany("INSERT INTO entries VALUES (?, ?, ?)",
                             [(space, key, json.dumps(value, ensure_ascii=rng.random() < 0.5)) for key, value in entries.items()])
    database.close()
    prefixes = ["", "a", "ab", "%", "_", "\u00e9", "a%", "nothing", *[key[:2] for key in rng.sample(sorted(entries), 30)]]
    answers = run(folder, READ, prefixes)
    for prefix, answer in zip(prefixes, answers):
        wanted = [[key, entries[key]] for key in sorted(entries, key=str.encode) if key.startswith(prefix)]
        got = json.loads(answer)
        if not same(got, wanted):
            check("each(%r)" % prefix, False, [pair for pair in zip(got, wanted) if not same(*pair)][:1] or len(got))
            return
    check("each gives keys by prefix, in the order of their bytes, and their values", len(answers) == len(prefixes))


def main():
    rng = random.Random(SEED)
    os.umask(0o077)
    with tempfile.TemporaryDirectory() as folder:
        from_script(rng, folder)
        from_file(rng, folder)
    print("%d passed, %d failed" % (results["passed"], results["failed"]))
    sys.exit(1 if results["failed"] else 0)


main()
