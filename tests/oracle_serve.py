#!/usr/bin/env python3
"""loftyrun serve as a whole, while the clock goes on, is put and stands still: what ran is counted by the jobs themselves,
in files, and compared with what must have run.

    tests/oracle_serve.py build/loftyrun

The time of day is shifted by tests/clock_shift.c in all processes; nobody waits for a minute to pass."""
import concurrent.futures
import http.server
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import clock_shift  # noqa: E402
from checks import check, finish  # noqa: E402

BIN = os.path.abspath(sys.argv[1])
HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = 60  # seconds for what is to happen; nothing is proven by how long it takes


def seconds(text):
    """An instant in UTC as seconds since 1970."""
    return int(time.mktime(time.strptime(text + " UTC", "%Y-%m-%d %H:%M:%S %Z")) - time.timezone)


class World:
    """A folder with a clock, a store and files of jobs."""

    def __init__(self, now):
        self.folder = tempfile.TemporaryDirectory()
        self.path = self.folder.name
        self.state = os.path.join(self.path, "state")
        self.env = dict(os.environ, HOME=self.path, CLOCK_SHIFT=os.path.join(self.path, "shift"), LD_PRELOAD=SHIM,
                        TZ="UTC", OUT=os.path.join(self.path, "out"))
        for name in [n for n in self.env if n.startswith("LOFTY")]:
            del self.env[name]
        self.env["ASAN_OPTIONS"] = "verify_asan_link_order=0:detect_leaks=0"
        self.shift = 0.0
        self.set(now)
        self.daemons = []
        self.target = ["--sandbox=empty"]

    def now(self):
        return time.time() + self.shift

    def set(self, now):
        """Puts the clock, at once for everybody."""
        self.shift = (seconds(now) if isinstance(now, str) else now) - time.time()
        temporary = self.env["CLOCK_SHIFT"] + ".new"
        with open(temporary, "w", encoding="ascii") as file:
            file.write(f"{int(self.shift * 1000)}\n")
        os.rename(temporary, self.env["CLOCK_SHIFT"])

    def write(self, text, name="jobs.lua"):
        path = os.path.join(self.path, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write('local lofty = require "lofty"\n' + NOTE + text)
        return path

    def serve(self, *words):
        log = open(os.path.join(self.path, f"log{len(self.daemons)}"), "w+", encoding="utf-8")
        daemon = subprocess.Popen([BIN, "serve", *self.target, "--state", self.state, "--log-format", "json",
                                   *(words or ["jobs.lua"])],
                                  cwd=self.path, env=self.env, stdout=log, stderr=subprocess.STDOUT)
        daemon.log = log
        self.daemons.append(daemon)
        self.wait_logged(daemon, '"serving"')
        return daemon

    def logged(self, daemon):
        daemon.log.flush()
        with open(daemon.log.name, encoding="utf-8") as file:
            return file.read()

    def run(self, *words):
        return subprocess.run([BIN, *words, *self.target, "--state", self.state], cwd=self.path, env=self.env,
                              capture_output=True, text=True, timeout=PATIENCE, check=False)

    def out(self):
        """What the jobs have noted, a line each."""
        try:
            with open(self.env["OUT"], encoding="utf-8") as file:
                return file.read().splitlines()
        except FileNotFoundError:
            return []

    def rows(self, job):
        """(instant in UTC, state, attempt, exit code) of a job."""
        try:
            db = sqlite3.connect(f"file:{self.state}/state.db?mode=ro", uri=True, timeout=10)
            found = db.execute("SELECT instant, state, attempt, exit_code FROM instants JOIN jobs ON jobs.id = job"
                               " WHERE name = ? AND by_hand = 0 ORDER BY instant", (job,)).fetchall()
            db.close()
        except sqlite3.OperationalError:
            return []
        return [(time.strftime("%d %H:%M", time.gmtime(row[0] / 1000)), *row[1:]) for row in found]

    def states(self, job):
        return [f"{row[0]} {row[1]}" for row in self.rows(job)]

    def wait(self, what, fine):
        """Waits until it is so."""
        end = time.time() + PATIENCE
        while time.time() < end:
            if fine():
                return True
            time.sleep(0.02)
        raise TimeoutError(what + "\n" + "\n".join(map(str, self.out())) + "\n"
                           + "\n".join(self.logged(d) for d in self.daemons))

    def wait_logged(self, daemon, text):
        return self.wait("the daemon says: " + text, lambda: text in self.logged(daemon))

    def end(self, daemon, number=signal.SIGTERM):
        daemon.send_signal(number)
        return daemon.wait(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for daemon in self.daemons:
            if daemon.poll() is None:
                daemon.kill()
                daemon.wait()
            daemon.log.close()
        self.folder.cleanup()


NOTE = """
local function note(...)
  local file = assert(io.open(os.getenv "OUT", "a"))
  file:write(table.concat({ ... }, " "), "\\n")
  file:close()
end
"""


def test_due():
    job = 'lofty.on.schedule("30 2 * * *", { name = "nightly", tz = "America/New_York" },' \
          ' function(job) note(job.name, job.at, job.attempt, tostring(job.by_hand)) end)'
    with World("2026-03-08 06:59:05") as world:
        world.write(job)
        daemon = world.serve()
        world.set("2026-03-08 06:59:59")
        world.wait_logged(daemon, "the run is done")
        check("a time that the clocks skip runs at the change, in a process of its own",
              world.out() == ["nightly 2026-03-08T03:00:00-04:00 1 false"], world.out())
        lines = [json.loads(line) for line in world.logged(daemon).splitlines()]
        ended = [line for line in lines if line["message"] == "the run is done"]
        check("the log has job, instant, run, exit code and duration",
              len(ended) == 1 and ended[0]["job"] == "nightly" and ended[0]["run"] == 1 and ended[0]["exit_code"] == 0
              and ended[0]["instant"] == "2026-03-08T07:00:00+00:00" and ended[0]["seconds"] >= 0, ended)
        listed = json.loads(world.run("job", "list", "--json").stdout)
        check("job list knows it", [(j["name"], j["state"], j["served"], j["last"]["state"], j["next"]) for j in listed]
              == [("nightly", "ready", True, "done", "2026-03-09T02:30:00-04:00")], listed)
        check("SIGTERM ends it with 0", world.end(daemon) == 0)
        shown = world.run("history", "list", "--json").stdout
        check("the run is in the history", [(r["run"], r["exit_code"]) for r in json.loads(shown)] == [(1, 0)], shown)
        listed = json.loads(world.run("job", "list", "--json").stdout)
        check("a job that no daemon has is not served", listed[0]["state"] == "not served", listed)


def test_clock():
    job = 'lofty.on.schedule("0 * * * *", { name = "hourly" }, function(job) note(job.at) end)'
    with World("2026-05-04 05:59:05") as world:
        world.write(job)
        daemon = world.serve()
        world.set("2026-05-04 05:59:59")
        world.wait("the first hour runs", lambda: world.states("hourly") == ["04 06:00 done"])
        world.set("2026-05-04 09:30:00")
        world.wait("a clock put forward misses hours", lambda: len(world.rows("hourly")) == 4)
        check("hours over which the clock was put are missed, and say so", world.states("hourly") ==
              ["04 06:00 done", "04 07:00 missed", "04 08:00 missed", "04 09:00 missed"], world.states("hourly"))
        world.set("2026-05-04 05:59:30")
        world.wait("they are open again", lambda: len(world.rows("hourly")) == 1)
        world.set("2026-05-04 06:59:58")
        world.wait("the hour comes", lambda: world.states("hourly") == ["04 06:00 done", "04 07:00 done"])
        check("put right again, each hour runs when it comes, and none twice",
              [line[11:16] for line in world.out()] == ["06:00", "07:00"], world.out())
        world.end(daemon)


def test_reload():
    first = 'lofty.on.schedule("* * * * *", { name = "each" }, function() note("first") end)'
    with World("2026-05-04 05:59:05") as world:
        world.write(first)
        daemon = world.serve()
        world.set("2026-05-04 05:59:59")
        world.wait("it runs", lambda: world.out() == ["first"])
        world.write("lofty.on.schedule(\"* * * * *\", { nam = \"each\" }, function() note('broken') end)")
        daemon.send_signal(signal.SIGHUP)
        world.wait_logged(daemon, "the files were not taken")
        check("a broken file is refused at its line", 'unknown option \\"nam\\"; did you mean \\"name\\"?'
              in world.logged(daemon) and "jobs.lua:8:" in world.logged(daemon), world.logged(daemon))
        why = [json.loads(line) for line in world.logged(daemon).splitlines() if "did you mean" in line]
        check("as an error, for those who look at those alone", [line["level"] for line in why] == ["error"], why)
        world.set("2026-05-04 06:00:58")
        world.wait("the old one goes on", lambda: world.out() == ["first", "first"])
        world.write("this is no Lua")
        world.set("2026-05-04 06:01:58")
        world.wait("whatever is in the file", lambda: world.out() == ["first"] * 3)
        world.write(first.replace("first", "second"))
        daemon.send_signal(signal.SIGHUP)
        world.wait_logged(daemon, "the files were read again")
        world.set("2026-05-04 06:02:58")
        check("what was broken and is right again runs as it is now",
              world.wait("the new one runs", lambda: world.out() == ["first"] * 3 + ["second"]))
        world.end(daemon)


SLOW = """
lofty.on.schedule("* * * * *", { name = "slow", overlap = "%s"%s }, function(job)
  note("begun", job.at:sub(12, 16), job.attempt)
  local stop = os.getenv "OUT" .. ".go"
  while not io.open(stop) do lofty.sleep(0.05) end
  note("ended", job.at:sub(12, 16))
end)
"""


RETRIES = ", retries = 1, retry_delay = 1"


def go(world):
    with open(world.env["OUT"] + ".go", "w", encoding="ascii"):
        pass


def process_of(world):
    db = sqlite3.connect(f"file:{world.state}/state.db?mode=ro", uri=True, timeout=10)
    found = db.execute("SELECT process FROM instants WHERE state = 'running'").fetchall()
    db.close()
    return found[0][0]


def test_killed_daemon():
    with World("2026-05-04 05:59:05") as world:
        world.write(SLOW % ("skip", ""))
        world.serve()
        world.set("2026-05-04 05:59:59")
        world.wait("it begins", lambda: world.out() == ["begun 06:00 1"])
        world.end(world.daemons[0], signal.SIGKILL)
        second = world.serve()
        world.set("2026-05-04 06:00:59")
        world.wait_logged(second, "skipped")
        go(world)
        world.wait("it ends", lambda: world.states("slow")[:2] == ["04 06:00 done", "04 06:01 skipped"])
        check("a run outlives its daemon, and the next one does not double it",
              world.out()[:2] == ["begun 06:00 1", "ended 06:00"], world.out())
        world.end(second)


def test_killed_child():
    with World("2026-05-04 05:59:05") as world:
        world.write(SLOW % ("skip", RETRIES))
        daemon = world.serve()
        world.set("2026-05-04 05:59:59")
        world.wait("it begins", lambda: world.out() == ["begun 06:00 1"])
        os.kill(process_of(world), signal.SIGKILL)
        world.wait("it is made again", lambda: world.out() == ["begun 06:00 1", "begun 06:00 2"])
        check("a run that was killed has died, and is made again as retries says",
              "the run has died" in world.logged(daemon), world.logged(daemon))
        os.kill(process_of(world), signal.SIGKILL)
        world.wait("and has died", lambda: world.rows("slow")[:1] == [("04 06:00", "died", 2, 128 + signal.SIGKILL)])
        world.wait_logged(daemon, '"exit_code":137')
        world.end(daemon)


def test_overlap():
    with World("2026-05-04 05:59:05") as world:
        world.write(SLOW % ("queue", ""))
        daemon = world.serve()
        world.set("2026-05-04 05:59:59")
        world.wait("it begins", lambda: world.out() == ["begun 06:00 1"])
        world.set("2026-05-04 06:00:59")
        world.wait("the next one waits", lambda: world.states("slow") == ["04 06:00 running", "04 06:01 waiting"])
        busy = world.run("job", "run", "slow")
        check("by hand it ends with 7 meanwhile", busy.returncode == 7 and "under way" in busy.stderr, busy)
        go(world)
        world.wait("one after the other", lambda: world.states("slow")[:2] == ["04 06:00 done", "04 06:01 done"])
        check("queue: it runs afterwards", world.out()[:4] == ["begun 06:00 1", "ended 06:00", "begun 06:01 1", "ended 06:01"],
              world.out())
        world.end(daemon)
    with World("2026-05-04 05:59:05") as world:
        world.write(SLOW % ("cancel", RETRIES))
        first, second = world.serve(), world.serve()
        world.set("2026-05-04 05:59:59")
        world.wait("it begins", lambda: world.out() == ["begun 06:00 1"])
        world.set("2026-05-04 06:00:59")
        world.wait("the next one begins", lambda: world.out() == ["begun 06:00 1", "begun 06:01 1"])
        # A run that takes more than a second to end, on a busy machine, is ended by force and leaves no exit code.
        check("cancel: the earlier run is ended, also that of another daemon",
              world.rows("slow") in [[("04 06:00", "cancelled", 1, code), ("04 06:01", "running", 1, None)]
                                     for code in (143, None)], world.rows("slow"))
        codes = [world.end(first), world.end(second)]
        check("SIGTERM ends what runs, and the daemon with 0", codes == [0, 0],
              [codes, world.logged(first), world.logged(second)])
        check("what was ended is not done", [r[1] for r in world.rows("slow")] in (["cancelled", "waiting"], ["cancelled", "failed"]),
              world.rows("slow"))


def test_most():
    with World("2026-05-04 05:59:05") as world:
        world.write((SLOW % ("skip", "")).replace("* * * * *", "0 6 * * *").replace('"slow"', '"a"') +
                    (SLOW % ("skip", "")).replace("* * * * *", "0 6 * * *").replace('"slow"', '"b"'))
        daemon = world.serve("jobs.lua", "--max-jobs", "1")
        world.set("2026-05-04 05:59:59")
        world.wait("one begins", lambda: world.out() == ["begun 06:00 1"])
        check("--max-jobs: the other one waits", sorted(world.states("a") + world.states("b")) ==
              ["04 06:00 running", "04 06:00 waiting"], world.logged(daemon))
        world.set("2026-05-04 07:30:00")
        go(world)
        world.wait("and has its turn, however late", lambda: world.states("a") + world.states("b") == ["04 06:00 done"] * 2)
        world.end(daemon)


def test_missed():
    with World("2026-05-04 05:30:00") as world:
        world.write("""
for _, catch_up in ipairs { "none", "one", "all" } do
  lofty.on.schedule("0 * * * *", { name = catch_up, catch_up = catch_up, window = catch_up ~= "none" and "3h" or nil },
    function(job) note(job.name, job.at:sub(12, 16), job.late >= 600 and "late" or "") end)
end""")
        daemon = world.serve()
        world.end(daemon)
        world.set("2026-05-04 10:10:00")
        daemon = world.serve()
        world.wait("they run", lambda: len(world.out()) == 4)
        check("what was missed while no daemon was there: none, one or all within a window", sorted(world.out()) ==
              ["all 08:00 late", "all 09:00 late", "all 10:00 late", "one 10:00 late"], world.out())
        check("has a row each", world.states("none") == [f"04 {hour:02}:00 missed" for hour in range(6, 11)],
              world.states("none"))
        check("and a line in the log", '"missed":11' in world.logged(daemon), world.logged(daemon))
        world.end(daemon)


def test_pause():
    with World("2026-05-04 05:59:05") as world:
        world.write('lofty.on.schedule("* * * * *", { name = "each" }, function(job) note(job.at:sub(12, 16)) end)\n'
                    'lofty.on.schedule("* * * * *", { name = "bad", pause_after = 2 }, function() error("no") end)')
        daemon = world.serve()
        paused = world.run("job", "pause", "each")
        check("pausing", (paused.returncode, paused.stdout) == (0, "each is paused\n"), paused)
        world.set("2026-05-04 06:00:00")
        world.wait("it is paused", lambda: world.states("each") == ["04 06:00 paused"])
        check("a paused job runs by hand", world.run("job", "run", "each").returncode == 0)
        check("once", len(world.out()) == 1, world.out())
        resumed = world.run("job", "resume", "each")
        check("going on", (resumed.returncode, resumed.stdout) == (0, "each goes on\n"), resumed)
        world.set("2026-05-04 06:01:00")
        world.wait("it runs", lambda: world.states("each") == ["04 06:00 paused", "04 06:01 done"])
        check("and what came while it was paused is not caught up", [line for line in world.out()][1:] == ["06:01"], world.out())
        world.wait_logged(daemon, "it failed too often in a row")
        listed = json.loads(world.run("job", "list", "--json").stdout)
        check("a job that fails too often is paused",
              [(j["name"], j["state"], j.get("paused_by_failures")) for j in listed][0] == ("bad", "paused", True), listed)
        world.end(daemon)


def test_two_daemons():
    """One of two is killed again and again; a minute passes as soon as the one before is over."""
    minutes = 12
    with World("2026-05-04 05:59:05") as world:
        world.write('lofty.on.schedule("* * * * *", { name = "each", catch_up = "all" }, function(job) note(job.at:sub(12, 16)) end)')
        daemons = [world.serve(), world.serve()]
        for minute in range(minutes):
            world.set(seconds("2026-05-04 06:00:00") + 60 * minute)
            if minute % 3 == 1:
                world.end(daemons[minute % 2], signal.SIGKILL)
                daemons[minute % 2] = world.serve()
            world.wait("a minute is over", lambda: [row[1] for row in world.rows("each")] == ["done"] * (minute + 1))
        check("two daemons, one killed now and then: each minute ran once",
              world.out() == [f"06:{minute:02}" for minute in range(minutes)], world.out())
        said = "".join(world.logged(daemon) for daemon in world.daemons)
        check("that one of them is late is worth no line", "is not waiting" not in said, said)
        for daemon in daemons:
            world.end(daemon)


def write_profile(world, text):
    """The configuration; "" breaks it."""
    folder = os.path.join(world.path, ".config", "loftyrun")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "config.lua")
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write("return { profiles = { p = { " + text + " } } }" if text else "return {")
    os.chmod(path + ".new", 0o600)
    os.rename(path + ".new", path)


def test_never_begins():
    """Runs that end before they have begun are started again, but not when it is too late for them."""
    with World("2026-05-04 05:59:05") as world:
        world.write('for _, catch_up in ipairs { "none", "all" } do\n'
                    '  lofty.on.schedule("0 6 * * *", { name = catch_up, catch_up = catch_up },\n'
                    '    function(job) note(job.name, job.at:sub(12, 16)) end)\nend')
        write_profile(world, 'priority = "bulk"')
        daemon = world.serve("jobs.lua", "--profile", "p")
        write_profile(world, "")
        world.set("2026-05-04 05:59:59")
        world.wait("neither begins", lambda: world.logged(daemon).count("a run has not begun (exit code 3)") == 2)
        world.set("2026-05-04 06:00:20")
        listed = json.loads(world.run("job", "list", "--json").stdout)
        check("job list says what waits, and since when",
              [(j["name"], j["state"], j["waiting"], j["waiting_since"]) for j in listed] ==
              [(name, "waiting (1)", 1, "2026-05-04T06:00:00+00:00") for name in ("all", "none")], listed)
        write_profile(world, 'priority = "bulk"')
        world.set("2026-05-04 09:00:00")
        world.wait("both are over", lambda: world.states("all") == ["04 06:00 done"] and
                   world.states("none") == ["04 06:00 missed"])
        check("once it can begin only what is caught up runs", world.out() == ["all 06:00"], world.out())
        check("and the log says so", "it is too late for it now" in world.logged(daemon), world.logged(daemon))
        shown = world.run("job", "list").stdout
        check("job list says that it was missed", "missed 2026-05-04 06:00" in shown and shown.count("missed") == 1, shown)
        world.end(daemon)


def test_seldom():
    """A job that seldom comes is not taken for one that nobody has served for 90 days."""
    with World("2026-01-05 05:59:05") as world:
        world.write('lofty.on.schedule("0 6 1 1 *", { name = "yearly" }, function() note("yearly") end)')
        world.write('lofty.on.schedule("0 0 1 * *", { name = "monthly" }, function() note("monthly") end)', "other.lua")
        daemons = [world.serve(), world.serve("other.lua")]
        world.run("job", "pause", "yearly")
        world.set("2026-06-20 05:00:00")
        world.wait("it is considered", lambda: os.path.exists(world.state + "/state.db") and considered(world) > seconds(
            "2026-06-20 00:00:00"))
        for daemon in daemons:
            world.end(daemon, signal.SIGKILL)
        daemon = world.serve("other.lua")
        listed = json.loads(world.run("job", "list", "--json").stdout)
        check("it stays, and stays paused", [(j["name"], j["state"]) for j in listed] ==
              [("monthly", "ready"), ("yearly", "paused, not served")], listed)
        world.end(daemon)


def considered(world):
    db = sqlite3.connect(f"file:{world.state}/state.db?mode=ro", uri=True, timeout=10)
    found = db.execute("SELECT considered FROM jobs WHERE name = 'yearly'").fetchone()[0]
    db.close()
    return found / 1000


class Pinged(http.server.BaseHTTPRequestHandler):
    """Takes note of what it is asked."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def do_GET(self):
        self.server.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def test_options():
    """What serve is given each of its runs has."""
    pinged = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pinged)
    pinged.asked = []
    threading.Thread(target=pinged.serve_forever, daemon=True).start()
    with World("2026-05-04 05:59:05") as world:
        world.write("""
lofty.on.schedule("0 6 * * *", { name = "fine" }, function(job)
  print("not said")
  note(job.name, tostring((lofty.guard.may("delete_notes"))), tostring((lofty.guard.may("delete_tasks"))))
end)
lofty.on.schedule("0 6 * * *", { name = "greedy" }, function()
  print("said")
  return ("x"):rep(50 << 20):rep(4)
end)""")
        world.target = ["--profile", "p"]
        world.env["LOFTY_API_KEY"] = "k"
        write_profile(world, f'ping = {{ jobs = "http://127.0.0.1:{pinged.server_port}/jobs" }}')
        daemon = world.serve("jobs.lua", "--max-memory", "40M", "--ping", "jobs", "--allow", "delete_notes",
                             "--on-failure", 'echo "$LOFTYRUN_JOB" "$LOFTYRUN_EXIT_CODE" "$LOFTYRUN_RUN" >> "$OUT"')
        world.set("2026-05-04 05:59:59")
        world.wait("both are over", lambda: world.states("fine") == ["04 06:00 done"] and
                   world.states("greedy") == ["04 06:00 failed"])
        run = json.loads(world.run("job", "list", "--json").stdout)[1]["last"]["run"]
        world.wait("all is told", lambda: len(world.out()) == 2 and len(pinged.asked) == 4)
        check("--allow grants that, and nothing else", "fine true nil" in world.out(), world.out())
        check("--max-memory ends a run with 6", world.rows("greedy") == [("04 06:00", "failed", 1, 6)], world.rows("greedy"))
        check("--on-failure is run where one fails, and only there", f"greedy 6 {run}" in world.out(), world.out())
        check("--ping tells of both", sorted(pinged.asked) == ["/jobs", "/jobs/fail", "/jobs/start", "/jobs/start"], pinged.asked)
        lines = world.logged(daemon).splitlines()
        check("what a run prints is said where it fails, and only there", "said" in lines and "not said" not in lines, lines)
        shown = [world.run("history", "show", name).stdout for name in ("fine", "greedy")]
        check("history show has it under the job's name", "#fine, done" in shown[0] and "not said" in shown[0] and
              "#greedy, failed (6)" in shown[1] and "\n  said\n" in shown[1].replace("| ", "  "), shown)
        world.end(daemon)
    pinged.shutdown()


def attempt(test):
    try:
        test()
    except (TimeoutError, subprocess.TimeoutExpired) as problem:
        check(test.__name__, False, problem)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as tools:
        SHIM = clock_shift.build(tools)
        tests = [test for name, test in sorted(globals().items())
                 if name.startswith("test_") and (len(sys.argv) < 3 or sys.argv[2] in name)]
        # They mostly wait for each other's processes.
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(attempt, tests))
    finish()
