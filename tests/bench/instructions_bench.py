#!/usr/bin/env python3
"""Instructions of user code that one more call costs, as valgrind counts them: the same on a busy machine. libcurl and
lua-cjson used bare (bench_calls raw) against loftyrun."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

BIN = os.environ.get("BIN", "build/loftyrun")
CALLS = os.path.join(os.path.dirname(os.path.abspath(BIN)), "tests/bench/bench_calls")
FEW, MANY = 100, 600


def count(command, given, environment):
    """What a command executes, in instructions."""
    counting = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command]
    done = subprocess.run(counting, input=given, env=environment, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        sys.exit("instructions_bench: " + done.stderr)
    return int(found.group(1))


def main():
    if not shutil.which("valgrind"):
        print("skip: no valgrind on this machine")
        return
    server = subprocess.Popen([CALLS, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    script = subprocess.run([CALLS, "script"], capture_output=True, text=True, check=True).stdout
    with tempfile.TemporaryDirectory() as state:
        environment = dict(os.environ, LOFTY_BASE_URL=server.stdout.readline().strip(), LOFTY_API_KEY="bench",
                           XDG_STATE_HOME=state)
        for kind in "get", "list", "create":
            bare = [count([CALLS, "raw", kind, str(n)], "", environment) for n in (FEW, MANY)]
            count([BIN, "-e", script], f"{kind} 1\n", environment)  # which makes the store, if it is the first
            ours = [count([BIN, "-e", script], f"{kind} {n}\n", environment) for n in (FEW, MANY)]
            bare, ours = ((many - few) // (MANY - FEW) for few, many in (bare, ours))
            print(f"{kind:7} bare {bare:7}, loftyrun {ours:7}: {ours - bare:6} more")
    server.stdin.close()
    server.wait()


if __name__ == "__main__":
    main()
