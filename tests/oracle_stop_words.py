#!/usr/bin/env python3
"""scripts/webhooks/stop_words.lua from end to end: texts are logged in a sandbox, its webhooks go to the daemon, and a client
that is not ours looks which leads are marked.

    tests/oracle_stop_words.py build/loftyrun"""
import http.client
import json
import os
import shutil
import sys
import time

from sandbox_server import Server
from webhook_server import Receiver, check, count, finish, new_folder, path

BIN = os.path.abspath(sys.argv[1])
SCRIPT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts", "webhooks", "stop_words.lua")
# What is said, which way, and whether the lead is to be marked for it.
TEXTS = [("STOP", "inbound", True), ("  stop.\n", "inbound", True), ("Unsubscribe!", "inbound", True),
         ("STOP", "outbound", False), ("please do not stop", "inbound", False), ("I will not end it", "inbound", False)]


def call(server, method, target, body):
    connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rsplit(":", 1)[1]), timeout=30)
    connection.request(method, target, body=json.dumps(body),
                       headers={"Authorization": "token other", "Content-Type": "application/json"})
    reply = connection.getresponse()
    text = reply.read()
    connection.close()
    assert reply.status == 200, (target, reply.status, text)
    return json.loads(text)


def marks(server, lead):
    shown = server.get(f"/v1.0/leads/{lead}")["lead"]
    return shown["cannotText"], "STOP" in [tag.get("tagName") or tag.get("name") for tag in shown["tags"]]


folder, server = new_folder(), Server(BIN, "--seed", "empty", "--faults", "webhook-twice:100%,seed:1")
receiver = Receiver(BIN, folder, "127.0.0.1:0", SCRIPT, environment={"LOFTY_BASE_URL": server.url})
call(server, "POST", "/v1.0/webhook", {"listId": 8, "callbackUrl": f"https://127.0.0.1:{receiver.port}{path()}"})
leads = [call(server, "POST", "/v1.0/leads", {"firstName": f"N{number}", "emails": [f"n{number}@example.com"]})["leadId"]
         for number in range(len(TEXTS))]
for lead, (content, direction, _) in zip(leads, TEXTS):
    call(server, "POST", "/v1.0/logType", {"leadId": lead, "logType": "logText", "content": content,
                                           "outboundOrInbound": direction})
end = time.monotonic() + 60
while count(folder, "state = 'done'") < len(TEXTS) and time.monotonic() < end:
    time.sleep(0.05)
check("every text was looked at", count(folder, "state = 'done'") == len(TEXTS), count(folder))
for lead, (content, direction, is_stop) in zip(leads, TEXTS):
    check(f"{direction} {content!r}: {'marked' if is_stop else 'left'}", marks(server, lead) == (is_stop, is_stop),
          marks(server, lead))
receiver.stop()
server.stop()
shutil.rmtree(folder)
finish()
