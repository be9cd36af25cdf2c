"""A client that changes everything in a sandbox that Lofty's twelve lists tell of, and keeps what must come of it. It is not
ours: it knows nothing but the API."""
import http.client
import json
import time

from webhook_server import path

IDS = {1: "agentId", 2: "leadId", 4: "alertId", 5: "transactionId", 6: "timelineId", 7: "timelineId", 8: "timelineId",
       9: "noteId", 10: "taskId", 11: "appointmentId"}


class Client:
    """Calls the sandbox, and keeps what must come of it: (list, verb, thing, lead)."""

    def __init__(self, server):
        self.port = int(server.url.rsplit(":", 1)[1])
        self.expected = []

    def call(self, method, target, body=None, refused=False):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, target, body=None if body is None else json.dumps(body),
                               headers={"Authorization": "token other", "Content-Type": "application/json"})
            reply = connection.getresponse()
            text = reply.read()
            assert (reply.status == 200) != refused, (method, target, reply.status, text)
            return json.loads(text) if text and not refused else None
        finally:
            connection.close()

    def expect(self, number, verb, thing=None, lead=None):
        self.expected.append((number, verb, str(thing or lead) if number in IDS else None, lead))

    def subscribe(self, port):
        for number in range(1, 13):
            self.call("POST", "/v1.0/webhook", {"listId": number, "limit": 7,
                                                "callbackUrl": f"https://127.0.0.1:{port}{path()}"})

    def lead(self, number):
        lead = self.call("POST", "/v1.0/leads", {"firstName": f"N{number}", "emails": [f"n{number}@example.com"]})["leadId"]
        self.expect(2, "created", lead=lead)
        return lead

    def work_on(self, lead, number):
        """Every operation that a list tells of."""
        self.call("PUT", f"/v1.0/leads/{lead}", {"stage": "Hot"})
        self.expect(2, "updated", lead=lead)
        self.expect(12, "updated", lead=lead)
        self.call("POST", f"/v1.0/leads/{lead}/activity", {
            "type": "Favorite", "created": 1795000000000, "text": "x", "link": "https://a.example.com/",
            "picture": "https://a.example.com/p"})
        self.expect(3, "created", lead=lead)
        note = self.call("POST", "/v1.0/notes", {"leadId": lead, "content": "a"})["noteId"]
        self.call("PUT", f"/v1.0/notes/{note}", {"content": "b", "isPin": False})
        self.call("DELETE", f"/v1.0/notes/{note}")
        for verb in ("created", "updated", "deleted"):
            self.expect(9, verb, note, lead)
        task = self.call("POST", "/v2.0/tasks", {"leadId": lead, "type": "Call", "content": "c", "assignedRole": "Agent",
                                                 "endAt": "2031-01-01T10:00:00Z"})["taskId"]
        self.call("PUT", f"/v2.0/tasks/{task}", {"content": "d"})
        self.call("POST", f"/v2.0/tasks/{task}/finish")
        self.call("DELETE", f"/v2.0/tasks/{task}")
        for verb in ("created", "updated", "finished", "deleted"):
            self.expect(10, verb, task, lead)
        made = self.call("POST", "/v2.0/calendar", {
            "type": "appointment", "content": "e", "leadId": lead, "timeZoneCode": "UTC", "startAt": "2031-01-01T10:00:00+00:00",
            "endAt": "2031-01-01T11:00:00+00:00"})["data"]["id"]
        meeting = int(made.split("-")[0])
        self.call("POST", f"/v2.0/calendar/{made}/finish")
        self.call("DELETE", f"/v2.0/calendar/{made}")
        for verb in ("created", "finished", "deleted"):
            self.expect(11, verb, meeting, lead)
        deal = self.call("POST", f"/v1.0/leads/{lead}/transaction", {"transactionName": f"deal {number}"})["transactionId"]
        self.call("PUT", f"/v1.0/leads/{lead}/transaction/{deal}", {"transactionName": "other"})
        for verb in ("created", "updated"):
            self.expect(5, verb, deal, lead)
        for list_id, kind in ((6, "logCall"), (7, "logEmail"), (8, "logText")):
            log = self.call("POST", "/v1.0/logType", {"leadId": lead, "logType": kind, "content": "f",
                                                      "leadPhoneNumber": "2075550111"})["logType"]["id"]
            self.expect(list_id, "created", log, lead)
        alert = self.call("POST", "/sandbox/trigger", {"event": "alert.updated", "leadId": lead})["entries"][0]
        self.expect(4, "updated", alert["alertId"], lead)
        self.call("POST", f"/v2.0/tasks/{task}/finish", refused=True)  # what is refused has not happened

    def agents(self):
        made = self.call("POST", "/v1.0/agent/profile/add", {"accountType": 1, "accountInfo": {
            "firstName": "N", "lastName": "A", "emailAddress": "new.agent@example.com", "phoneNumber": "2075550177"}})["data"]
        self.expect(1, "created", made)
        # Marcus Okafor of the sandbox's account; Ines Vidal owns an office, and is refused within a 200.
        assert self.call("POST", "/v2.0/agents/844710023600019/deactivate") == {"success": True}
        self.expect(1, "updated", 844710023600019)
        assert self.call("POST", "/v2.0/agents/844710023600037/deactivate") != {"success": True}

    def delete(self, lead):
        self.call("DELETE", f"/v1.0/leads/{lead}?reason=test")
        self.expect(2, "deleted", lead=lead)

    def settle(self):
        """What was posted, when nothing waits any more."""
        end = time.monotonic() + 60
        while True:
            told = self.call("GET", "/sandbox/deliveries")
            if told["waiting"] == 0 or time.monotonic() > end:
                return told
            time.sleep(0.02)
