"""`loftyrun sandbox` beside a test, and what a client that is not ours finds there."""
import http.client
import json
import signal
import subprocess

TIMEOUT = 300


class Server:
    """The server; `options` are the command's, `ledger` is the file of its ledger."""

    def __init__(self, program, *options, ledger=None):
        self.ledger = ledger
        kept = [f"--ledger={ledger}"] if ledger else []
        self.child = subprocess.Popen([program, "sandbox", "--port", "0", "--rate-limit=100000/min", *kept, *options],
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = self.child.stdout.readline().strip()
        self.port = int(self.url.rsplit(":", 1)[1])

    def get(self, path):
        """Asked again until the reply is whole: faults are for others."""
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
            try:
                connection.request("GET", path, headers={"Authorization": "token other", "Content-Type": "application/json"})
                reply = connection.getresponse()
                text = reply.read()
                if reply.status == 200:
                    return json.loads(text)
            except (http.client.HTTPException, OSError, ValueError):
                pass
            finally:
                connection.close()

    def tasks(self, prefix):
        """Those whose content begins so, of the first leads."""
        return [task for lead in self.get("/v1.0/leads?limit=20")["leads"]
                for task in self.get(f"/v2.0/tasks?leadId={lead['leadId']}&limit=1000").get("tasks", [])
                if task["content"].startswith(prefix)]

    def stop(self):
        """Ends it; its ledger where it has a file for that."""
        if self.child.returncode is None:
            self.child.send_signal(signal.SIGTERM)
            self.child.communicate(timeout=TIMEOUT)
        if not self.ledger:
            return None
        with open(self.ledger, encoding="utf-8") as written:
            return json.load(written)
