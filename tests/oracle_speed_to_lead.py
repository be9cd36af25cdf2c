#!/usr/bin/env python3
"""scripts/webhooks/speed_to_lead.lua from end to end: leads are made in a sandbox, each of its webhooks comes twice, and the
daemon is killed in between: the sandbox's ledger has one task and one push for each lead.

    tests/oracle_speed_to_lead.py build/loftyrun"""
import http.client
import json
import os
import shutil
import signal
import sys
import time

from sandbox_server import Server
from webhook_server import Receiver, check, count, finish, new_folder, path

BIN = os.path.abspath(sys.argv[1])
SCRIPT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts", "webhooks", "speed_to_lead.lua")
LEADS = 12


def call(server, method, target, body):
    connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rsplit(":", 1)[1]), timeout=30)
    connection.request(method, target, body=json.dumps(body),
                       headers={"Authorization": "token other", "Content-Type": "application/json"})
    reply = connection.getresponse()
    text = reply.read()
    connection.close()
    assert reply.status == 200, (target, reply.status, text)
    return json.loads(text)


folder = new_folder()
server = Server(BIN, "--seed", "empty", "--ledger", "--faults",
                "webhook-twice:100%,webhook-again:100%,seed:5")
environment = {"LOFTY_BASE_URL": server.url}
receiver = Receiver(BIN, folder, "127.0.0.1:0", SCRIPT, environment=environment)
place = f"127.0.0.1:{receiver.port}"
call(server, "POST", "/v1.0/webhook", {"listId": 2, "callbackUrl": f"https://{place}{path()}"})
leads = []
for number in range(LEADS):
    leads.append(call(server, "POST", "/v1.0/leads", {"firstName": f"N{number}", "emails": [f"n{number}@example.com"]})["leadId"])
    if number == LEADS // 2:
        receiver.stop(signal.SIGKILL)
        receiver = Receiver(BIN, folder, place, SCRIPT, environment=environment)
end = time.monotonic() + 60
while count(folder, "state = 'done'") < LEADS and time.monotonic() < end:
    time.sleep(0.05)
check("every lead was looked at", count(folder, "state = 'done'") == LEADS, count(folder))
tasks = [len(server.get(f"/v2.0/tasks?leadId={lead}")["tasks"]) for lead in leads]
check("each has one task", tasks == [1] * LEADS, tasks)
operations = server.get("/sandbox/ledger")["operations"]
pushed = operations.get("notifications.push_task_reminder", {})
check("and its agent one push", (pushed.get("done"), pushed.get("repeated")) == (LEADS, 0), pushed)
receiver.stop()
server.stop()
shutil.rmtree(folder)
finish()
