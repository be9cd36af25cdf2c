#!/usr/bin/env python3
"""The sandbox's faults as an independent client meets them, byte by byte, against the sandbox's own ledger.

    tests/oracle_faults.py build/loftyrun [CREATES [SEED]]

Creates go through every kind of fault, once to the sandbox and once through a proxy before it. What the client was
told, what the ledger says and what is there in the end must fit: nothing acknowledged is missing, nothing refused is
there, and what nobody knows is in the ledger's list.
"""
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile

KEY = "secret-key-of-this-test"
FAULTS = ("429:4%,429-bare:1%,500:3%,502:1%,503:1%,504:1%,500-after:2%,503-after:1%,cut:6%,lost-reply:4%,garbage:4%,"
          "refuse:3%,reset:3%,latency:1ms..3ms,wait:1ms")
# By path, so that each can be had at will.
ONE_EACH = ("cut:100%@/v1.0/me,lost-reply:100%@notes.create,refuse:100%@leads.create,reset:100%@/v2.0/tasks,"
            "latency:10m@/v1.0/members,garbage:100%@/v1.0/webhooks")
TIMEOUT = 20


class Server:
    """`loftyrun sandbox` with some options, its base URL, and its ledger once it has ended."""

    def __init__(self, program, directory, *options):
        self.file = os.path.join(directory, f"ledger-{len(os.listdir(directory))}")
        self.child = subprocess.Popen([program, "sandbox", "--port", "0", f"--ledger={self.file}", *options],
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.url = self.child.stdout.readline().strip()
        assert self.url, self.child.stderr.read()
        self.port = int(self.url.rsplit(":", 1)[1])

    def stop(self):
        """Ends it as a person would; (ledger, exit code, all that it said and wrote)."""
        self.child.send_signal(signal.SIGTERM)
        out, err = self.child.communicate(timeout=TIMEOUT)
        with open(self.file, encoding="utf-8") as written:
            text = written.read()
        return json.loads(text), self.child.returncode, out + err + text


class Client:
    """One kept-alive connection, opened again when it has ended."""

    def __init__(self, port):
        self.port, self.socket = port, None

    def close(self):
        """Hangs up."""
        if self.socket:
            self.socket.close()
        self.socket = None

    def ask(self, method, path, body=None):
        """(bytes received, how it ended): "whole", "closed" or "reset"."""
        if not self.socket:
            self.socket = socket.create_connection(("127.0.0.1", self.port), TIMEOUT)
        data = json.dumps(body).encode() if body is not None else b""
        head = (f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: token {KEY}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n")
        received = b""
        try:
            self.socket.sendall(head.encode() + data)
            while not is_whole(received):
                piece = self.socket.recv(65536)
                if not piece:
                    self.close()
                    return received, "closed"
                received += piece
        except (ConnectionResetError, BrokenPipeError):
            self.close()
            return received, "reset"
        return received, "whole"


def split(received):
    """(status, lower-case headers, body) of what came, None when the header is not whole."""
    head, end, body = received.partition(b"\r\n\r\n")
    if not end:
        return None
    lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]), headers, body


def is_whole(received):
    """Whether header and body are there."""
    parts = split(received)
    return parts is not None and len(parts[2]) >= int(parts[1]["content-length"])


def check_each(program, directory):
    """One fault after the other on the wire."""
    server = Server(program, directory, "--faults", ONE_EACH)
    client = Client(server.port)
    cuts = [client.ask("GET", "/v1.0/me") for _ in range(60)]
    whole = Client(server.port).ask("GET", "/v1.0/leads?limit=1")
    in_header = sum(split(received) is None for received, _ in cuts)
    slow = socket.create_connection(("127.0.0.1", server.port), TIMEOUT)
    slow.sendall(f"GET /v1.0/members HTTP/1.1\r\nHost: x\r\nAuthorization: token {KEY}\r\n\r\n".encode())
    silent = {name: client.ask(method, path, {}) for name, method, path in [
        ("lost-reply", "POST", "/v1.0/notes"), ("refuse", "POST", "/v1.0/leads"), ("reset", "GET", "/v2.0/tasks/1")]}
    garbage = split(client.ask("GET", "/v1.0/webhooks")[0])
    # The answer that is due in ten minutes must not keep it from ending; it has been asked for before that.
    seen = json.loads(split(client.ask("GET", "/sandbox/ledger")[0])[2])
    ledger, status, _ = server.stop()
    slow.close()
    yield "a cut reply begins and does not end", all(
        received.startswith(b"H") and how == "closed" and not is_whole(received) for received, how in cuts)
    yield f"cuts are in headers and in bodies ({in_header} of 60)", 10 < in_header < 50
    yield "other requests are answered", whole[1] == "whole" and split(whole[0])[0] == 200
    yield "a lost reply is a closed connection", silent["lost-reply"] == (b"", "closed")
    yield "so is a refused request", silent["refuse"] == (b"", "closed")
    yield "a reset is one", silent["reset"] == (b"", "reset")
    yield "garbage comes whole with status 200", garbage[0] == 200
    yield "it ends while a reply is still due", status == 0 and ledger["delayed"] == 1
    yield "the ledger can be read before, without being counted", seen["requests"] == ledger["requests"] == 66


def check_limit(program, directory):
    """A window that is much longer than the requests that fill it."""
    server = Server(program, directory, "--rate-limit", "3/60m,reset:ms-left")
    client = Client(server.port)
    replies = [split(client.ask("GET", "/v1.0/me")[0]) for _ in range(5)]
    ledger, _, _ = server.stop()
    left = [int(headers["x-ratelimit-reset"]) for _, headers, _ in replies]
    yield "as many requests as the limit says", [status for status, _, _ in replies] == [200, 200, 200, 429, 429]
    yield "each reply says how many are left", (
        [headers["x-ratelimit-remaining"] for _, headers, _ in replies] == ["2", "1", "0", "0", "0"]
        and all(headers["x-ratelimit-limit"] == "3" for _, headers, _ in replies))
    yield "and when the window ends", left == sorted(left, reverse=True) and left[0] == 3600000 and left[-1] > 3500000
    yield "those over it are refused as documented", json.loads(replies[3][2]) == {"message": "Too Many Requests"}
    yield "and counted", ledger["limited"] == 2 and ledger["carried_out"] == 3


def create_many(port, count):
    """What a client is told of each of its creates: ("done", id), ("refused", None) or ("unknown", None), by name."""
    client, told = Client(port), {}
    for number in range(count):
        name = f"Lead{number}"
        received, how = client.ask("POST", "/v1.0/leads", {"firstName": name})
        parts = split(received) if how == "whole" else None
        told[name] = ("unknown", None)
        if parts and parts[0] == 429:
            told[name] = ("refused", None)
        elif parts and parts[0] == 200:
            try:
                told[name] = ("done", str(json.loads(parts[2])["leadId"]))
            except (ValueError, KeyError, TypeError):
                pass
    client.close()
    return told


def leads_there(port):
    """The name of each lead, by id, read without a fault."""
    client, there = Client(port), {}
    while True:
        reply = json.loads(split(client.ask("GET", f"/v1.0/leads?limit=100&offset={len(there)}")[0])[2])
        there.update({str(lead["leadId"]): lead["firstName"] for lead in reply["leads"]})
        if not reply["leads"] or len(there) >= reply["_metadata"]["total"]:
            client.close()
            return there


def compare(name, told, there, ledger):
    """Client, ledger and account, each against the other."""
    creates = ledger["operations"]["leads.create"]
    done = {ident: lead for lead, (kind, ident) in told.items() if kind == "done"}
    unknown = {lead for lead, (kind, _) in told.items() if kind == "unknown"}
    withheld = {entry["id"] for entry in ledger["unanswered"] if entry["operation"] == "leads.create" and entry["done"]}
    named = list(there.values())
    yield f"{name}: every fault came", set(ledger["faults"]) == {f.split(":")[0] for f in FAULTS.split(",")[:-2]}
    yield f"{name}: nothing acknowledged is missing", all(there.get(ident) == lead for ident, lead in done.items())
    yield f"{name}: nothing is there twice", len(named) == len(set(named)) and creates["repeated"] == 0
    yield f"{name}: nothing refused is there", all(told[lead][0] != "refused" for lead in named)
    yield f"{name}: the ledger knows what is there", creates["ids"] == {ident: 1 for ident in there}
    yield f"{name}: what is there is acknowledged or withheld", (
        set(there) == set(done) | withheld and not set(done) & withheld)
    yield f"{name}: what was withheld is unknown to the client", {there[ident] for ident in withheld} <= unknown
    yield f"{name}: the counts add up", (
        creates["received"] == len(told) and creates["carried_out"] == creates["done"] == len(there)
        and creates["answered"] == len(done)
        and sum(ledger["faults"].values()) == len(told) - len(done) and ledger["delayed"] == ledger["requests"])


def check_creates(program, directory, count, seed):
    """Creates through faults: in the sandbox itself, and in a proxy before one that has none."""
    faults = f"{FAULTS.replace('%', '%@POST')},seed:{seed}"
    server = Server(program, directory, "--seed", "empty", "--faults", faults)
    told = create_many(server.port, count)
    there = leads_there(server.port)
    ledger, status, said = server.stop()
    yield from compare("sandbox", told, there, ledger)
    behind = Server(program, directory, "--seed", "empty")
    proxy = Server(program, directory, "--upstream", behind.url, "--faults", faults)
    again = create_many(proxy.port, count)
    there = leads_there(behind.port)
    ledger, proxy_status, proxy_said = proxy.stop()
    truth, _, _ = behind.stop()
    yield from compare("proxy", again, there, ledger)
    yield "the proxy's ledger is that of the server behind it", (
        ledger["operations"]["leads.create"]["ids"] == truth["operations"]["leads.create"]["ids"])
    yield "the same seed meets the same requests with the same", (
        [kind for kind, _ in told.values()] == [kind for kind, _ in again.values()])
    yield "both end well", status == proxy_status == 0
    yield "neither has said or written the credential", KEY not in said + proxy_said


def main():
    """Every check, one line each."""
    program, rest = os.path.abspath(sys.argv[1]), sys.argv[2:]
    count, seed = (int(rest[0]) if rest else 600), (int(rest[1]) if len(rest) > 1 else 20260225)
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="loftyrun-faults-") as directory:
        for checks in (check_each(program, directory), check_limit(program, directory),
                       check_creates(program, directory, count, seed)):
            for name, fine in checks:
                print(("ok " if fine else "FAIL ") + name)
                passed, failed = passed + bool(fine), failed + (not fine)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
