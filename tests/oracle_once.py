#!/usr/bin/env python3
"""A script of creates under lofty.once, killed with SIGKILL at random moments and run again each time: what the sandbox holds
in the end, read by a client that is not ours, is each of them once. Also through lost replies, with clocks that are
put between runs, by two copies at once and with a disk that is full.

    tests/oracle_once.py build/loftyrun [CREATES [KILLS [SEED]]]

The script says show_within = "1s": its sandbox is on this machine and shows at once what it has done. 1000 creates and 200
kills take some minutes."""
import collections
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import clock_shift  # noqa: E402
from checks import check, finish  # noqa: E402
from sandbox_server import Server  # noqa: E402

BIN = os.path.abspath(sys.argv[1])
CREATES = int(sys.argv[2]) if len(sys.argv) > 2 else 90
KILLS = int(sys.argv[3]) if len(sys.argv) > 3 else 12
SEED = int(sys.argv[4]) if len(sys.argv) > 4 else int(os.environ.get("SEED", "5"))
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "oracle_once.lua")
TIMEOUT = 300
FEW = min(CREATES, 60)


def tasks_of(server):
    """How often each content is there, by content."""
    return collections.Counter(task["content"] for task in server.tasks("row "))


def wanted(count):
    found = collections.Counter()
    for row in range(1, count + 1):
        found[f"row {row - 1 if row % 7 == 1 and row > 1 else row}"] += 1
    return found


def start(server, folder, count, concurrency, limit=None, more=None):
    environment = dict(os.environ, LOFTY_BASE_URL=server.url, LOFTY_API_KEY="key-of-this-test", **(more or {}))

    def prepare():
        if limit:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    words = [BIN, "--log-level", "error", "--no-wait", "--state", folder, SCRIPT, "1", str(count), str(concurrency), "1s"]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
                            preexec_fn=prepare if limit else None)


def run(server, folder, count, concurrency, limit=None, more=None):
    child = start(server, folder, count, concurrency, limit, more)
    out, err = child.communicate(timeout=TIMEOUT)
    return child.returncode, out, err


def run_killed(server, folder, count, concurrency, rng, fresh):
    """Kills a run: at a random moment of its begin, or after so many rows that were not done before it. Returns whether it
    was killed before its end."""
    child = start(server, folder, count, concurrency)
    if rng.random() < 0.1:
        time.sleep(rng.uniform(0, 0.03))
    else:
        left, begun = rng.randint(0, fresh), 0
        for line in child.stdout:
            words = line.split()
            begun += words[0] == "begin"
            begun -= words[0] == "end" and words[2] == "true"
            if begun > left:
                break
        end = time.perf_counter() + rng.uniform(0, 0.006)
        while time.perf_counter() < end:
            pass
    child.send_signal(signal.SIGKILL)
    child.communicate()
    return child.returncode == -signal.SIGKILL


def compare(name, server, folder, count):
    found = tasks_of(server)
    expected = wanted(count)
    check(f"{name}: exactly {count}", found == expected,
          f"{sum(found.values())} are there; too many {dict(found - expected)}, too few {dict(expected - found)}")
    database = sqlite3.connect(os.path.join(folder, "state.db"))
    states = dict(database.execute("SELECT state, count(*) FROM once_keys GROUP BY state"))
    whole = database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
    check(f"{name}: every key is done", states == {"done": count} and whole, states)


def killed(folder):
    rng = random.Random(SEED)
    server = Server(BIN, "--faults=latency:0ms..4ms")
    kills = 0
    fresh = max(1, int(1.5 * CREATES / KILLS))
    try:
        while kills < KILLS:
            kills += run_killed(server, folder, CREATES, 1 if rng.random() < 0.5 else 4, rng, fresh)
            if sum(tasks_of(server).values()) >= CREATES:
                break
        code, out, err = run(server, folder, CREATES, 4)
        check(f"{kills} kills: the last run ends well", code == 0, err)
        compare(f"{kills} kills", server, folder, CREATES)
        database = sqlite3.connect(os.path.join(folder, "state.db"))
        states = dict(database.execute("SELECT state, count(*) FROM writes GROUP BY state"))
        database.close()
        check("nothing is in doubt any more", not states.get("sending") and not states.get("unknown"), states)
        print(f"  writes in the journal: {states}", flush=True)
        code, out, err = run(server, folder, CREATES, 1)
        check("once more: all were done before", code == 0 and out.count(" true\n") == CREATES, err)
    finally:
        server.stop()


def faulty(folder):
    """Replies are lost; what is open after a run is settled by the next."""
    server = Server(BIN, "--faults=lost-reply:8%@tasks.create,cut:8%@tasks.create,502-after:4%@tasks.create,"
                    f"refuse:4%@tasks.create,429:4%,wait:1ms,seed:{SEED}")
    try:
        runs, code = 0, 8
        while code == 8 and runs < 40:
            code, out, err = run(server, folder, FEW, 1 if runs % 2 else 4)
            runs += 1
        check(f"faults: ends well in {runs} runs", code == 0, err)
        compare("faults", server, folder, FEW)
    finally:
        server.stop()


def clocks(folder):
    """Replies are lost, and each run has another time of day, hours and days from the others' and Lofty's."""
    rng, hours = random.Random(SEED), 0
    server = Server(BIN, f"--faults=lost-reply:15%@tasks.create,cut:5%@tasks.create,wait:1ms,seed:{SEED}")
    tools = tempfile.mkdtemp(dir=os.path.dirname(folder))
    clock = {"LD_PRELOAD": clock_shift.build(tools), "CLOCK_SHIFT": os.path.join(tools, "shift"),
             "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}
    try:
        runs, code = 0, 8
        while code == 8 and runs < 40:
            with open(clock["CLOCK_SHIFT"], "w", encoding="ascii") as file:
                file.write(str(hours * 3600000))
            hours = 50 if runs == 0 else rng.choice((-50, -3, -1, 0, 1, 3, 50))
            code, out, err = run(server, folder, FEW, 1 if runs % 2 else 4, more=clock)
            runs += 1
        check(f"clocks: ends well in {runs} runs", code == 0 and runs > 1, (runs, err))
        compare("clocks", server, folder, FEW)
    finally:
        server.stop()


def together(folder):
    server = Server(BIN, "--faults=latency:0ms..4ms")
    try:
        children = [start(server, folder, FEW, 4) for _ in range(3)]
        ends = [child.communicate(timeout=TIMEOUT) for child in children]
        check("three at once: all end well", all(child.returncode == 0 for child in children), ends)
        compare("three at once", server, folder, FEW)
        firsts = sum(out.count(" false\n") for out, _ in ends)
        check("three at once: each was done by one", firsts == FEW, firsts)
    finally:
        server.stop()


def full(folder):
    """The store's log may not grow beyond some size: the run ends with what was done, and another one goes on."""
    server = Server(BIN)
    try:
        code, out, err = run(server, folder, 5, 1)
        check("full disk: before it is full", code == 0, err)
        done = 5
        for limit in (60_000, 120_000, 180_000, 240_000):
            code, out, err = run(server, folder, FEW, 1, limit)
            there = sum(tasks_of(server).values())
            done = there
            if code == 0:
                break
            check(f"full disk at {limit} bytes: says so", code == 5 and "STATE_FAILED" in err, (code, err))
        check("full disk: not all was done", done < FEW, done)
        code, out, err = run(server, folder, FEW, 4)
        check("full disk: room again", code == 0, err)
        compare("full disk", server, folder, FEW)
    finally:
        server.stop()


def main():
    for test in (killed, faulty, clocks, together, full):
        with tempfile.TemporaryDirectory() as directory:
            test(os.path.join(directory, "kept"))
    finish()


main()
