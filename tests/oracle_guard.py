#!/usr/bin/env python3
"""Caps by the sandbox's own ledger: however many processes send at once, are killed, lose replies or are refused, never more
is sent in a day than was allowed; and as much as that where nothing was killed or lost.

    tests/oracle_guard.py build/loftyrun [KILLS [SEED]]"""
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sandbox_server  # noqa: E402
from checks import check, finish  # noqa: E402

BIN = os.path.abspath(sys.argv[1])
KILLS = int(sys.argv[2]) if len(sys.argv) > 2 else 12
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else int(os.environ.get("SEED", "5"))
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "oracle_guard.lua")
CAP = 10
NOON, EVENING, MIDNIGHT = "2026-06-05T12:00-04:00", "2026-06-05T23:59:59-04:00", "2026-06-06T00:00-04:00"
TIMEOUT = 120


class Server(sandbox_server.Server):
    """With a ledger and a state folder of its own; the user's time zone there is America/New_York."""

    def __init__(self, folder, *options):
        super().__init__(BIN, "--seed", "empty", *options, ledger=os.path.join(folder, "ledger.json"))
        self.state = os.path.join(folder, "state")

    def start(self, instant, concurrency, most=100):
        environment = dict(os.environ, LOFTY_BASE_URL=self.url, LOFTY_API_KEY="key-of-this-test")
        return subprocess.Popen([BIN, "--log-level", "error", "--state", self.state, SCRIPT, instant, str(concurrency),
                                 str(most)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)

    def run(self, instant, concurrency=1, most=100):
        child = self.start(instant, concurrency, most)
        out, err = child.communicate(timeout=TIMEOUT)
        return out.split(), err

    def sent(self):
        """Ends the sandbox: how many it was told to send, and did."""
        return self.stop()["operations"].get("notifications.sms_to_agent", {"done": 0})["done"]

    def used(self):
        database = sqlite3.connect(os.path.join(self.state, "state.db"))
        try:
            return dict(database.execute("SELECT day, used FROM counts WHERE name = 'notify_agents'"))
        finally:
            database.close()


def race(folder):
    server = Server(folder, "--faults=latency:0ms..4ms")
    children = [server.start(NOON, concurrency) for concurrency in (1, 4, 1, 4)]
    outs = [child.communicate(timeout=TIMEOUT) for child in children]
    words = [out.split() for out, _ in outs]
    check("four at once: each was told that it is used up", all(w[-1:] == ["GRANT_EXHAUSTED"] for w in words), outs)
    check("four at once: they believe to have sent 10", sum(w.count("sent") for w in words) == CAP, words)
    check("four at once: 10 count", server.used() == {"2026-06-05": CAP}, server.used())
    sent = server.sent()
    check("four at once: 10 were sent", sent == CAP, sent)


def midnight(folder):
    server = Server(folder)
    words, err = server.run(EVENING)
    check("before midnight: 10", words.count("sent") == CAP and words[-1] == "GRANT_EXHAUSTED", (words, err))
    words, err = server.run(MIDNIGHT)
    check("after midnight: 10 more", words.count("sent") == CAP and words[-1] == "GRANT_EXHAUSTED", (words, err))
    words, err = server.run(EVENING)
    check("the day before stays used up", words == ["GRANT_EXHAUSTED"], (words, err))
    check("counted by the user's days", server.used() == {"2026-06-05": CAP, "2026-06-06": CAP}, server.used())
    words, err = server.run("2026-09-01T12:00-04:00")
    check("old days are forgotten", list(server.used()) == ["2026-09-01"], server.used())
    sent = server.sent()
    check("30 were sent", sent == 3 * CAP, sent)


def refused(folder):
    server = Server(folder, f"--faults=429:50%@notifications.sms_to_agent,wait:1ms,seed:{SEED}")
    words, err = server.run(NOON)
    sent = server.sent()
    check("refused ones do not count: 10 were sent", sent == CAP and words.count("sent") == CAP, (sent, words, err))


def lost(folder):
    server = Server(folder, f"--faults=lost-reply:30%@notifications.sms_to_agent,cut:20%@notifications.sms_to_agent,seed:{SEED}")
    words, err = server.run(NOON)
    used = server.used()
    sent = server.sent()
    check("lost replies count: 10 were sent, not all known", sent == CAP and words.count("sent") < CAP, (sent, words, err))
    check("lost replies count: 10 count", used == {"2026-06-05": CAP}, used)


def killed(folder):
    rng = random.Random(SEED)
    kills = believed = 0
    for _ in range(KILLS):
        with tempfile.TemporaryDirectory(dir=folder) as place:
            server = Server(place, "--faults=latency:0ms..4ms")
            doomed = server.start(NOON, rng.choice((1, 4)))
            lines = rng.randint(1, 6)
            for line in doomed.stdout:
                lines -= 1
                believed += line == "sent\n"
                if lines == 0:
                    break
            doomed.kill()
            doomed.communicate()
            kills += doomed.returncode == -signal.SIGKILL
            server.run(NOON, 2)
            used = server.used()
            sent = server.sent()
            if not (sent <= CAP and used == {"2026-06-05": CAP} and sent >= CAP - 4):
                check("killed: at most 10 are sent, and what was claimed counts", False, (sent, used))
                return
    check(f"{kills} kills: at most 10 are sent each time, and what was claimed counts", kills > 0 and believed > 0)


for test in (race, midnight, refused, lost, killed):
    with tempfile.TemporaryDirectory(prefix="loftyrun-guard-") as path:
        test(path)
finish()
