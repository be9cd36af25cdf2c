#!/usr/bin/env python3
"""lofty.csv compared with Python's csv: random tables written by one, read by the other, in every dialect.

    tests/oracle_csv.py build/loftyrun [SEED]
"""
import csv
import io
import json
import os
import random
import subprocess
import sys
import tempfile

TABLES = 200
PIECES = ("a", "Zoë", "李", "1,5", ";", "\t", '"', '""', "\n", "\r\n", "\r", " ", "'", "=1+1", "\u2028", "x" * 70, "😀", "")
READ = """
local lofty, csv = require "lofty", require "lofty.csv"
for _, name in ipairs(arg) do
  local file <close> = assert(io.open(name, "rb"))
  local rows, again = lofty.array {}, {}
  for cells, line in csv.rows(file, name:match("%.tsv$") and "\\t" or name:match("%.ssv$") and ";" or ",") do
    rows[#rows + 1] = { line = line, cells = cells }
    again[#again + 1] = csv.line(cells)
  end
  print(lofty.json.encode { rows = rows, again = table.concat(again) })
end
"""
DIALECTS = ((",", "csv"), (";", "ssv"), ("\t", "tsv"))


def table(dice):
    """Rows of one width; those that would be empty lines are left out."""
    width = dice.randint(1, 5)
    rows = [["".join(dice.choices(PIECES, k=dice.randint(0, 4))) for _ in range(width)] for _ in range(dice.randint(0, 30))]
    return [row for row in rows if row != [""]]


def written(rows, dice, separator):
    """As CSV, with quotes around everything or around what needs them."""
    text = io.StringIO(newline="")
    quoting = dice.choice((csv.QUOTE_ALL, csv.QUOTE_MINIMAL))
    # With another end of line, Python's writer leaves a lone CR bare.
    ends = ("\r\n", "\n", "\r") if quoting == csv.QUOTE_ALL else ("\r\n",)
    csv.writer(text, delimiter=separator, quoting=quoting, lineterminator=dice.choice(ends)).writerows(rows)
    return dice.choice(("", "\ufeff")) + text.getvalue()


def main(program, seed="1"):
    """Prints what went wrong; the result is the exit code."""
    dice = random.Random(seed)
    failed = 0
    with tempfile.TemporaryDirectory() as directory:
        script = os.path.join(directory, "read.lua")
        with open(script, "w", encoding="utf-8") as file:
            file.write(READ)
        tables, names = [], []
        for number in range(TABLES):
            separator, ending = dice.choice(DIALECTS)
            tables.append(table(dice))
            names.append(os.path.join(directory, f"{number}.{ending}"))
            with open(names[-1], "w", encoding="utf-8", newline="") as file:
                file.write(written(tables[-1], dice, separator))
        run = subprocess.run([program, script, *names], capture_output=True, text=True, check=False, timeout=60)
        replies = run.stdout.rstrip("\n").split("\n")
        if run.returncode or len(replies) != TABLES:
            print(f"FAIL reading: exit {run.returncode}, {len(replies)} tables\n  {run.stderr[:400]}")
            failed = TABLES - len(replies) or 1
        for rows, name, reply in zip(tables, names, replies):
            got = json.loads(reply)
            with open(name, encoding="utf-8-sig", newline="") as file:
                separator = dict((ending, sign) for sign, ending in DIALECTS)[name[-3:]]
                theirs = list(csv.reader(file, delimiter=separator, strict=True))
            ours = [row["cells"] for row in got["rows"]]
            again = list(csv.reader(io.StringIO(got["again"], newline=""), strict=True))
            if ours != rows or theirs != rows or again != rows:
                failed += 1
                print(f"FAIL table {name}\n  {rows!r}\n  {ours!r}")
    if not failed:
        print(f"ok {TABLES} tables read as Python reads them, and written so that Python reads them")
    print(f"{TABLES - failed if failed else 1} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main(*sys.argv[1:]))
