#!/usr/bin/env python3
"""Two daemons on one store, one of them killed every few seconds, and runs of theirs too: each instant ran once.

    tests/oracle_daemons.py build/loftyrun [SECONDS [JOBS [SEED]]]

With SECONDS jobs that come every minute are watched for so long: 600 is what the promise is made for. Without, the jobs'
instants lie in the hour before: the daemons find that nobody was there for them and catch them all up, as fast as they
can, while they are killed more often; and other processes try to run the same instants.

What really happened is what the jobs write to a file, and what they make in a sandbox, read by a client that is not ours.
What the store says of each instant has to agree."""
import collections
import datetime
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from checks import check, finish  # noqa: E402
from sandbox_server import Server  # noqa: E402

BIN = os.path.abspath(sys.argv[1])
ARGUMENTS = sys.argv[2:] if __name__ == "__main__" else []
SECONDS = int(ARGUMENTS[0]) if ARGUMENTS else 0
JOBS = int(ARGUMENTS[1]) if len(ARGUMENTS) > 1 else 30 if SECONDS else 5
SEED = int(ARGUMENTS[2]) if len(ARGUMENTS) > 2 else int(os.environ.get("SEED", "4"))
MINUTE = 60_000
PATIENCE = 90  # seconds after which what should have ended hangs
FINAL = ("done", "died")
NOT_OVER = ("waiting", "running")

FILE = """
local lofty = require "lofty"
local lead = tonumber(os.getenv("ORACLE_LEAD"))

local function write(word, job)
  local file = assert(io.open(os.getenv("ORACLE_LOG"), "a"))
  assert(file:write(("%%s %%s %%d %%d\\n"):format(word, job.name, job.due, job.attempt)))
  assert(file:close())
end

local function work(job)
  write("begin", job)
  lofty.tasks.create { leadId = lead, type = "Call", content = ("%%s %%d"):format(job.name, job.due),
    assignedRole = "Agent", endAt = "2031-01-01T10:00:00Z" }
  lofty.sleep(math.random() * %s)
  write("end", job)
end

for number = 1, %d do
  lofty.on.schedule("%s", { name = "job" .. number, tz = "Etc/UTC", %s }, work)
end
"""


class Daemons:
    """Two of them, on one folder."""

    def __init__(self, folder, server, rng):
        self.folder, self.rng = folder, rng
        self.file, self.log, self.state = (os.path.join(folder, name) for name in ("jobs.lua", "log", "kept"))
        self.said = open(os.path.join(folder, "said"), "ab")
        lead = server.get("/v1.0/leads?limit=1")["leads"][0]["leadId"]
        self.environment = dict(os.environ, LOFTY_BASE_URL=server.url, LOFTY_API_KEY="key-of-this-test",
                                ORACLE_LOG=self.log, ORACLE_LEAD=str(lead))
        self.children, self.killed_runs, self.kills = [], set(), 0
        self.crippled = []  # those that may have begun where one cannot

    def write_file(self, expression, options, longest):
        """What they serve."""
        with open(self.file, "w", encoding="utf-8") as out:
            out.write(FILE % (longest, JOBS, expression, options))

    def command(self, *words):
        """Starts the program in a group of its own, so that it can be found with all that it starts."""
        return subprocess.Popen([BIN, *words, "--state", self.state], stdin=subprocess.DEVNULL, stdout=self.said,
                                stderr=self.said, env=self.environment, start_new_session=True)

    def start(self):
        """One more."""
        self.children.append(self.command("serve", self.file))

    def stop_one(self, child, number):
        """Ends one; what it returns."""
        child.send_signal(number)
        child.wait(timeout=PATIENCE)
        self.children.remove(child)
        return child.returncode

    def query(self, sql):
        """Reads the store, as anybody could."""
        database = sqlite3.connect(f"file:{self.state}/state.db?mode=ro", uri=True, timeout=60)
        try:
            return database.execute(sql).fetchall()
        finally:
            database.close()

    def instants(self):
        """State, process and so on by (job, instant)."""
        rows = self.query("SELECT name, instant, state, instants.process, attempt, times FROM instants "
                          "JOIN jobs ON jobs.id = instants.job")
        return {(name, instant): (state, process, attempt, times) for name, instant, state, process, attempt, times in rows}

    def are_over(self, wanted):
        """Whether all of these are known, and none is open."""
        states = [row[0] for row in self.instants().values()]
        return len(states) >= len(wanted) and not any(state in NOT_OVER for state in states)

    def kill_a_run(self):
        """Kills the process of some run that is under way."""
        running = [row[0] for row in self.query("SELECT process FROM instants WHERE state = 'running' AND process > 0")]
        if not running:
            return
        process = self.rng.choice(running)
        try:
            with open(f"/proc/{process}/cmdline", "rb") as words:
                if b"job\0run" not in words.read():
                    return
            os.kill(process, signal.SIGKILL)
            self.killed_runs.add(process)
        except OSError:
            pass

    def kill_a_daemon(self):
        """Kills one, at once or in the middle of a stop, and starts another."""
        child = self.rng.choice(self.children)
        child.send_signal(signal.SIGKILL)
        child.wait()
        self.children.remove(child)
        self.kills += 1
        self.start()

    def end(self):
        """Ends all that is left."""
        for child in list(self.children):
            code = self.stop_one(child, signal.SIGTERM)
            # One that has just been started has no handler yet; one that cannot begin says so, and is started again by whoever
            # looks after it.
            fine = (0, -signal.SIGTERM, 5) if child in self.crippled else (0, -signal.SIGTERM)
            check("a daemon that is told to end does", code in fine, code)
        self.said.close()

    def logged(self):
        """How often each word was written, by (job, instant)."""
        found = {"begin": collections.Counter(), "end": collections.Counter()}
        if os.path.exists(self.log):
            with open(self.log, encoding="utf-8") as lines:
                for line in lines:
                    word, name, due, _ = line.split()
                    found[word][name, int(due)] += 1
        return found


def judge(daemons, server, wanted, final=FINAL):
    """Compares what happened with what the store says, and both with what should have been."""
    instants, logged = daemons.instants(), daemons.logged()
    made = collections.Counter(task["content"] for task in server.tasks("job"))
    states = collections.Counter(row[0] for row in instants.values())
    missing = sorted(wanted - set(instants))
    check(f"each of {len(wanted)} instants is known", not missing, missing[:10])
    others = {key: row for key, row in instants.items() if row[0] not in final}
    check(f"each has run, and is {' or '.join(final)}", not others, list(others.items())[:10])
    twice = {key: count for key, count in logged["begin"].items() if count > 1}
    check("none has begun twice", not twice, twice)
    doubled = {content: count for content, count in made.items() if count > 1}
    check("nothing was made twice", not doubled, doubled)
    lost = [key for key, row in instants.items() if row[0] == "done" and
            (logged["begin"][key], logged["end"][key], made[f"{key[0]} {key[1]}"]) != (1, 1, 1)]
    check("what is done has begun, ended and made its thing once", not lost, lost[:10])
    unknown = [(key, row) for key, row in instants.items() if row[0] == "died" and row[1] not in daemons.killed_runs]
    check("only runs that were killed have died", not unknown or final != FINAL, unknown[:10])
    strangers = [key for key in logged["begin"] if key not in instants]
    check("nothing ran that is not known", not strangers, strangers[:10])
    whole = daemons.query("PRAGMA integrity_check") == [("ok",)]
    check("the store is whole", whole)
    runs = dict(daemons.query("SELECT state, count(*) FROM instants GROUP BY state"))
    print(f"  {len(wanted)} instants, {sum(logged['begin'].values())} begun, {sum(made.values())} made; {dict(states)}; "
          f"{daemons.kills} daemons and {len(daemons.killed_runs)} runs killed; rows {runs}")


def told(daemons):
    """Nobody had to report what cannot be."""
    with open(os.path.join(daemons.folder, "said"), encoding="utf-8", errors="replace") as lines:
        bad = [line for line in lines if "Sanitizer" in line or "runtime error" in line or "database is" in line]
    check("nothing odd was said", not bad, bad[:5])


def miss_an_hour(daemons):
    """Jobs of the hour before, as if no daemon had been there; their instants."""
    hour = int(time.time()) // 3600 * 3600 - 3600
    step = 5
    daemons.write_file(f"*/{step} {datetime.datetime.fromtimestamp(hour, datetime.timezone.utc).hour} * * *",
                       'catch_up = "all", window = "12h", overlap = "queue"', 0.02)
    daemons.start()
    wait_for(lambda: daemons.query("SELECT count(*) FROM served")[0][0] == JOBS)
    daemons.stop_one(daemons.children[0], signal.SIGTERM)
    database = sqlite3.connect(f"file:{daemons.state}/state.db?mode=rw", uri=True)
    with database:
        database.execute("UPDATE jobs SET considered = ?", ((hour - 1) * 1000,))
    database.close()
    return {(f"job{number}", (hour + 60 * minute) * 1000) for number in range(1, JOBS + 1) for minute in range(0, 60, step)}


def caught_up(folder, server, rng):
    """The hour before, as fast as it goes."""
    daemons = Daemons(folder, server, rng)
    wanted = miss_an_hour(daemons)
    daemons.start()
    daemons.start()
    rivals = []
    deadline = time.monotonic() + PATIENCE

    def is_over():
        return daemons.are_over(wanted)
    while not is_over() and time.monotonic() < deadline:
        time.sleep(rng.uniform(0.05, 0.4))
        rng.choice([daemons.kill_a_daemon, daemons.kill_a_run, lambda: rivals.extend(rival(daemons, wanted))])()
    check("all is over in time", is_over())
    codes = collections.Counter(child.wait(timeout=PATIENCE) for child in rivals)
    check("another process runs an instant that waits, or is told that it has run", not set(codes) - {0, 7, -9}, codes)
    daemons.end()
    judge(daemons, server, wanted)
    told(daemons)


def rival(daemons, wanted):
    """Processes that try to run one instant at once."""
    name, instant = daemons.rng.choice(sorted(wanted))
    at = datetime.datetime.fromtimestamp(instant // 1000, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [daemons.command("job", "run", name, "--at", at) for _ in range(2)]


def wait_for(condition):
    """Until it is so."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except sqlite3.Error:
            pass  # there is no store yet
        time.sleep(0.02)
    raise RuntimeError("it never came about")


def watched(folder, server, rng):
    """Every minute, by the clock on the wall."""
    daemons = Daemons(folder, server, rng)
    daemons.write_file("* * * * *", 'overlap = "allow"', 4)
    daemons.start()
    wait_for(lambda: daemons.query("SELECT count(*) FROM served")[0][0] == JOBS)
    begun = int(time.time() * 1000)
    daemons.start()
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        time.sleep(rng.uniform(0.5, 4))
        if time.time() % 60 < 6 or rng.random() < 0.1:
            daemons.kill_a_run()
        if rng.random() < 0.8:
            daemons.kill_a_daemon()
    # In the middle of a minute nothing begins, and soon nothing goes on.
    ended = int(time.time() * 1000)
    wait_for(lambda: 10 < time.time() % 60 < 40 and time.time() * 1000 // MINUTE >= ended // MINUTE + 1 and
             not [row for row in daemons.instants().values() if row[0] in NOT_OVER])
    daemons.end()
    first = -(-begun // MINUTE) * MINUTE
    wanted = {(f"job{number}", instant) for number in range(1, JOBS + 1) for instant in range(first, ended + 1, MINUTE)}
    judge(daemons, server, wanted)
    told(daemons)


def main():
    """One of the two."""
    rng = random.Random(SEED)
    with tempfile.TemporaryDirectory(prefix="loftyrun-serve-") as folder:
        server = Server(BIN)
        try:
            (watched if SECONDS else caught_up)(folder, server, rng)
        except RuntimeError as problem:
            with open(os.path.join(folder, "said"), encoding="utf-8", errors="replace") as said:
                check(str(problem), False, said.read()[-2000:])
        finally:
            server.stop()
    finish()


if __name__ == "__main__":
    main()
