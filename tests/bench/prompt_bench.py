#!/usr/bin/env python3
"""From start to a prompt at which one can type, on a terminal of its own: `BIN=build/loftyrun prompt_bench.py [TIMES]`.

In turns with `-e ''`, which shows how busy the machine is: the prompt costs what lies between them."""
import os
import pty
import select
import statistics
import subprocess
import sys
import tempfile
import time


def ready(program, arguments, environment):
    """Milliseconds until the prompt shows."""
    started = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.execve(program, [program, *arguments], environment)
    shown = b""
    try:
        while b"> " not in shown:
            if not select.select([terminal], [], [], 30)[0]:
                sys.exit(f"no prompt: {shown!r}")
            shown += os.read(terminal, 4096)
        took = time.perf_counter() - started
        os.write(terminal, b"\x04")
        while os.read(terminal, 4096):
            pass
    except OSError:
        pass  # the terminal's other end is closed
    os.waitpid(child, 0)
    os.close(terminal)
    return took * 1000


def main():
    """Prints the medians."""
    program, times = os.path.abspath(os.environ.get("BIN", "build/loftyrun")), int(sys.argv[1]) if len(sys.argv) > 1 else 50
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "TERM": "xterm", "LANG": "C.UTF-8", "LOFTY_API_KEY": "k", "PATH": os.environ["PATH"]}
        results = {"repl": [], "repl --sandbox": [], "-e ''": []}
        for _ in range(times):
            results["repl"].append(ready(program, ["repl"], environment))
            results["repl --sandbox"].append(ready(program, ["repl", "--sandbox"], environment))
            started = time.perf_counter()
            subprocess.run([program, "-e", ""], env=environment, check=True)
            results["-e ''"].append((time.perf_counter() - started) * 1000)
    for name, took in results.items():
        print(f"{name:<16} median {statistics.median(took):6.1f} ms  best {min(took):6.1f} ms"
              + ("  (bar: 30 ms)" if name.startswith("repl") else "  (the whole process, for comparison)"))


main()
