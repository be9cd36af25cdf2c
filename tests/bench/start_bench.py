#!/usr/bin/env python3
"""From start to the end of the first call, the whole process: loftyrun against the least that makes a request with
libcurl (minimal.c). The two take turns; printed are the medians, and of the processor's time also the least."""
import os
import statistics
import subprocess
import sys
import time

BIN = os.environ.get("BIN", "build/loftyrun")
PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(BIN)), "tests/bench")
ROUNDS, BAR = 60, 1.3


def measure(command, environment):
    """(seconds, seconds of the processor) that the command takes."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"start_bench: {command[0]} failed")
    return seconds, usage.ru_utime + usage.ru_stime


def main():
    server = subprocess.Popen([PROGRAMS + "/bench_calls", "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True)
    base = server.stdout.readline().strip()
    environment = dict(os.environ, LOFTY_BASE_URL=base, LOFTY_API_KEY="bench")
    commands = {"libcurl": [PROGRAMS + "/minimal", base + "/v1.0/leads/1"],
                "loftyrun": [BIN, "-e", "lofty.leads.get(651095960136641)"]}
    taken = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            taken[name].append(measure(command, environment))
    server.stdin.close()
    server.wait()
    for name, times in taken.items():
        wall, cpu = zip(*times)
        print(f"{name:9} {statistics.median(wall) * 1e3:6.1f} ms, {statistics.median(cpu) * 1e3:5.1f} ms of CPU "
              f"(least {min(cpu) * 1e3:.1f})")
    pairs = list(zip(taken["loftyrun"], taken["libcurl"]))
    share = statistics.median(ours[0] / bare[0] for ours, bare in pairs)
    print(f"{share:.2f} times as long (bar: {BAR}); "
          f"{statistics.median(ours[1] / bare[1] for ours, bare in pairs):.2f} times the processor's time")
    return 0 if share <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
