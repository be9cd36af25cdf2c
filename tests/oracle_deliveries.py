#!/usr/bin/env python3
"""The sandbox's webhooks from end to end: what a client that is not ours changes in it is posted to the receiver, and is in
its inbox as what has changed, for all twelve lists, read by another program; also with faults, and with a receiver that is
killed. And lofty.webhooks.sync, killed and with lost replies.

    tests/oracle_deliveries.py build/loftyrun [KILLS [SEED]]"""
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter

from sandbox_server import Server
from webhook_changes import Client
from webhook_server import Receiver, check, finish, look, new_folder

BIN = os.path.abspath(sys.argv[1])
KILLS = int(sys.argv[2]) if len(sys.argv) > 2 else 3
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else int(os.environ.get("SEED", "11"))
FAULTS = ("webhook-twice:20%,webhook-late:15%,webhook-reversed:20%,webhook-strange:10%,webhook-odd-time:30%,"
          "webhook-again:100%")
NAMES = ["agent", "lead", "activity", "alert", "transaction", "call", "email", "text", "note", "task", "appointment",
         "pipeline"]


def stored(folder):
    return look(folder, "SELECT list_id, name, thing, lead, state, array_name, raw, team_id FROM inbox_events ORDER BY id")


def events(rows):
    return Counter((number, name.split(".")[1], thing, lead) for number, name, thing, lead, state, *_ in rows
                   if state == "new")


def expected(client):
    return Counter(client.expected)


def posted_entries(told):
    """Every entry of every post that was taken, by list: what its text says."""
    entries = Counter()
    for one in told["posts"]:
        body = json.loads(one["body"])
        for array, items in body.items():
            if isinstance(items, list) and one.get("status") == 200:
                entries.update((one["listId"], array, json.dumps(item, sort_keys=True)) for item in items)
    return entries


def test_plain():
    folder, server = new_folder(), Server(BIN, "--seed", "empty")
    receiver = Receiver(BIN, folder)
    client = Client(server)
    client.subscribe(receiver.port)
    client.agents()
    for number in range(3):
        lead = client.lead(number)
        client.work_on(lead, number)
        client.delete(lead)
    told = client.settle()
    rows = stored(folder)
    missing, more = expected(client) - events(rows), events(rows) - expected(client)
    check("what was changed is in the inbox, all of it and nothing else", not missing and not more, (missing, more))
    check("all twelve lists are", {row[0] for row in rows} == set(range(1, 13)), Counter(row[0] for row in rows))
    check("under their names", all(row[1].split(".")[0] == NAMES[row[0] - 1] for row in rows), rows[:3])
    raws = Counter((row[0], row[5], json.dumps(json.loads(row[6]), sort_keys=True)) for row in rows)
    check("as it was posted, digit for digit", raws == posted_entries(told), raws - posted_entries(told))
    check("each for the team", {row[7] for row in rows} == {13233}, {row[7] for row in rows})
    order = [(row[0], row[1], row[3]) for row in rows if row[0] == 10]
    wanted = [(10, f"task.{verb}", lead) for number, verb, _, lead in client.expected if number == 10]
    check("those of a list in their order", order == wanted, (order, wanted))
    sizes = [len(items) for one in told["posts"] for items in json.loads(one["body"]).values() if isinstance(items, list)]
    check("no post has more entries than its limit", max(sizes) <= 7, sizes)
    check("a batch is more than one", test_batch(client, folder), "")
    receiver.stop()
    server.stop()
    shutil.rmtree(folder)


def test_batch(client, folder):
    before = client.settle()["posted"]
    lead = client.lead(99)
    made = client.call("POST", "/sandbox/trigger", {"event": "lead.updated", "leadId": lead, "count": 20})
    told = client.settle()
    sizes = [len(json.loads(one["body"]).get("updatedLead", [])) for one in told["posts"][before:]]
    return made["subscriptions"] == 1 and len(made["entries"]) == 20 and sum(sizes) == 20 and sorted(sizes)[-2:] == [7, 7]


def test_faults():
    rng = random.Random(SEED)
    folder, server = new_folder(), Server(BIN, "--seed", "empty", "--faults", f"{FAULTS},seed:{SEED}")
    receiver = Receiver(BIN, folder)
    place, client = f"127.0.0.1:{receiver.port}", Client(server)
    client.subscribe(receiver.port)
    for number in range(6 + 2 * KILLS):
        client.work_on(client.lead(number), number)
        if number % 2 and number // 2 < KILLS:
            time.sleep(rng.uniform(0, 0.1))
            receiver.stop(signal.SIGKILL)
            receiver = Receiver(BIN, folder, place)
    told = client.settle()
    rows = stored(folder)
    missing, more = expected(client) - events(rows), events(rows) - expected(client)
    states = Counter(row[4] for row in rows)
    check(f"with faults and {KILLS} kills each change is new once", not missing and not more, (missing, more, states))
    check("what came twice is marked, and what nobody knows is kept whole", states["duplicate"] > 0
          and states["unreadable"] > 0, states)
    statuses = Counter(one.get("status") for one in told["posts"])
    check("nothing waits any more", told["waiting"] == 0, (told["waiting"], statuses))
    times = [json.loads(row[6])["updateTime"] for row in rows if row[4] == "new"]
    check("times were odd", any(isinstance(one, str) for one in times) and any(isinstance(one, int) for one in times),
          times[:5])
    receiver.stop()
    server.stop()
    shutil.rmtree(folder)


def test_strangers():
    """A callback elsewhere is never posted to, and the trigger is no path of a proxy's."""
    server = Server(BIN, "--seed", "demo")
    client = Client(server)
    made = client.call("POST", "/sandbox/trigger", {"event": "lead.updated", "count": 2})
    told = client.settle()
    check("a callback elsewhere is not posted to", made["subscriptions"] == 0 and told["posted"] == 0, (made, told))
    proxy = Server(BIN, "--upstream", server.url)
    connection = http.client.HTTPConnection("127.0.0.1", int(proxy.url.rsplit(":", 1)[1]), timeout=30)
    connection.request("POST", "/sandbox/trigger", body=json.dumps({"event": "lead.updated"}),
                       headers={"Content-Type": "application/json", "Authorization": "token x"})
    status = connection.getresponse().status
    connection.close()
    check("a proxy has no trigger", status == 404, status)
    proxy.stop()
    server.stop()


SYNC = """
local lofty, wanted = require "lofty", {}
for list = 1, 12 do wanted[list] = { list = list, url = "https://hooks.example.com/a-secret-path" } end
lofty.webhooks.sync(wanted)
"""


def test_sync():
    """webhooks.sync, killed at any moment and with replies lost: each subscription is there once, whatever was killed."""
    rng, wrong, killed = random.Random(SEED), [], 0
    for number in range(1 + KILLS):
        folder, server = new_folder(), Server(BIN, "--seed", "empty", "--faults",
                                              f"lost-reply:20%@webhooks.create,latency:0ms..20ms,seed:{SEED + number}")
        environment = {"HOME": folder, "PATH": os.environ["PATH"], "LOFTY_BASE_URL": server.url, "LOFTY_API_KEY": "test"}
        for _ in range(40):
            child = subprocess.Popen([BIN, "--log-level", "error", "-e", SYNC], env=environment)
            try:
                child.wait(rng.uniform(0.05, 0.4) if number and killed < 4 * number else 60)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
                killed += 1
            if child.returncode == 0:
                break
        there = Counter(hook["listId"] for hook in server.get("/v1.0/webhooks"))
        if there != Counter(range(1, 13)) or child.returncode != 0:
            wrong.append((child.returncode, there))
        server.stop()
        shutil.rmtree(folder)
    check(f"{killed} kills of webhooks.sync leave each subscription once", not wrong and (killed or not KILLS), wrong)


test_plain()
test_faults()
test_sync()
test_strangers()
finish()
