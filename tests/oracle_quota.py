#!/usr/bin/env python3
"""Several runs on one key, against servers that count calls in windows of their own.

    tests/oracle_quota.py build/loftyrun

The servers are `loftyrun sandbox --rate-limit` in the forms that X-RateLimit-Reset may have, and one in Python that
knows nothing of ours: with a clock that is five minutes fast, seconds rounded down, windows that begin with a call.
Each says how many calls it refused: none, for sixteen are out at most before the first reply teaches the limit. How
much of each whole window was used is printed. All go at the same time, for most of it is waiting.
"""
import concurrent.futures
import json
import os
import random
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from email.utils import formatdate

KEY = "secret-key-of-this-test"
RUNS, LIMIT, WINDOWS = 4, 40, 3  # of each scenario; its calls fill that many windows
TIMEOUT = 90
BODY = b'[]'


class Counter:
    """Windows as a server keeps them. `first`: one begins with the first call after the one before."""

    def __init__(self, period, first=False):
        self.period, self.first = period, first
        self.lock, self.start, self.counts, self.refused = threading.Lock(), None, [], 0

    def count(self):
        """Counts a call: (refused, remaining, seconds left)."""
        with self.lock:
            now = time.monotonic()
            if self.start is None or now >= self.start + self.period:
                passed = 0 if self.start is None else (now - self.start) // self.period
                self.start = now if self.first or self.start is None else self.start + passed * self.period
                self.counts += [0] * max(0, int(passed) - 1) + [0]
            over = self.counts[-1] >= LIMIT
            self.refused += over
            self.counts[-1] += not over
            return over, LIMIT - self.counts[-1], self.start + self.period - now


class PythonServer:
    """An HTTP server of its own; `form` is that of the reset, `fast` how much its clock is."""

    def __init__(self, period, form, fast=0, first=False):
        self.counter, self.form, self.fast = Counter(period, first), form, fast
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        """A thread for each connection, until the socket is closed."""
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        """Answers GETs, one after the other."""
        received = b""
        with connection:
            while True:
                while b"\r\n\r\n" not in received:
                    try:
                        piece = connection.recv(65536)
                    except OSError:
                        return
                    if not piece:
                        return
                    received += piece
                received = received.partition(b"\r\n\r\n")[2]
                try:
                    connection.sendall(self.reply())
                except OSError:
                    return

    def reply(self):
        """Headers as Lofty's, and a body."""
        over, remaining, left = self.counter.count()
        now = time.time() + self.fast
        reset = {"floor": int(now + left), "epoch-ms": int((now + left) * 1000), "ms-left": int(left * 1000)}[self.form]
        body = b'{"message":"Too Many Requests"}' if over else BODY
        head = (f"HTTP/1.1 {'429 Too Many Requests' if over else '200 OK'}\r\nDate: {formatdate(now, usegmt=True)}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nX-RateLimit-Limit: {LIMIT}\r\n"
                f"X-RateLimit-Remaining: {remaining}\r\nX-RateLimit-Reset: {reset}\r\n\r\n")
        return head.encode() + body

    def stop(self):
        """(calls carried out, calls refused, calls of each window)."""
        self.socket.close()
        return sum(self.counter.counts), self.counter.refused, self.counter.counts


class Sandbox:
    """`loftyrun sandbox` with such a limit."""

    def __init__(self, program, directory, period, form):
        self.file = os.path.join(directory, "ledger")
        limit = f"{LIMIT}/{int(period * 1000)}ms,reset:{form}"
        self.child = subprocess.Popen([program, "sandbox", "--port", "0", "--rate-limit", limit, f"--ledger={self.file}"],
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = self.child.stdout.readline().strip()

    def stop(self):
        """As PythonServer's, without the windows."""
        self.child.send_signal(signal.SIGTERM)
        self.child.communicate(timeout=TIMEOUT)
        with open(self.file, encoding="utf-8") as written:
            ledger = json.load(written)
        return ledger["carried_out"], ledger["limited"], None


def start_run(program, directory, url, calls, *options):
    """One run that makes so many calls."""
    environment = {"PATH": os.environ["PATH"], "HOME": directory, "LOFTY_BASE_URL": url, "LOFTY_API_KEY": KEY}
    environment.update({name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")})
    script = f"for i = 1, {calls} do lofty.team.list_ponds() end"
    return subprocess.Popen([program, *options, "-e", script], env=environment, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def end_runs(runs):
    """(exit codes, all that they said)."""
    said = [run.communicate(timeout=TIMEOUT) for run in runs]
    return [run.returncode for run in runs], "".join(out + err for out, err in said)


def check_windows(name, program, server, directory, *options):
    """The runs fill some windows together."""
    calls = LIMIT * WINDOWS // RUNS
    runs = [start_run(program, directory, server.url, calls, *options) for _ in range(RUNS)]
    codes, said = end_runs(runs)
    done, refused, windows = server.stop()
    share = ""
    if windows and len(windows) > 2:
        share = f" ({100 * sum(windows[:-1]) / LIMIT / (len(windows) - 1):.0f}% of whole windows used)"
    yield f"{name}: every call is made, once", codes == [0] * RUNS and done == calls * RUNS, said
    yield f"{name}: none is refused{share}", refused == 0, f"{refused} refused\n{said}"
    yield f"{name}: the wait shows", "waiting" in said, said


def check_killed(name, program, server, directory):
    """Runs are killed and one is stopped for a while; the others go on."""
    seed = random.Random(4)
    runs = [start_run(program, directory, server.url, LIMIT, "--log-level", "error") for _ in range(7)]
    for run in runs[:3]:
        time.sleep(seed.uniform(0.02, 0.2))
        run.kill()
    runs[3].send_signal(signal.SIGSTOP)
    codes, said = end_runs(runs[4:])
    runs[3].send_signal(signal.SIGCONT)
    last, _ = end_runs([runs[3]])
    end_runs(runs[:3])
    _, refused, _ = server.stop()
    yield f"{name}: the others do their work", codes == [0, 0, 0], said
    yield f"{name}: the one that was stopped does its own", last == [0], ""
    # It may have had its permit before it was stopped, and call in another window.
    yield f"{name}: one call too many at most", refused <= 1, f"{refused} refused"


def quota_file(directory):
    """The one that a run has made."""
    folder = os.path.join(directory, ".local", "state", "loftyrun", "quota")
    names = os.listdir(folder)
    assert len(names) == 1, names
    return os.path.join(folder, names[0])


def check_damage(name, program, server, directory):
    """Whatever became of the file, runs go on, and share it again."""
    codes, said = end_runs([start_run(program, directory, server.url, 1)])
    path = quota_file(directory)
    mode, size = stat.S_IMODE(os.stat(path).st_mode), os.stat(path).st_size
    folder_mode = stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode)
    yield f"{name}: file and folder are the user's alone", (codes, mode, folder_mode) == ([0], 0o600, 0o700), said
    with open(path, "rb") as file:
        header = file.read(64)
    seed = random.Random(5)
    for what, content in [("empty", b""), ("cut", header), ("another program's", seed.randbytes(size)),
                          ("ours with rubbish in it", header + seed.randbytes(size - len(header))),
                          ("of zeros", bytes(size))]:
        with open(path, "wb") as file:
            file.write(content)
        codes, said = end_runs([start_run(program, directory, server.url, 3, "--log-level", "warn") for _ in range(3)])
        yield f"{name}: {what}: runs go on", (codes, said) == ([0] * 3, ""), said
        yield f"{name}: {what}: it is a quota again", open(path, "rb").read(16) == header[:16], ""
    os.chmod(path, 0o644)
    codes, said = end_runs([start_run(program, directory, server.url, 1)])
    yield f"{name}: others can read it: not shared, and that is said", (
        codes == [0] and said.count("is not shared with other runs") == 1 and path in said), said
    server.stop()


def scenarios(program, directory):
    """Each with a server and a home of its own."""
    def home(name):
        path = os.path.join(directory, name)
        os.mkdir(path)
        return path

    for form, period in [("epoch-s", 5), ("epoch-ms", 2), ("ms-left", 2)]:
        name = f"sandbox, {form}"
        place = home(name)
        yield check_windows(name, program, Sandbox(program, place, period, form), place)
    yield check_windows("seconds rounded down", program, PythonServer(5, "floor"), home("floor"))
    yield check_windows("clock 5 min fast", program, PythonServer(2, "epoch-ms", fast=300), home("fast"))
    yield check_windows("clock 5 min slow, seconds", program, PythonServer(5, "floor", fast=-300), home("slow"))
    yield check_windows("windows that begin with a call", program, PythonServer(2, "ms-left", first=True), home("first"))
    yield check_windows("bulk", program, PythonServer(2, "ms-left"), home("bulk"), "--priority", "bulk")
    yield check_killed("killed", program, PythonServer(2, "ms-left"), home("killed"))
    yield check_damage("damaged", program, PythonServer(1, "ms-left"), home("damaged"))


def main():
    """Prints a line for each check."""
    program = os.path.abspath(sys.argv[1])
    passed = failed = 0
    with tempfile.TemporaryDirectory() as directory, concurrent.futures.ThreadPoolExecutor(16) as pool:
        for results in pool.map(list, list(scenarios(program, directory))):
            for name, fine, detail in results:
                passed, failed = passed + bool(fine), failed + (not fine)
                print(f"{'ok' if fine else 'FAIL'} {name}")
                if not fine:
                    print("".join(f"  {line}\n" for line in detail.splitlines()), end="")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
