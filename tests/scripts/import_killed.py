#!/usr/bin/env python3
"""An import that is killed with kill -9 at every one of its requests, before it is carried out and after, and run again.

What the sandbox did is asked of its own ledger: however often the import was killed, each new lead was created once, the
result file has one line for each row, and its ids are those of the ledger.
"""
import concurrent.futures
import csv
import http.client
import http.server
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "leads", "import_csv.lua")
ROWS = [("First Name", "Last Name", "E-mail", "Phone"), ("Zoë", "Brontë", "zoe@example.com", ""), ("Bad", "Row", "nobody", ""),
        ("Again", "Zoë", "ZOE@example.com", ""), ("李", "明", "li@example.com", "(207) 555-0199")]
NEW = 2
STATUSES = ["created", "bad", "twice", "created"]


class Proxy(http.server.BaseHTTPRequestHandler):
    """Passes requests on, and kills the client at one of them. Each run has a subclass."""

    protocol_version = "HTTP/1.1"
    upstream, client, left, forward, killed = None, None, None, False, False

    def log_message(self, *_):
        """Nothing."""

    def passed_on(self):
        """The reply of the sandbox."""
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        connection.request(self.command, self.path, body, dict(self.headers))
        reply = connection.getresponse()
        return reply.status, reply.read(), reply.headers["Content-Type"]

    def do_GET(self):  # pylint: disable=invalid-name
        """Any request."""
        proxy = type(self)
        proxy.left -= 1
        if proxy.left == 0 and not proxy.forward:
            self.kill()
            return
        status, body, kind = self.passed_on()
        if proxy.left == 0:
            self.kill()
            return
        self.send_response(status)
        self.send_header("Content-Type", kind or "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_GET

    def kill(self):
        """Ends the client with SIGKILL."""
        proxy = type(self)
        # Told first: whoever waits for the client goes on as soon as it has ended.
        proxy.killed, self.close_connection = True, True
        proxy.client.send_signal(signal.SIGKILL)


def start_import(directory, port):
    """The import through the proxy."""
    environment = dict(os.environ, LOFTY_BASE_URL=f"http://127.0.0.1:{port}", LOFTY_API_KEY="test-key")
    return subprocess.Popen(["loftyrun", SCRIPT, "leads.csv", "--apply"], cwd=directory, env=environment,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ask(port, path):
    """What the sandbox says itself."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path, headers={"Authorization": "token test-key", "Content-Type": "application/json"})
    return json.loads(connection.getresponse().read())


def wait_until_shown(port):
    """Until the sandbox shows all leads that it has made: not at once, as Lofty does not."""
    made = ask(port, "/sandbox/ledger")["operations"].get("leads.create", {"ids": {}})["ids"]
    while not set(made) <= {str(lead["leadId"]) for lead in ask(port, "/v1.0/leads?limit=100")["leads"]}:
        pass


def made_long_ago(path):
    """Lets the time pass for which an interrupted create may stay unseen."""
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(re.sub(r"(\r\n\d+,[0-9a-f]+,)\d{4}([^,]*,)$", r"\g<1>2020\2", text))


def check(directory, ledger, code):
    """What is wrong in the end."""
    with open(os.path.join(directory, "leads.csv.result.csv"), encoding="utf-8", newline="") as file:
        results = list(csv.DictReader(file, strict=True))
    wrong = [] if code == 8 else [f"exit {code}"]
    creates = ledger["operations"]["leads.create"]
    if creates["done"] != NEW or creates["repeated"]:
        wrong.append(f"{creates['done']} leads created")
    if [row["status"] for row in results] != STATUSES:
        wrong.append(f"statuses {[row['status'] for row in results]}")
    ids = sorted(row["leadId"] for row in results if row["status"] == "created")
    if ids != sorted(creates["ids"]):
        wrong.append(f"ids {ids}, not {sorted(creates['ids'])}")
    return wrong


def one(at, forward):
    """(requests of the first run, whether it was killed, what is wrong) for a kill at one request; 0 for none."""
    with tempfile.TemporaryDirectory() as directory:
        with open(os.path.join(directory, "leads.csv"), "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(ROWS)
        ledger = os.path.join(directory, "ledger.json")
        with subprocess.Popen(["loftyrun", "sandbox", "--port", "0", "--seed", "empty", f"--ledger={ledger}"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as sandbox:
            upstream = int(sandbox.stdout.readline().rsplit(":", 1)[1])
            proxy = type("ProxyOfOne", (Proxy,), {"upstream": upstream, "left": at, "forward": forward})
            with http.server.ThreadingHTTPServer(("127.0.0.1", 0), proxy) as server:
                threading.Thread(target=server.serve_forever, daemon=True).start()
                requests = run_to_the_end(proxy, at, directory, server.server_port)
                server.shutdown()
            sandbox.send_signal(signal.SIGTERM)
            sandbox.communicate(timeout=60)
        with open(ledger, encoding="utf-8") as file:
            return requests, proxy.killed, check(directory, json.load(file), proxy.client.returncode)


def run_to_the_end(proxy, at, directory, port):
    """Imports, and again if that was killed. How many requests the first run made."""
    proxy.client = start_import(directory, port)
    proxy.client.communicate(timeout=60)
    requests = at - proxy.left
    if proxy.killed:
        wait_until_shown(proxy.upstream)
        result = os.path.join(directory, "leads.csv.result.csv")
        if os.path.exists(result):
            made_long_ago(result)
        proxy.left, proxy.client = 0, start_import(directory, port)
        proxy.client.communicate(timeout=60)
    return requests


def main():
    """Prints what went wrong, and how often it was killed."""
    requests, _, wrong = one(0, False)
    moments = [(at, forward) for at in range(1, requests + 1) for forward in (False, True)]
    failures = [f"not killed: {'; '.join(wrong)}"] if wrong else []
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for (at, forward), (_, killed, wrong) in zip(moments, pool.map(lambda moment: one(*moment), moments)):
            if wrong or not killed:
                failures.append(f"killed {'after' if forward else 'before'} request {at}: {'; '.join(wrong) or 'not at all'}")
    for failure in failures:
        print(failure)
    print(f"killed at {'20 moments or more' if len(moments) >= 20 else len(moments)}, {len(failures)} failures")
    return 1 if failures else 0


sys.exit(main())
