#!/usr/bin/env python3
"""An import that is killed with kill -9 at every one of its requests, before it is carried out and after, and run again.

What the sandbox did is asked of its own ledger: however often the import was killed, each new lead was created once, the
result file has one line for each row, and its ids are those of the ledger.
"""
import csv
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from killing_proxy import before, try_all  # noqa: E402
from sandbox_server import Server  # noqa: E402

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "leads", "import_csv.lua")
ROWS = [("First Name", "Last Name", "E-mail", "Phone"), ("Zoë", "Brontë", "zoe@example.com", ""), ("Bad", "Row", "nobody", ""),
        ("Again", "Zoë", "ZOE@example.com", ""), ("李", "明", "li@example.com", "(207) 555-0199")]
NEW = 2
STATUSES = ["created", "bad", "twice", "created"]


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
        sandbox = Server("loftyrun", "--seed", "empty", ledger=os.path.join(directory, "ledger.json"))
        with before(sandbox.port) as proxy:
            proxy.left, proxy.forward = at, forward
            requests = run_to_the_end(proxy, at, directory)
        return requests, proxy.killed, check(directory, sandbox.stop(), proxy.client.returncode)


def run_to_the_end(proxy, at, directory):
    """Imports, and again if that was killed. How many requests the first run made."""
    proxy.client = start_import(directory, proxy.port)
    proxy.client.communicate(timeout=60)
    requests = at - proxy.left
    if proxy.killed:
        wait_until_shown(proxy.upstream)
        result = os.path.join(directory, "leads.csv.result.csv")
        if os.path.exists(result):
            made_long_ago(result)
        proxy.left, proxy.client = 0, start_import(directory, proxy.port)
        proxy.client.communicate(timeout=60)
    return requests


try_all(one)
