#!/usr/bin/env python3
"""Runs every group of tests and adds up: `N passed, N failed` on the last line, exit code 1 unless all passed.

Every test program, in whatever language, speaks the same way: a line `ok NAME` or `FAIL NAME` per test, details
indented below, and as its last line `N passed, N failed`. See tests/README.md.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import resource
import subprocess
import sys
import tempfile
import time

TESTS = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(TESTS)
SUMMARY = re.compile(r"^(\d+) passed, (\d+) failed$")
TIMEOUT = 600  # seconds after which a program hangs, also on a machine that is busy; four times that when sanitized
GROUPS = ["c", "lua", "oracle", "cli", "scripts", "guide", "terminal"]
MEMORY = 4 << 30  # bytes of address space for each program; sanitizers need far more


def programs(group, options):
    """The (name, command) pairs of one group."""
    python = [sys.executable]
    if group == "c":
        return [(os.path.basename(p), [p]) for p in sorted(glob.glob(options.build + "/tests/c/test_*"))
                if os.path.exists(os.path.join(TESTS, "c", os.path.basename(p) + ".c"))]
    if group == "lua":
        return [("loftyrun test", [options.bin, "test", "--timeout", str(TIMEOUT), "tests/lua", "scripts"])]
    if group == "oracle":
        return [(os.path.basename(p), python + [p, options.bin]) for p in sorted(glob.glob(TESTS + "/oracle_*.py"))]
    if group == "guide":
        return [(f"guide {os.path.basename(p)}", python + [TESTS + "/guide.py", options.bin, os.path.basename(p)])
                for p in sorted(glob.glob(ROOT + "/docs/*.md"))]
    if group == "terminal":
        slow = ["--slow=4"] if options.sanitized else []
        return [("dialogues", python + [TESTS + "/terminal/run.py", "--bin", options.bin, *slow])]
    runner = python + [TESTS + "/cli/run.py", "--bin", options.bin]
    if options.sanitized:
        runner.append("--slow=4")
    if glob.glob(f"{TESTS}/{group}/*.case"):
        return [(group + " cases", runner + [f"{TESTS}/{group}"])]
    return []


def clean_environment(home):
    """Ours, less what would change how loftyrun behaves."""
    kept = {k: v for k, v in os.environ.items() if not re.match(r"LOFTY|LUA_|.*_proxy$", k, re.I)}
    kept["HOME"] = home
    return kept


def count(output, status):
    """(passed, failed) of a program's output. What ends early or without a word has failed."""
    lines = output.rstrip("\n").split("\n")
    summaries = [found for found in map(SUMMARY.match, lines) if found]
    if summaries:
        passed, failed = map(int, summaries[-1].groups())
        return passed, failed if failed or (status == 0 and passed) else 1
    passed = sum(line.startswith("ok ") for line in lines)
    return passed, sum(line.startswith("FAIL ") for line in lines) or 1


def run(program):
    """Runs one test program to its end."""
    name, command, environment, limit = program
    started = time.monotonic()
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              cwd=ROOT, env=environment, timeout=limit, check=False)
        output, status = done.stdout.decode("utf-8", "replace"), done.returncode
    except subprocess.TimeoutExpired as late:
        output = (late.stdout or b"").decode("utf-8", "replace") + f"\nFAIL {name}: still running after {limit} s"
        status = -1
    except OSError as problem:
        output, status = f"FAIL {name}: {problem}", -1
    return name, output, status, count(output, status), time.monotonic() - started


def report(group, result):
    """One line for a program that passed; its failures and all it said around them otherwise."""
    name, output, status, (passed, failed), seconds = result
    print(f"{'FAIL' if failed else 'ok  '} {group + '/' + name:<40} {passed} passed, {failed} failed  {seconds:.1f} s")
    if failed:
        shown = [line for line in output.rstrip("\n").split("\n") if not line.startswith("ok ")]
        for line in shown[-300:]:
            print("     " + line)
        print(f"     (exit code {status})")
    sys.stdout.flush()


def main():
    """Every group named, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", default=[], help=" ".join(GROUPS))
    parser.add_argument("--bin", default="build/loftyrun")
    parser.add_argument("--build", default="build")
    parser.add_argument("--sanitized", action="store_true", help="the program is slow: wait longer")
    options = parser.parse_args()
    options.bin, options.build = os.path.abspath(options.bin), os.path.abspath(options.build)

    if not options.sanitized:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with tempfile.TemporaryDirectory(prefix="loftyrun-home-") as home:
        return run_all(options, clean_environment(home))


def run_all(options, environment):
    """Runs the groups; the exit code."""
    # A sanitizer's finding must not look like an exit code of the program's own.
    leaks = "1" if options.sanitized and leaks_detectable() else "0"
    environment["ASAN_OPTIONS"] = f"detect_leaks={leaks}:exitcode=99:abort_on_error=0"
    environment["UBSAN_OPTIONS"] = "print_stacktrace=1:exitcode=99"

    limit = TIMEOUT * 4 if options.sanitized else TIMEOUT
    jobs = [(group, (name, command, environment, limit)) for group in options.groups or GROUPS
            for name, command in programs(group, options)]
    total = [0, 0]
    with concurrent.futures.ThreadPoolExecutor(max(2, min(4, os.cpu_count() or 2))) as pool:
        for (group, _), result in zip(jobs, pool.map(lambda job: run(job[1]), jobs)):
            report(group, result)
            total[0] += result[3][0]
            total[1] += result[3][1]
    if total == [0, 0]:
        print("no test was found")
        total[1] = 1
    print(f"{total[0]} passed, {total[1]} failed")
    return 1 if total[1] else 0


def leaks_detectable():
    """Whether the leak detector works here: it cannot under a debugger and in some containers."""
    with tempfile.TemporaryDirectory() as directory:
        source, probe = directory + "/probe.c", directory + "/probe"
        with open(source, "w", encoding="utf-8") as out:
            out.write("#include <stdlib.h>\nint main(void) { for (int i = 0; i < 99; i++) { char *volatile p = malloc(9); (void)p; } }\n")
        build = [os.environ.get("CC", "cc"), "-fsanitize=address", "-o", probe, source]
        if subprocess.run(build, capture_output=True, check=False).returncode == 0:
            seen = subprocess.run([probe], capture_output=True, check=False, env={"ASAN_OPTIONS": "detect_leaks=1"})
            if b"detected memory leaks" in seen.stderr:
                return True
    print("note: the leak detector does not work on this machine, leaks go unseen")
    return False


if __name__ == "__main__":
    sys.exit(main())
