#!/usr/bin/env python3
"""The tokens of a grant, renewed by many processes, by processes that are killed, and where nothing can be kept, against
an authorization server written here, which counts what it is asked.

    tests/oracle_tokens.py build/loftyrun
"""
import base64
import hashlib
import http.server
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

TIMEOUT = 60
PROGRAM = os.path.abspath(sys.argv[1])
SECRET = "s3cret/with+odd=characters&"
CUSTOMER = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
CALL = "print(lofty.members.me().id)"
FILE = re.compile(
    r"loftyrun tokens 1\nkind = (login|client_credentials)\nclient_id = app\nendpoint = http://127\.0\.0\.1:\d+/\S+\n"
    r"obtained_at = \d+\nexpires_at = \d+\naccess_token = \S+\n(refresh_token = \S+\n)?end\n")


class Lofty:
    """Tokens and one call. `rotates`: a refresh token works once. `held`: replies wait until it is set. `once`: an
    access token that is in force for one call."""

    def __init__(self, rotates=False, basic_only=False):
        self.lock, self.serial, self.rotates, self.basic_only = threading.Lock(), 0, rotates, basic_only
        self.access, self.refresh, self.requests, self.calls = set(), {"refresh-token-0"}, [], []
        self.plan, self.arrived, self.held, self.once = [], threading.Event(), None, None
        lofty = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """HTTP for the books above."""
            protocol_version = "HTTP/1.1"

            def reply(self, status, value):
                """Answers with JSON."""
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass  # whoever asked was killed

            def do_POST(self):
                """A token, or a create."""
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                if "token" not in self.path:
                    self.reply(*lofty.call(self.headers["Authorization"], self.command + " " + self.path, {"leadId": 7}))
                    return
                status, value = lofty.token(self.path, dict(urllib.parse.parse_qsl(body)), self.headers)
                if status:
                    self.reply(status, value)
                else:
                    self.close_connection = True

            def do_GET(self):
                """GET /v1.0/me"""
                self.reply(*lofty.call(self.headers["Authorization"], self.command + " " + self.path, {"id": 48213}))

            def log_message(self, *_):
                """Silence."""

        class Server(http.server.ThreadingHTTPServer):
            """Runs are killed here; what that does to connections is no news."""

            def handle_error(self, request, client_address):
                """Silence."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def call(self, authorization, what, result):
        """One call: done with a token in force, refused with any other."""
        with self.lock:
            token = authorization.removeprefix("Bearer ")
            good = token in self.access
            self.access -= {token} if token == self.once else set()
            self.calls.append((what, 200 if good else 401))
        return (200, result) if good else (401, {"code": 20004, "message": "Bad credentials"})

    def token(self, path, form, headers):
        """One request for a token: (status, JSON), or (0, None) to hang up."""
        with self.lock:
            self.requests.append(form)
            number = len(self.requests)
        self.arrived.set()
        if self.held:
            self.held.wait(TIMEOUT)
        step = self.plan[number - 1] if number <= len(self.plan) else "grant"
        if self.basic_only and not path.startswith("/api/user-web/"):
            return 404, {"message": "The requested API endpoint does not exist"}
        basic = "Basic " + base64.b64encode(f"app:{SECRET}".encode()).decode()
        known = headers.get("Authorization") == basic if self.basic_only else \
            (form.get("client_id"), form.get("client_secret")) == ("app", SECRET)
        if not known:
            return 401, {"error": "invalid_client", "error_description": f"{form} {dict(headers)}"}
        with self.lock:
            if form["grant_type"] == "refresh_token":
                if form["refresh_token"] not in self.refresh:
                    return 400, {"error": "invalid_grant", "error_description": f"{form['refresh_token']} is unknown"}
            elif form["grant_type"] != "client_credentials" or form.get("customer_key") != CUSTOMER:
                return 400, {"error": "invalid_grant", "error_description": f"{form}"}
            if step == "unavailable":
                return 503, {"message": "maintenance"}
            self.serial += 1
            self.access.add(f"access-token-{self.serial}")
            value = {"access_token": f"access-token-{self.serial}", "expires_in": 3600, "token_type": "Bearer"}
            if form["grant_type"] == "refresh_token" and self.rotates:
                self.refresh = {f"refresh-token-{self.serial}"}
                value["refresh_token"] = f"refresh-token-{self.serial}"
        return (0, None) if step == "lost" else (200, value)


class Home:
    """A machine's user: environment, token file."""

    def __init__(self, lofty, login=True):
        self.folder = tempfile.TemporaryDirectory()
        self.lofty, self.login = lofty, login
        self.environment = {"PATH": os.environ["PATH"], "HOME": self.folder.name, "LOFTY_BASE_URL": lofty.url,
                            "LOFTY_CLIENT_ID": "app", "LOFTY_CLIENT_SECRET": SECRET}
        kind, lasting = ("login", "app\nlogin\ndefault") if login else ("client_credentials", f"app\n{CUSTOMER}")
        if not login:
            self.environment["LOFTY_CUSTOMER_KEY"] = CUSTOMER
        self.kind = kind
        name = hashlib.sha256(f"{kind}\n{lofty.url}\n{lasting}".encode()).hexdigest()[:32]
        self.tokens = os.path.join(self.folder.name, ".local/state/loftyrun/tokens")
        self.file = os.path.join(self.tokens, name)

    def write(self, ends_in, access="access-token-0", refresh="refresh-token-0", mode=0o600):
        """Makes the file as if a login had been done an hour ago."""
        os.makedirs(self.tokens, 0o700, exist_ok=True)
        now = int(time.time() * 1000)
        text = f"loftyrun tokens 1\nkind = {self.kind}\nclient_id = app\nendpoint = {self.lofty.url}/oauth/token\n" \
            f"obtained_at = {now - 3600000}\nexpires_at = {now + ends_in * 1000}\naccess_token = {access}\n" + \
            (f"refresh_token = {refresh}\n" if refresh else "") + "end\n"
        with open(self.file, "w", encoding="ascii") as out:
            out.write(text)
        os.chmod(self.file, mode)

    def read(self):
        """The file's text."""
        with open(self.file, encoding="ascii") as file:
            return file.read()

    def start(self, chunk=CALL, options=(), **more):
        """Starts a run."""
        return subprocess.Popen([PROGRAM, *options, "-e", chunk], env=self.environment, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, **more)

    def run(self, chunk=CALL, options=(), **more):
        """Runs to the end: (exit code, stdout, stderr)."""
        process = self.start(chunk, options, **more)
        out, err = process.communicate(timeout=TIMEOUT)
        return process.returncode, out.decode(), err.decode()


def eight_processes(login):
    """All of eight processes whose token has ended go on with the one token that one of them got."""
    lofty = Lofty(rotates=True)
    home = Home(lofty, login)
    home.write(-1)
    processes = [home.start() for _ in range(8)]
    ends = [process.communicate(timeout=TIMEOUT) + (process.returncode,) for process in processes]
    assert all(code == 0 and out == b"48213\n" for out, _, code in ends), ends
    assert len(lofty.requests) == 1, len(lofty.requests)
    assert FILE.fullmatch(home.read()), home.read()


def many_tasks():
    """Tasks of one process wait for one request, the first token and the renewed one."""
    lofty = Lofty(rotates=True)
    home = Home(lofty)
    home.write(-1)
    code, out, err = home.run("local r = lofty.map({1,2,3,4,5,6,7,8,9,10}, function() return lofty.members.me().id end, "
                              "{ concurrency = 10 }) print(#r)")
    assert (code, out) == (0, "10\n"), err
    assert len(lofty.requests) == 1, len(lofty.requests)
    home.write(600, access="access-token-ended", refresh="refresh-token-1")
    code, out, err = home.run("local r = lofty.map({1,2,3,4,5,6,7,8}, function() return lofty.members.me().id end, "
                              "{ concurrency = 8 }) print(#r)")
    assert (code, out) == (0, "8\n"), err
    assert len(lofty.requests) == 2, len(lofty.requests)


def refused_create():
    """A create that was answered 401 is made again with a renewed token, and done once."""
    lofty = Lofty()
    home = Home(lofty)
    home.write(600, access="access-token-revoked")
    code, _, err = home.run("print(lofty.leads.create{ firstName = 'A', lastName = 'B' }.leadId)", ["--retries", "0"])
    creates = [status for what, status in lofty.calls if what.startswith("POST")]
    assert creates == [401, 200], (creates, code, err)
    assert len(lofty.requests) == 1 and lofty.requests[0]["refresh_token"] == "refresh-token-0"


def killed_anywhere():
    """A process killed at any moment of a renewal leaves a file that works, and no lock."""
    lofty = Lofty()
    home = Home(lofty)
    for turn in range(40):
        home.write(-1)
        lofty.arrived.clear()
        process = home.start()
        if turn % 4:
            lofty.arrived.wait(TIMEOUT)
        pause = random.random() * (0.004 if turn % 4 else 0.02)
        end = time.monotonic() + pause
        while time.monotonic() < end:
            pass
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=TIMEOUT)
        assert FILE.fullmatch(home.read()), home.read()
        assert os.stat(home.file).st_mode & 0o777 == 0o600
    code, out, err = home.run()
    assert (code, out) == (0, "48213\n"), err
    left = [name for name in os.listdir(home.tokens) if name.endswith(".new")]
    assert not left, left


def nothing_can_be_kept():
    """On a full disk the run goes on with the new token, warns once, and leaves the file as it was."""
    for login in (True, False):
        lofty = Lofty()
        home = Home(lofty, login)
        home.write(-1)
        before = home.read()

        def full():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        code, out, err = home.run(CALL + CALL, preexec_fn=full)
        assert (code, out) == (0, "48213\n48213\n"), err
        assert err.count("cannot be kept") == 1 and SECRET not in err and "access-token" not in err, err
        assert home.read() == before and len(lofty.requests) == 1
        assert len(os.listdir(home.tokens)) == 2, os.listdir(home.tokens)


def lost_reply():
    """A renewal whose reply was lost, and one that failed for a passing reason, is asked for again."""
    lofty = Lofty()
    lofty.plan = ["lost", "unavailable"]
    home = Home(lofty)
    home.write(-1)
    code, out, err = home.run("print(lofty.leads.create{ firstName = 'A', lastName = 'B' }.leadId)")
    assert (code, out) == (0, "7\n"), err
    assert len(lofty.requests) == 3 and len(lofty.calls) == 1, (lofty.requests, lofty.calls)
    lofty.plan = ["unavailable"] * 9
    home.write(-1)
    code, out, err = home.run(options=["--retries", "1"])
    assert code == 5 and "SERVER_ERROR" in err, err
    code, out, err = home.run("local _, err = lofty.try(lofty.notes.create, { leadId = 7, content = 'x' }) "
                              "print(err.code, err.outcome, err.category)", ["--retries", "0"])
    assert (code, out) == (0, "SERVER_ERROR\tnot_sent\tserver\n"), (out, err)


def login_lost():
    """A rotated refresh token whose reply was lost is refused: exit 3, and what to do."""
    lofty = Lofty(rotates=True)
    lofty.plan = ["lost"]
    home = Home(lofty)
    home.write(-1)
    code, _, err = home.run()
    assert code == 3 and "invalid_grant" in err and "loftyrun auth login --profile default" in err, err
    assert "refresh-token-0" not in err, err


def clock_set_back():
    """What another run kept since is renewed, though the clock has been set back between the two."""
    lofty = Lofty(rotates=True)
    home = Home(lofty)
    home.write(-1, access="access-token-theirs", refresh="refresh-token-theirs")
    theirs = home.read()
    lofty.access.add("access-token-ours")
    lofty.refresh = {"refresh-token-theirs"}
    home.write(600, access="access-token-ours")
    ours = re.sub(r"obtained_at = \d+", f"obtained_at = {int(time.time() * 1000) + 300000}", home.read())
    with open(home.file, "w", encoding="ascii") as out:
        out.write(ours)
    chunk = f"local file = assert(io.open([[{home.file}]], 'w')) file:write([[\n{theirs}]]) file:close()"
    lofty.once = "access-token-ours"
    code, out, err = home.run(CALL + chunk + CALL)
    assert (code, out) == (0, "48213\n48213\n"), err
    assert [request["refresh_token"] for request in lofty.requests] == ["refresh-token-theirs"], lofty.requests


def deadline():
    """Who waits for a token gives up in time; the token is got all the same, and kept."""
    lofty = Lofty(rotates=True)
    lofty.held = threading.Event()
    home = Home(lofty)
    home.write(-1)
    process = home.start("local _, err = lofty.try(lofty.deadline, '200ms', lofty.members.me) "
                         "print(err.code, err.outcome) io.stdout:flush()")
    line = process.stdout.readline()
    lofty.held.set()
    _, err = process.communicate(timeout=TIMEOUT)
    assert line == b"DEADLINE_EXCEEDED\tnil\n" and process.returncode == 0, (line, err)
    assert "refresh-token-1" in home.read(), home.read()


def second_endpoint():
    """Where the first address knows of no tokens the second is asked, with Basic, and first from then on."""
    lofty = Lofty(basic_only=True)
    home = Home(lofty, login=False)
    code, out, err = home.run()
    assert (code, out) == (0, "48213\n"), err
    assert len(lofty.requests) == 2 and "client_secret" not in lofty.requests[1], lofty.requests
    text = home.read()
    assert f"endpoint = {lofty.url}/api/user-web/oauth/token\n" in text and SECRET not in text and CUSTOMER not in text
    with open(home.file, "w", encoding="ascii") as out:
        out.write(re.sub(r"expires_at = \d+", "expires_at = 1", text))
    code, out, err = home.run()
    assert (code, len(lofty.requests)) == (0, 3), err


TESTS = {
    "eight processes renew a login once": lambda: eight_processes(True),
    "eight processes ask once for a client's token": lambda: eight_processes(False),
    "many tasks renew once": many_tasks, "a refused create is made again": refused_create,
    "a run killed anywhere": killed_anywhere, "nothing can be kept": nothing_can_be_kept, "a lost reply": lost_reply,
    "a login that is lost": login_lost, "a clock that was set back": clock_set_back, "a deadline while a token is got": deadline,
    "the second endpoint": second_endpoint,
}


def main():
    """Runs them all."""
    failed = 0
    for name, test in TESTS.items():
        try:
            test()
            print("ok", name, flush=True)
        except (AssertionError, OSError, subprocess.TimeoutExpired) as problem:
            failed += 1
            print(f"FAIL {name}\n  {type(problem).__name__}: {problem}", flush=True)
    print(f"{len(TESTS) - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
