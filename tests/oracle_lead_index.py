#!/usr/bin/env python3
"""scripts/webhooks/lead_index.lua from end to end: leads are changed in a sandbox, its webhooks go to the daemon, and what is
found is compared with what the sandbox shows to a client that is not ours. A rebuild that is killed leaves all lines, and one
that read a lead before an event told of it does not undo that.

    tests/oracle_lead_index.py build/loftyrun [KILLS [SEED]]"""
import http.client
import http.server
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

from sandbox_server import Server
from webhook_server import Receiver, check, finish, new_folder, path

BIN = os.path.abspath(sys.argv[1])
KILLS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else int(os.environ.get("SEED", "11"))
SCRIPT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts", "webhooks", "lead_index.lua")
PATIENCE = 90  # seconds for what is to happen; nothing is proven by how long it takes


class World:
    def __init__(self, seed):
        self.folder, self.server = new_folder(), Server(BIN, "--seed", seed)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(("LOFTY", "XDG_"))}
        self.environment.update(HOME=os.path.join(self.folder, "home"), LOFTY_BASE_URL=self.server.url,
                                LOFTY_API_KEY="key-of-this-test")

    def call(self, method, target, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        connection.request(method, target, body=None if body is None else json.dumps(body),
                           headers={"Authorization": "token other", "Content-Type": "application/json"})
        reply = connection.getresponse()
        text = reply.read()
        connection.close()
        assert reply.status == 200, (target, reply.status, text)
        return json.loads(text) if text else None

    def start(self, *words):
        return subprocess.Popen([BIN, "--state", os.path.join(self.folder, "state"), SCRIPT, *words], env=self.environment,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def ask(self, *words):
        child = self.start(*words)
        out, errors = child.communicate(timeout=PATIENCE)
        return child.returncode, out, errors

    def found(self, *words):
        out = self.ask("find", "--json", "--max", "100000", *words)[1]
        return {lead["leadId"]: lead for lead in map(json.loads, out.splitlines())}

    def shown(self):
        leads, offset = {}, 0
        while True:
            page = self.call("GET", f"/v1.0/leads?limit=100&offset={offset}")["leads"]
            if not page:
                return leads
            leads.update((lead["leadId"], lead) for lead in page)
            offset += len(page)

    def close(self):
        self.server.stop()
        shutil.rmtree(self.folder)


def same(found, shown):
    return found.keys() == shown.keys() and all(
        (one["name"], one["emails"], one["stage"]) ==
        (f"{shown[id]['firstName']} {shown[id]['lastName']}", ", ".join(shown[id]["emails"]), shown[id]["stage"])
        for id, one in found.items())


def until(condition):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return bool(condition())


def test_events():
    world = World("demo")
    check("a rebuild has all leads", world.ask("rebuild")[0] == 0 and same(world.found("@"), world.shown()), world.found("@"))
    daemon = Receiver(BIN, world.folder, "127.0.0.1:0", SCRIPT, environment={"LOFTY_BASE_URL": world.server.url})
    daemon.wait_for("serving jobs")
    world.call("POST", "/v1.0/webhook", {"listId": 2, "callbackUrl": f"https://127.0.0.1:{daemon.port}{path()}"})
    first, second = sorted(world.shown())[:2]
    new = world.call("POST", "/v1.0/leads", {"firstName": "Zebulon", "lastName": "Quirk", "emails": ["z@q.example.com"]})["leadId"]
    world.call("PUT", f"/v1.0/leads/{first}", {"stage": "Archived"})
    world.call("DELETE", f"/v1.0/leads/{second}?reason=test")
    check("a new lead is found", until(lambda: set(world.found("zebulon", "q.example")) == {new}), daemon.errors)
    check("a change is", until(lambda: world.found("@").get(first, {}).get("stage") == "Archived"), daemon.errors)
    check("a deleted one is not", until(lambda: second not in world.found("@")), daemon.errors)
    check("and all is as Lofty shows it", until(lambda: same(world.found("@"), world.shown())), world.found("@"))
    daemon.stop()
    gone = sorted(world.shown())[2]
    world.call("DELETE", f"/v1.0/leads/{gone}?reason=test")
    code, _, errors = world.ask("rebuild")
    check("a rebuild takes away what no event told of", code == 0 and same(world.found("@"), world.shown()), errors)
    world.close()


def test_kills():
    """Some leads are gone and some new; each kill leaves at least what was there and is there still."""
    rng = random.Random(SEED)
    world = World("large:3000")
    check("many leads are read", world.ask("rebuild")[0] == 0 and len(world.found("@")) == 3000)
    for lead in sorted(world.shown())[::500]:
        world.call("DELETE", f"/v1.0/leads/{lead}?reason=test")
    kept, whole = set(world.shown()), 0
    for _ in range(KILLS):
        child = world.start("rebuild")
        time.sleep(rng.uniform(0.05, 0.8))
        child.send_signal(signal.SIGKILL)
        child.communicate()
        whole += kept <= set(world.found("@"))
    check("a killed rebuild leaves the old lines", whole == KILLS, whole)
    code, _, errors = world.ask("rebuild")
    check("the next one is right", code == 0 and same(world.found("@"), world.shown()), errors)
    world.close()


class SlowList:
    """A proxy before a sandbox that keeps one reply with leads back until it is told to let go of it."""

    def __init__(self, port):
        self.is_read, self.go, self.armed, proxy = threading.Event(), threading.Event(), False, self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                upstream.request("GET", self.path, headers=dict(self.headers))
                reply = upstream.getresponse()
                text = reply.read()
                if proxy.armed and self.path.startswith("/v1.0/leads?"):
                    proxy.armed = False
                    proxy.is_read.set()
                    proxy.go.wait(PATIENCE)
                self.send_response(reply.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def test_fresher():
    """A rebuild has read all leads, and keeps them only after events have told that some have changed and one is deleted."""
    world = World("demo")
    proxy = SlowList(world.server.port)
    world.environment["LOFTY_BASE_URL"] = proxy.url
    world.ask("rebuild")
    daemon = Receiver(BIN, world.folder, "127.0.0.1:0", SCRIPT, environment={"LOFTY_BASE_URL": proxy.url})
    daemon.wait_for("serving jobs")
    world.call("POST", "/v1.0/webhook", {"listId": 2, "callbackUrl": f"https://127.0.0.1:{daemon.port}{path()}"})
    changed, deleted = sorted(world.shown())[:2]
    proxy.armed = True
    rebuild = world.start("rebuild")
    check("a rebuild has read the leads", proxy.is_read.wait(PATIENCE))
    world.call("PUT", f"/v1.0/leads/{changed}", {"stage": "Archived"})
    world.call("DELETE", f"/v1.0/leads/{deleted}?reason=test")
    world.call("POST", "/v1.0/leads", {"firstName": "Zebulon", "lastName": "Quirk", "emails": ["z@q.example.com"]})
    check("events are taken meanwhile", until(lambda: same(world.found("@"), world.shown())), daemon.errors)
    proxy.go.set()
    errors = rebuild.communicate(timeout=PATIENCE)[1]
    check("the rebuild ends, and undoes none of them", rebuild.returncode == 0 and same(world.found("@"), world.shown()),
          (errors, set(world.found("@")) ^ set(world.shown())))
    daemon.stop()
    proxy.server.shutdown()
    world.close()


test_events()
test_kills()
test_fresher()
finish()
