#!/usr/bin/env python3
"""`loftyrun check` against scripts whose mistakes are known: oracle_check.py BIN.

check/bad/*.lua have one mistake each. Comments in them say where it is and what is said of it:

    --: 2:13 lofty.leads has no operation "udpate"; did you mean "update"?
    --: said            a run, against a sandbox, says that sentence of that line too
    --: said by serve   so does `loftyrun job check`

`~` stands for whatever a run says. check/good/*.lua have none: check finds nothing, and they run to their end. What is
shipped has none either, nor have the examples of README.md and the manual.
"""
import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import tempfile

from checks import check, finish

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
HEAD = re.compile(r"^(.+?):(\d+):(\d+): (.*)$")


def loftyrun(program, arguments, text=None):
    """(exit code, stdout, stderr) in a home of its own."""
    with tempfile.TemporaryDirectory() as home:
        environment = {"PATH": os.environ["PATH"], "HOME": home, "LANG": "C.UTF-8",
                       **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}}
        done = subprocess.run([program, *arguments], input=text, stdin=None if text is not None else subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, cwd=HERE, timeout=240,
                              check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def findings(output):
    """[(line, column, message)] of what check printed; the lines and carets between are left out."""
    heads = [HEAD.match(line) for line in output.split("\n") if not line.startswith("  ")]
    return [(int(head[2]), int(head[3]), head[4]) for head in heads if head]


def expected(path):
    """(line, column, message) of a bad script, and how a run says it: None, "run" or "serve"."""
    said, wanted = None, None
    for line in open(path, encoding="utf-8"):
        if line.startswith("--: said"):
            said = "serve" if "by serve" in line else "run"
        elif line.startswith("--: "):
            place, _, message = line[4:].rstrip("\n").partition(" ")
            wanted = (*map(int, place.split(":")), message)
    return wanted, said


def bad(program, path):
    """What is wrong with what is said of a bad script; by its short path, since Lua cuts long ones in its messages."""
    path = os.path.relpath(path, HERE)
    wanted, said = expected(os.path.join(HERE, path))
    code, output, _ = loftyrun(program, ["check", path])
    found = [finding for finding in findings(output) if not finding[2].startswith("note: ")]
    problems = []
    if code != 1 or len(found) != 1 or found[0][:2] != wanted[:2] or wanted[2] not in ("~", found[0][2]):
        problems.append(f"exit {code}, {found}, expected {wanted}")
    elif said:
        command = ["job", "check", path] if said == "serve" else ["--sandbox", path]
        code, _, errors = loftyrun(program, command)
        sentence = f"{path}:{found[0][0]}: {found[0][2]}"
        if code == 0 or sentence not in errors:
            problems.append(f"a run says something else (exit {code}): {errors!r}, check says {sentence!r}")
    return problems


def good(program, path):
    """What is wrong with what is said of a good script, or with the script."""
    code, output, errors = loftyrun(program, ["check", path])
    found = [finding for finding in findings(output) if not finding[2].startswith("note: ")]
    problems = [f"exit {code}, {found}, {errors}"] if code != 0 or found else []
    if "/module_" in path:
        code, _, errors = loftyrun(program, ["--sandbox", "-e", "dofile(arg[1])", path])
    elif "lofty.on." in open(path, encoding="utf-8").read():
        code, _, errors = loftyrun(program, ["job", "check", path])
    else:
        code, _, errors = loftyrun(program, ["--sandbox", path])
    return problems + ([f"does not run: exit {code}: {errors}"] if code != 0 else [])


def blocks(text):
    """The indented blocks of Markdown that are Lua by their look."""
    for block in re.findall(r"(?:^(?:    .*)?\n)+", text, re.M):
        code = "\n".join(line[4:] for line in block.split("\n")).strip("\n")
        if re.search(r"\blofty\.", code) and not re.search(r"^\s*(loftyrun|build/loftyrun|\$)|\.\.\.", code, re.M):
            yield code


def examples():
    """(name, script) of README.md's and the manual's."""
    for number, code in enumerate(blocks(open(ROOT + "/README.md", encoding="utf-8").read())):
        yield f"README.md, block {number}", code
    for path in sorted(glob.glob(ROOT + "/stdlib/lofty/manual/examples/**/*.lua", recursive=True)):
        for name, code in re.findall(r"^M\.(\w+) = \[\[\n(.*?)\]\]$", open(path, encoding="utf-8").read(), re.M | re.S):
            yield f"{os.path.basename(path)}: {name}", code


def example(program, code):
    """What is found in an example. It may leave out its first line, and what came before it."""
    if not re.search(r"^local lofty\b", code, re.M):
        code = 'local lofty = require "lofty" ' + code
    _, output, errors = loftyrun(program, ["check", "-"], code.encode())
    found = [finding for finding in findings(output) if not re.match("note: |undefined global", finding[2])]
    return found if found or not errors.startswith("loftyrun: 1 script") else []


def main():
    """All of it, some at a time."""
    program = os.path.abspath(sys.argv[1])
    jobs = [(f"bad: {os.path.basename(path)}", bad, path) for path in sorted(glob.glob(HERE + "/check/bad/*.lua"))]
    jobs += [(f"good: {os.path.basename(path)}", good, path) for path in sorted(glob.glob(HERE + "/check/good/*.lua"))]
    jobs += [(name, example, code) for name, code in examples()]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda job: job[1](program, job[2]), jobs))
    for (name, _, _), problems in zip(jobs, results):
        check(name, not problems, problems)
    for folder in ["scripts", "stdlib", "runtime/sandbox", "tests/scripts"]:
        code, output, _ = loftyrun(program, ["check", f"{ROOT}/{folder}"])
        found = [finding for finding in findings(output) if not finding[2].startswith("note: ")]
        check(f"nothing in {folder}", code == 0 and not found, found)
    check("there are bad and good ones", len(glob.glob(HERE + "/check/bad/*.lua")) >= 30
                 and len(glob.glob(HERE + "/check/good/*.lua")) >= 50 and len(list(examples())) > 50, len(jobs))
    finish()


if __name__ == "__main__":
    main()
