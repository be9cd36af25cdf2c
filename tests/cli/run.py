#!/usr/bin/env python3
"""Runs command line cases: one file each, described in tests/README.md. `run.py PATH...` runs files or directories of them."""
import argparse
import concurrent.futures
import glob
import os
import signal
import sys

from case import Case, Run

HERE = os.path.dirname(os.path.abspath(__file__))
VALGRIND = ["valgrind", "--quiet", "--leak-check=full", "--errors-for-leak-kinds=definite",
            "--show-leak-kinds=definite", "--error-exitcode=99", "--child-silent-after-fork=yes"]


def case_files(paths):
    """The .case files named, or inside the directories named."""
    for path in paths:
        yield from sorted(glob.glob(path + "/*.case")) if os.path.isdir(path) else [path]


def sample(files, most):
    """At most so many of them, evenly spread."""
    if not most or len(files) <= most:
        return files
    return [files[i * len(files) // most] for i in range(most)]


def run(job):
    """(path, what went wrong) of one case."""
    path, program, slow = job
    try:
        return path, Run(Case(path), program, slow).run()
    except Exception as problem:  # a case that cannot be read is a failed case, the others still run
        return path, [f"{type(problem).__name__}: {problem}"]


def main():
    """Every case of the directories named, this one by default."""
    # Whoever runs us in the background has SIGINT ignored, which loftyrun would inherit and respect.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", default=[HERE])
    parser.add_argument("--bin", default="build/loftyrun")
    parser.add_argument("--slow", type=float, default=1, help="multiplies every time limit")
    parser.add_argument("--valgrind", action="store_true")
    parser.add_argument("--sample", type=int, help="run at most so many, evenly spread")
    options = parser.parse_args()

    program, slow = [os.path.abspath(options.bin)], options.slow
    if options.valgrind:
        program, slow = VALGRIND + program, slow * 15
    jobs = [(path, program, slow) for path in sample(list(case_files(options.paths)), options.sample)]
    passed = 0
    with concurrent.futures.ThreadPoolExecutor(max(2, min(4, os.cpu_count() or 2))) as pool:
        for path, problems in pool.map(run, jobs):
            print(f"{'FAIL' if problems else 'ok'} {os.path.relpath(path)}")
            for line in problems:
                print("  " + line)
            sys.stdout.flush()
            passed += not problems
    print(f"{passed} passed, {len(jobs) - passed} failed")
    return 0 if jobs and passed == len(jobs) else 1


if __name__ == "__main__":
    sys.exit(main())
