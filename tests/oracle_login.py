#!/usr/bin/env python3
"""`auth login` against an authorization server written here, which knows RFC 6749, 7636 and 8252 and nothing of ours.

    tests/oracle_login.py build/loftyrun

The server looks at every parameter of both requests, works the challenge out with hashlib, and gives a code once. It
plays the browser too, which nobody needs for what a redirect is.
"""
import base64
import hashlib
import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request

TIMEOUT = 30
PAGE = {"clientId", "client_id", "response_type", "redirect_uri", "state", "code_challenge", "code_challenge_method"}
FORM = {"grant_type", "code", "redirect_uri", "code_verifier", "client_id"}
SECRET = "s3cret/with+odd=characters&"


class Authority:
    """The server's books: what was asked for, the codes that are out, what was found wrong."""

    def __init__(self):
        self.lock, self.codes, self.problems, self.grants, self.bearers = threading.Lock(), {}, [], [], []
        authority = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """The token endpoint and the one call that a login makes."""

            def reply(self, status, value):
                """Answers with JSON."""
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                """POST /oauth/token"""
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.reply(*authority.exchange(self.path, form))

            def do_GET(self):
                """GET /v1.0/me"""
                authority.bearers.append(self.headers["Authorization"])
                self.reply(200, {"firstName": "Ava\x1b[31m", "lastName": "Nguyen"})

            def log_message(self, *_):
                """Silence."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def note(self, condition, problem):
        """Keeps a problem unless the condition holds."""
        if not condition:
            with self.lock:
                self.problems.append(problem)

    def allow(self, address):
        """What the consent page does with an address: the redirect's address."""
        base, _, text = address.partition("?")
        query = dict(urllib.parse.parse_qsl(text, strict_parsing=True))
        self.note(base == self.url + "/page/vendor-auth.html", f"opened {base}")
        self.note(set(query) == PAGE, f"the page's parameters are {sorted(query)}")
        self.note(query["clientId"] == query["client_id"], "two client ids")
        self.note(query["response_type"] == "code", "response_type")
        self.note(query["code_challenge_method"] == "S256", "code_challenge_method")
        self.note(re.fullmatch(r"[\w-]{43}", query["code_challenge"]), "code_challenge is no digest in base64url")
        self.note(re.fullmatch(r"[\w-]{22,}", query["state"]), "state has fewer than 128 bits")
        self.note(re.fullmatch(r"http://127\.0\.0\.1:\d+/callback", query["redirect_uri"]), "redirect_uri")
        code = base64.b64encode(os.urandom(24)).decode()
        with self.lock:
            self.codes[code] = query
        return query["redirect_uri"] + "?" + urllib.parse.urlencode({"state": query["state"], "code": code})

    def exchange(self, path, text):
        """The token endpoint: (status, reply)."""
        form = dict(urllib.parse.parse_qsl(text, strict_parsing=True, keep_blank_values=True))
        with self.lock:
            given = self.codes.pop(form.get("code"), None)
        wanted = FORM | ({"client_secret"} if given and given["client_id"].startswith("confidential") else set())
        self.note(path == "/oauth/token", f"asked {path}")
        self.note(set(form) == wanted, f"the form's fields are {sorted(form)}")
        self.note(form.get("grant_type") == "authorization_code", "grant_type")
        if not given:
            return 400, {"error": "invalid_grant"}
        verifier = form["code_verifier"]
        self.note(re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier), "code_verifier is none of RFC 7636")
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        fits = digest == given["code_challenge"]
        self.note(fits, "code_verifier does not fit code_challenge")
        if not fits:
            return 400, {"error": "invalid_grant"}
        self.note(form["redirect_uri"] == given["redirect_uri"], "redirect_uri changed")
        self.note(form["client_id"] == given["client_id"], "client_id changed")
        self.note(form.get("client_secret", SECRET) == SECRET, "client_secret")
        token = f"token-{len(self.grants)}-{os.urandom(4).hex()}"
        self.grants.append((verifier, given["state"], token))
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 600, "refresh_token": "r-" + token}


class Login:
    """One `loftyrun auth login` in a home of its own, up to the address it prints."""

    def __init__(self, program, authority, home, client):
        environment = {"PATH": os.environ["PATH"], "HOME": home, "LOFTY_BASE_URL": authority.url,
                       "LOFTY_CLIENT_ID": client}
        environment.update({k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")})
        if client.startswith("confidential"):
            environment["LOFTY_CLIENT_SECRET"] = SECRET
        self.child = subprocess.Popen([program, "auth", "login", "--port", "0"], env=environment, text=True,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.address = self.child.stdout.readline().strip()

    def end(self):
        """(exit code, all that it said after the address)."""
        try:
            out, err = self.child.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            self.child.kill()
            out, err = self.child.communicate()
        return self.child.returncode, out + err


def visit(address):
    """(status, page) as a browser gets them."""
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def one_login(program, authority, home, client):
    """What is wrong with a login from end to end."""
    login = Login(program, authority, home, client)
    status, page = visit(authority.allow(login.address))
    code, said = login.end()
    verifier, state, token = authority.grants[-1]
    wrong = [] if (status, code) == (200, 0) else [f"page {status}, exit code {code}: {said}"]
    wrong += [] if "Logged in as Ava" in said and "\x1b" not in said else ["said " + said]
    wrong += [] if authority.bearers[-1:] == ["Bearer " + token] else ["the first call had another token"]
    wrong += [f"{name} is shown" for name, text in (("the verifier", verifier), ("a token", token), ("the secret", SECRET))
              if text in said + login.address + page]
    wrong += ["the state is shown again"] if state in said + page else []
    return wrong


def two_at_once(program, authority, home):
    """Two logins whose answers are first brought to each other, and then to where they belong."""
    logins = [Login(program, authority, home, "public") for _ in range(2)]
    answers = [authority.allow(login.address) for login in logins]
    before, wrong = len(authority.grants), []
    for there, answer in zip(answers, reversed(answers)):
        status, _ = visit(there.partition("?")[0] + "?" + answer.partition("?")[2])
        wrong += [] if status == 400 else [f"the other's answer got {status}"]
    wrong += [] if len(authority.grants) == before else ["the other's code was exchanged"]
    wrong += [f"its own answer got {status}" for status, _ in map(visit, answers) if status != 200]
    for login in logins:
        code, said = login.end()
        wrong += [] if code == 0 and said.count("refused an answer with a wrong state") == 1 else [f"{code}: {said}"]
    return wrong


def strangers_code(program, authority, home):
    """A code of another login with the right state: PKCE keeps it out at the token endpoint."""
    mine, other = (Login(program, authority, home, "public") for _ in range(2))
    codes = [dict(urllib.parse.parse_qsl(authority.allow(l.address).partition("?")[2])) for l in (mine, other)]
    where = urllib.parse.parse_qs(mine.address.partition("?")[2])["redirect_uri"][0]
    before = list(authority.problems)
    status, _ = visit(where + "?" + urllib.parse.urlencode({"state": codes[0]["state"], "code": codes[1]["code"]}))
    noticed = [p for p in authority.problems[len(before):] if "does not fit" in p]
    authority.problems[:] = before
    other.child.terminate()
    wrong = [] if noticed else ["the verifier fitted another login's challenge"]
    wrong += [] if (status, mine.end()[0], other.end()[0]) == (502, 3, 143) else [f"page {status}"]
    return wrong


def main():
    """One line for each test."""
    program, failed, passed = os.path.abspath(sys.argv[1]), 0, 0
    with tempfile.TemporaryDirectory(prefix="loftyrun-login-") as home:
        authority = Authority()
        tests = [("a public client", lambda: one_login(program, authority, home, "public app/1")),
                 ("a confidential client", lambda: one_login(program, authority, home, "confidential"))]
        tests += [(f"again, {n}", lambda: one_login(program, authority, home, "public")) for n in range(2, 6)]
        tests += [("two at once", lambda: two_at_once(program, authority, home)),
                  ("another login's code", lambda: strangers_code(program, authority, home))]
        for name, test in tests:
            wrong = test() + authority.problems
            authority.problems = []
            print("FAIL" if wrong else "ok", "login:", name)
            for line in wrong:
                print("  " + line)
            failed, passed = failed + bool(wrong), passed + (not wrong)
        for what, index in ("verifiers", 0), ("states", 1):
            seen = [grant[index] for grant in authority.grants]
            same = len(set(seen)) != len(seen)
            print("FAIL" if same else "ok", f"login: {len(seen)} {what} are all different")
            failed, passed = failed + same, passed + (not same)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
