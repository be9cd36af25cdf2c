#!/usr/bin/env python3
"""From start to the first reply, and to the end of the process, which for loftyrun has its record in the history before
it: against the least that makes a request with libcurl (minimal.c). The two take turns; printed are the medians and the
least, which other work disturbs least."""
import os
import statistics
import subprocess
import sys
import tempfile
import time

BIN = os.environ.get("BIN", "build/loftyrun")
PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(BIN)), "tests/bench")
ROUNDS, BAR = 60, 1.3


def measure(command, environment):
    """Milliseconds until the command says that the reply is there; until it has ended; of the processor."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    with process.stdout as output:
        said = output.readline()
        reply = time.perf_counter() - began
        _, status, usage = os.wait4(process.pid, 0)
    whole = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0 or said != b"there\n":
        sys.exit(f"start_bench: {command[0]} failed")
    return reply * 1e3, whole * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3


def main():
    server = subprocess.Popen([PROGRAMS + "/bench_calls", "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True)
    base = server.stdout.readline().strip()
    commands = {"libcurl": [PROGRAMS + "/minimal", base + "/v1.0/leads/1"],
                "loftyrun": [BIN, "-e", "lofty.leads.get(651095960136641) print('there') io.flush()"]}
    taken = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as state:
        environment = dict(os.environ, LOFTY_BASE_URL=base, LOFTY_API_KEY="bench", XDG_STATE_HOME=state)
        for command in commands.values():  # the state is made once
            measure(command, environment)
        for _ in range(ROUNDS):
            for name, command in commands.items():
                taken[name].append(measure(command, environment))
    server.stdin.close()
    server.wait()
    shares = []
    for index, what in enumerate(("to the first reply", "to the end", "of the processor")):
        bare, ours = ([times[index] for times in taken[name]] for name in ("libcurl", "loftyrun"))
        shares.append(statistics.median(one / other for one, other in zip(ours, bare)))
        print(f"{what:18} libcurl {statistics.median(bare):5.1f} ms (least {min(bare):4.1f}), "
              f"loftyrun {statistics.median(ours):5.1f} ({min(ours):4.1f}): {shares[-1]:.2f} times "
              f"({min(ours) / min(bare):.2f})" + (f", bar: {BAR}" if index == 0 else ""))
    return 0 if shares[0] <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
