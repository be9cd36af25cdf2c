"""What the undo cases have in common: a sandbox asked by a client of its own, and loftyrun against it."""
import http.client
import json
import os
import subprocess
import time

LEAD = 651095960140641
UNTOLD = {"createTime", "updateTime", "lastUpdateTime", "lastUpdate", "updated", "created", "finishTime", "tagId", "id", "noteId",
          "lastEditorId", "lastEditorName", "subscribeId", "creatorId", "overdueFlag", "lastTouch", "transactionId", "agentId",
          "leadUserId"}
GRANTS = "".join(f"-- loftyrun: allow delete_{what}\n" for what in ("notes", "tasks", "logs", "webhooks"))


def plain(value):
    """A value without times and the ids that a thing made again does not keep, lists in an order of their own."""
    if isinstance(value, dict):
        return {name: plain(member) for name, member in sorted(value.items()) if name not in UNTOLD}
    if isinstance(value, list):
        return sorted((plain(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


class Lofty:
    """A sandbox, as somebody else sees it."""

    def __init__(self, url, state="kept"):
        self.url, self.port, self.state = url, int(url.rsplit(":", 1)[1]), state

    def ask(self, method, path, body=None):
        """A reply; the status where it is no success."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        headers = {"Authorization": "token test-key", "Content-Type": "application/json", "Accept": "application/json"}
        connection.request(method, path, body and json.dumps(body), headers)
        reply = connection.getresponse()
        text = reply.read()
        return reply.status if reply.status != 200 else json.loads(text) if text else None

    def everything(self, lead):
        """All of a lead that a run may change, and the team's subscriptions."""
        deals = self.ask("GET", f"/v1.0/leads/{lead}/transactions")
        return plain({
            "lead": self.ask("GET", f"/v1.0/leads/{lead}?withTrash=true"),
            "notes": self.ask("GET", f"/v1.0/notes?leadId={lead}&limit=100"),
            "tasks": self.ask("GET", f"/v2.0/tasks?leadId={lead}"),
            "hooks": self.ask("GET", "/v1.0/webhooks"),
            "deals": deals,
            "addresses": [self.ask("GET", f"/v1.0/leads/{lead}/transaction/{deal['transactionId']}/property/address")
                          for deal in deals],
            "logs": [self.ask("GET", f"/v1.0/logType?leadId={lead}&logType={kind}&limit=100")
                     for kind in ("logCall", "logEmail", "logText")]})

    def shows(self, lead, wanted):
        """Whether that is all of a lead: at once, or as soon as what was made shows."""
        end = time.monotonic() + 10
        while self.everything(lead) != wanted:
            if time.monotonic() > end:
                return False
        return True

    def run(self, *words, stdin=None):
        """What loftyrun says, and how it ends."""
        environment = dict(os.environ, LOFTY_BASE_URL=self.url, LOFTY_API_KEY="test-key")
        return subprocess.run(["loftyrun", "--state", self.state, *words], input=stdin, capture_output=True, text=True,
                              env=environment)

    def script(self, text):
        """Runs a script, which may delete; the number of its run."""
        done = self.run("-", stdin=GRANTS + 'local lofty = require "lofty"\nlocal lead = ' + f"{LEAD}\n{text}\n")
        assert done.returncode == 0, done.stderr
        return json.loads(self.run("history", "--json", "--max", "1").stdout)[0]["run"]

    def undo(self, run, *words):
        """The report of an undo, and its exit code."""
        done = self.run("history", "undo", str(run), "--json", *words)
        assert done.stdout, done.stderr
        return json.loads(done.stdout), done.returncode


def outcomes(report):
    """What came of each write, in the report's order."""
    return [f"{write['operation']} {write['outcome']}" for write in report["writes"]]
