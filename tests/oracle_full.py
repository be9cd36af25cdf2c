#!/usr/bin/env python3
"""A disk that fills up under runs that write, while they and those who look at their history are killed at random moments:
the store opens again and is right, the history says what the sandbox knows, and each thing was made once.

    tests/oracle_full.py build/loftyrun [ROUNDS [SEED]]

The disk is a small tmpfs of its own where mounting is allowed (unshare(1)); elsewhere files may not grow beyond a size,
which is as full to those who write."""
import collections
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import oracle_daemons  # noqa: E402
from checks import check, finish  # noqa: E402
from sandbox_server import Server  # noqa: E402

BIN = os.path.abspath(sys.argv[1])
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 14
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else int(os.environ.get("SEED", "6"))
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "oracle_once.lua")
INSIDE = "ORACLE_FULL_DISK"  # set in the process that may mount
PAGE = 4096
ROOM = 64 << 20
CREATES = 6 * ROUNDS


class Disk:
    """Somewhere to keep state that can become full."""

    def __init__(self, folder):
        self.folder, self.limit = folder, None
        self.mounted = bool(os.environ.get(INSIDE))
        os.mkdir(folder)
        if self.mounted:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=700", "none", folder], check=True)

    def leave(self, free):
        """Leaves so many bytes; None: as many as one likes."""
        if not self.mounted:
            store = os.path.join(self.folder, "kept", "state.db")
            largest = max([os.path.getsize(store + end) for end in ("", "-wal") if os.path.exists(store + end)], default=0)
            self.limit = None if free is None else largest + free
            return
        for _ in range(100):  # what others write meanwhile may be more than that already
            at = os.statvfs(self.folder)
            used = (at.f_blocks - at.f_bfree) * at.f_frsize
            size = max((ROOM if free is None else used + free) // PAGE, 1) * PAGE
            done = subprocess.run(["mount", "-o", f"remount,size={size}", self.folder], capture_output=True, check=False)
            if done.returncode == 0:
                return
        raise RuntimeError(done.stderr)

    def prepare(self):
        """What a process does before it is the program."""
        if self.limit:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.limit, self.limit))

    def close(self):
        """Ends it."""
        if self.mounted:
            subprocess.run(["umount", "-l", self.folder], check=True)


class Runs:
    """Everything that uses the store."""

    def __init__(self, server, disk, rng):
        self.disk, self.rng, self.state = disk, rng, os.path.join(disk.folder, "kept")
        self.environment = dict(os.environ, LOFTY_BASE_URL=server.url, LOFTY_API_KEY="key-of-this-test")
        self.codes = collections.Counter()

    def start(self, *words):
        """Starts the program."""
        return subprocess.Popen([BIN, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=self.environment, preexec_fn=self.disk.prepare)

    def script(self, concurrency):
        """A run that makes the things that are not there."""
        return self.start("--log-level", "error", "--no-wait", "--state", self.state, SCRIPT, "1", str(CREATES),
                          str(concurrency), "1s")

    def looker(self):
        """Somebody who asks, or copies."""
        return self.start(*self.rng.choice([("history", "--json"), ("history", "show", "last"), ("state", "check"),
                                            ("state", "backup", os.path.join(self.disk.folder, "copy"))]),
                          "--state", self.state)

    def end(self, child, what, kill):
        """Ends it, by force where that is asked for; whatever it says must be what it may say."""
        if kill:
            child.send_signal(signal.SIGKILL)
        out, err = child.communicate(timeout=300)
        self.codes[f"{what} {child.returncode}"] += 1
        said = child.returncode in (0, -signal.SIGKILL) or "loftyrun: " in err or "STATE_FAILED" in err
        return child.returncode, said, out, err

    def round(self):
        """A disk with a little room, a run and those who look at it."""
        rng, problems = self.rng, []
        self.disk.leave(rng.choice([0, 1, 3, 8, 20, 40, 80]) * PAGE)
        child = self.script(rng.choice([1, 4]))
        lookers = [self.looker() for _ in range(2)]
        left = rng.randint(0, 9)
        if rng.random() < 0.5:
            for line in child.stdout:
                left -= line.startswith("begin")
                if left < 0:
                    break
            kill = True
        else:
            kill = rng.random() < 0.3
            time.sleep(rng.uniform(0, 0.02) if kill else 0)
        # 8: some rows are open, the next run looks after them.
        for each, what, may in [(child, "run", (0, 5, 8))] + [(one, "other", (0, 5)) for one in lookers]:
            code, said, out, err = self.end(each, what, kill if each is child else rng.random() < 0.3)
            if code in (2, 3) and ("no runs yet" in err or "nothing has been kept there yet" in err):
                continue
            if code != -signal.SIGKILL and code not in may or not said:
                problems.append((what, code, out[-300:], err))
        return problems


def whole(store):
    """What SQLite itself says of the file, read by Python's."""
    database = sqlite3.connect(store)
    try:
        return database.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        database.close()


def history(runs):
    """All writes of all runs, as the command tells them."""
    found = []
    code, _, out, err = runs.end(runs.start("history", "--json", "--max", "10000", "--state", runs.state), "history", False)
    check("history lists the runs", code == 0, err)
    for run in json.loads(out):
        code, _, out, err = runs.end(runs.start("history", "show", str(run["run"]), "--json", "--state", runs.state),
                                     "history", False)
        if code == 0:
            found += json.loads(out)["writes"]
        else:
            check(f"history shows run {run['run']}", False, err)
    return found


def agree(writes, tasks):
    """What the history says was done is there, what is there is in the history, and nothing is in doubt."""
    states = collections.Counter(write["outcome"] for write in writes)
    claimed = {write["result"]["taskId"] for write in writes if write["outcome"] in ("done", "earlier") and write.get("result")}
    there = {task["id"] for task in tasks}
    recorded = collections.Counter(json.dumps(write["fields"].get("content")) for write in writes)
    unrecorded = [task["content"] for task in tasks if not recorded[json.dumps(task["content"])]]
    check("what the history says was done is what the sandbox has", claimed == there,
          f"only in the history {sorted(claimed - there)}, only in the sandbox {sorted(there - claimed)}")
    check("nothing was sent that was not recorded", not unrecorded, unrecorded)
    check("nothing is in doubt any more", not states["sending"] and not states["unknown"], states)
    print(f"  writes: {dict(states)}")


def wanted():
    """The contents that oracle_once.lua makes; some rows are alike."""
    found = collections.Counter()
    for row in range(1, CREATES + 1):
        found[f"row {row - 1 if row % 7 == 1 and row > 1 else row}"] += 1
    return found


def test(folder):
    """Everything."""
    rng = random.Random(SEED)
    disk, server = Disk(os.path.join(folder, "disk")), Server(BIN, "--faults=latency:0ms..3ms")
    runs = Runs(server, disk, rng)
    try:
        for number in range(1, ROUNDS + 1):
            problems = runs.round()
            check(f"round {number}: each says how it ended", not problems, problems)
            disk.leave(None)
            store = os.path.join(runs.state, "state.db")
            code, _, _, err = runs.end(runs.start("state", "check", "--state", runs.state), "check", False)
            state = whole(store) if os.path.exists(store) else "ok"
            check(f"round {number}: the store opens and is whole", code == 0 and state == "ok", (err, state))
            copy = os.path.join(disk.folder, "copy")
            if os.path.exists(copy):
                check(f"round {number}: a copy is whole, or is not there", whole(copy) == "ok")
        code = 8
        for _ in range(20):
            if code != 8:
                break
            code, _, _, err = runs.end(runs.script(4), "last run", False)
        check("with room again a run ends well", code == 0, err)
        tasks = server.tasks("row ")
        found = collections.Counter(task["content"] for task in tasks)
        check(f"each of {CREATES} was made once", found == wanted(), f"too many {found - wanted()}, too few {wanted() - found}")
        agree(history(runs), tasks)
    finally:
        server.stop()
        disk.close()
    print(f"  {'a tmpfs' if disk.mounted else 'a limit of size'}; exit codes: {dict(sorted(runs.codes.items()))}")
    check("the disk was full for some", any(code.endswith(" 5") for code in runs.codes), runs.codes)


def serve(folder):
    """Two daemons that catch up with an hour while the disk is full again and again. A run that cannot record its writes
    fails and makes nothing; one whose end cannot be recorded counts as killed."""
    rng = random.Random(SEED)
    disk, server = Disk(os.path.join(folder, "disk")), Server(BIN)
    daemons = oracle_daemons.Daemons(folder, server, rng)
    daemons.state = os.path.join(disk.folder, "kept")
    try:
        wanted = oracle_daemons.miss_an_hour(daemons)
        daemons.start()
        daemons.start()
        # One that begins on a full disk ends at once.
        oracle_daemons.wait_for(lambda: daemons.query("SELECT count(*) FROM served")[0][0] == 2 * oracle_daemons.JOBS)
        deadline = time.monotonic() + oracle_daemons.PATIENCE
        full = 0
        while not daemons.are_over(wanted) and time.monotonic() < deadline:
            if full < ROUNDS:
                full += 1
                disk.leave(rng.choice([0, 2, 6, 15]) * PAGE)
                time.sleep(rng.uniform(0.05, 0.3))
            before = set(daemons.children)
            rng.choice([daemons.kill_a_daemon, daemons.kill_a_run])()
            daemons.crippled += set(daemons.children) - before
            disk.leave(None)
            time.sleep(rng.uniform(0.2, 0.6))
        check("serve: all is over in time", daemons.are_over(wanted))
        daemons.end()
        oracle_daemons.judge(daemons, server, wanted, ("done", "died", "failed"))
        oracle_daemons.told(daemons)
        code = subprocess.run([BIN, "state", "check", "--state", daemons.state], capture_output=True, check=False).returncode
        check("serve: the store opens and is whole", code == 0, code)
    finally:
        for child in daemons.children:
            child.kill()
        server.stop()
        disk.close()


def mounting():
    """Whether a process of its own may mount."""
    if sys.platform != "linux" or not shutil.which("unshare"):
        return False
    probe = "mount -t tmpfs -o size=4096 none /mnt && mount -o remount,size=8192 /mnt"
    return subprocess.run(["unshare", "--map-root-user", "--mount", "sh", "-c", probe], capture_output=True,
                          check=False).returncode == 0


def main():
    """Here, or where a disk can be mounted."""
    if not os.environ.get(INSIDE) and mounting():
        os.environ[INSIDE] = "1"
        os.execvp("unshare", ["unshare", "--map-root-user", "--mount", sys.executable, *sys.argv])
    with tempfile.TemporaryDirectory(prefix="loftyrun-full-") as folder:
        test(folder)
    if os.environ.get(INSIDE):
        with tempfile.TemporaryDirectory(prefix="loftyrun-full-") as folder:
            serve(folder)
    else:
        print("skip a full disk under loftyrun serve: nothing can be mounted here")
    finish()


if __name__ == "__main__":
    main()
