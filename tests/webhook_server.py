"""`loftyrun serve --listen` for the oracles of its inbox, a client that says to it whatever it is told to, and a look at its
store that goes past the program."""
import json
import os
import re
import select
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time

SECRET = "the-secret-of-this-test-0"
TIMEOUT = 30

results = {"passed": 0, "failed": 0}


def check(name, fine, detail=""):
    print(("ok " if fine else "FAIL ") + name, flush=True)
    if not fine and detail != "":
        print("  " + str(detail)[:2000].replace("\n", "\n  "), flush=True)
    results["passed" if fine else "failed"] += 1


def finish():
    print(f"{results['passed']} passed, {results['failed']} failed")
    sys.exit(1 if results["failed"] or not results["passed"] else 0)


def write_profile(folder, webhooks):
    config = os.path.join(folder, "home", ".config", "loftyrun")
    os.makedirs(config, exist_ok=True)
    with open(os.open(os.path.join(config, "config.lua"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("return { profiles = { default = { webhooks = " + webhooks + " } } }")


class Receiver:
    """The daemon on a state folder. `place` is what --listen is given; `socket_of` is handed over to it as systemd does."""

    def __init__(self, bin, folder, place="127.0.0.1:0", *options, environment=None, prepare=None, socket_of=None, profile=None):
        home = os.path.join(folder, "home")
        self.folder, self.errors = folder, ""
        if profile:
            write_profile(folder, profile)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOFTY", "XDG_", "LISTEN_"))}
        kept.update({"HOME": home, "LOFTYRUN_WEBHOOK_SECRET": SECRET, "LOFTY_API_KEY": "key-of-this-test"})
        kept.update(environment or {})
        wrap = ["sh", "-c", 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', "sh"] if socket_of else []

        def hand_over():  # as systemd does
            os.dup2(socket_of.fileno(), 3)
            os.set_inheritable(3, True)
        prepare = hand_over if socket_of else prepare
        words = [bin, "serve", "--state", os.path.join(folder, "state"), "--listen", place, *options]
        self.child = subprocess.Popen(wrap + words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.PIPE, env={k: v for k, v in kept.items() if v is not None},
                                      preexec_fn=prepare, close_fds=not socket_of)
        os.set_blocking(self.child.stderr.fileno(), False)
        self.place = self.wait_for(r"webhooks are taken.*place=(\S+)")
        if socket_of:
            self.port = socket_of.getsockname()[1]
            return
        self.port = int(self.place.rsplit(":", 1)[1]) if self.place and re.search(r":\d+$", self.place) else None

    def read_errors(self, seconds):
        if select.select([self.child.stderr], [], [], max(0, seconds))[0]:
            part = self.child.stderr.read()
            self.errors += (part or b"").decode(errors="replace")
            return bool(part)
        return True

    def wait_for(self, pattern):
        """What the pattern's group holds, as soon as it has been said; None where the daemon ends before."""
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end:
            found = re.search(pattern, self.errors)
            if found:
                return found.group(1) if found.groups() else found.group(0)
            if not self.read_errors(end - time.monotonic()):
                break
        return None

    def connect(self, tls=None):
        if self.place.startswith("unix:"):
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(TIMEOUT)
            line.connect(self.place[5:])
        else:
            line = socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT)
        return tls.wrap_socket(line, server_hostname="localhost") if tls else line

    def memory(self):
        """The most that it has held, in MiB."""
        with open(f"/proc/{self.child.pid}/status") as file:
            return int(re.search(r"VmHWM:\s+(\d+)", file.read()).group(1)) // 1024

    def stop(self, number=signal.SIGTERM):
        """Its exit code."""
        self.child.send_signal(number)
        try:
            code = self.child.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self.child.kill()
            code = self.child.wait()
        while self.read_errors(1):
            pass
        self.child.stderr.close()
        return code


def path(secret=SECRET, ending=""):
    return f"/hooks/{secret}{ending}"


def post(body, target=None, headers=(), method="POST"):
    """A request as bytes."""
    if isinstance(body, str):
        body = body.encode()
    lines = [f"{method} {target or path()} HTTP/1.1", "Host: localhost", *headers, f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def read_reply(line):
    """Status, headers in lower case, all of it; None where the connection ends before the reply is whole."""
    got = b""
    try:
        while b"\r\n\r\n" not in got:
            part = line.recv(65536)
            if not part:
                return None
            got += part
        head, rest = got.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for field in lines[1:]:
            name, value = field.split(":", 1)
            headers[name.lower()] = value.strip()
        while len(rest) < int(headers.get("content-length", 0)):
            part = line.recv(65536)
            if not part:
                return None
            rest += part
        return int(lines[0].split()[1]), headers, got
    except (OSError, ssl.SSLError):
        return None


def say(receiver, data, tls=None):
    """What is answered to these bytes on a connection of their own: a status; None where it is closed."""
    try:
        with receiver.connect(tls) as line:
            line.sendall(data)
            reply = read_reply(line)
            return reply and reply[0]
    except (OSError, ssl.SSLError):
        return None


def batch(first, count, list_id=2, array="updatedLead", member="leadId"):
    entries = [{member: number, "updateTime": 1763880000000 + number} for number in range(first, first + count)]
    return json.dumps({"listId": list_id, "teamId": 77, array: entries})


def look(folder, query, *arguments):
    """Rows of the store, read by another program."""
    store = sqlite3.connect(f"file:{os.path.join(folder, 'state', 'state.db')}?mode=ro", uri=True, timeout=TIMEOUT)
    try:
        return store.execute(query, arguments).fetchall()
    finally:
        store.close()


def count(folder, condition="1"):
    return look(folder, f"SELECT count(*) FROM inbox_events WHERE {condition}")[0][0]


def new_folder():
    return tempfile.mkdtemp(prefix="inbox.")
