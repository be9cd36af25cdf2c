"""An undo that is killed with kill -9 at each of its requests, before it is carried out and after, and run again.

In the end all is as it was before the run, nothing is there twice, and the third undo has nothing to do.
"""
import concurrent.futures
import http.client
import http.server
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading

from undo_lofty import LEAD, Lofty

BEFORE = """lofty.leads.set_tags(lead, { "old" })
lofty.notes.create { leadId = lead, content = "stays 李" }
lofty.tasks.create { leadId = lead, type = "Call", content = "open", assignedRole = "Agent", endAt = "2031-01-01T10:00:00Z" }"""
WORK = """for _, note in ipairs(lofty.notes.list { leadId = lead }) do lofty.notes.delete(note.noteId) end
lofty.leads.get(lead)
lofty.leads.update(lead, { stage = "Contacted", firstName = "Żółć", tagsAdd = { "さくら" } })
lofty.leads.remove_tags(lead, { "old" })
local id = lofty.tasks.create { leadId = lead, type = "Text", content = "mine", assignedRole = "Agent",
  endAt = "2031-01-01T10:00:00Z" }.taskId
lofty.tasks.list { leadId = lead }
lofty.tasks.finish(id)
local hooks = lofty.webhooks.list()
for _, hook in ipairs(hooks) do
  if hook.listId == 10 then lofty.webhooks.delete(hook.subscribeId) break end
end"""


class Proxy(http.server.BaseHTTPRequestHandler):
    """Passes requests on, and kills the client at one of them. Each trial has a subclass."""

    protocol_version = "HTTP/1.1"
    upstream, client, left, forward, killed, requests = None, None, 0, False, False, 0

    def log_message(self, *_):
        """Nothing."""

    def passed_on(self):
        """The reply of the sandbox."""
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        connection.request(self.command, self.path, body, dict(self.headers))
        reply = connection.getresponse()
        return reply.status, reply.read(), reply.headers

    def do_GET(self):  # pylint: disable=invalid-name
        """Any request."""
        proxy = type(self)
        proxy.left -= 1
        proxy.requests += 1
        if proxy.left == 0 and not proxy.forward:
            self.kill()
            return
        status, body, headers = self.passed_on()
        if proxy.left == 0:
            self.kill()
            return
        self.send_response(status)
        for name in ("Content-Type", "Date"):
            if headers[name]:
                self.send_header(name, headers[name])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_DELETE = do_GET

    def kill(self):
        """Ends the client with SIGKILL."""
        proxy = type(self)
        proxy.killed, self.close_connection = True, True
        proxy.client.send_signal(signal.SIGKILL)


def undo(lofty, run, proxy):
    """Undoes through the proxy; the exit code."""
    environment = dict(os.environ, LOFTY_BASE_URL=lofty.url, LOFTY_API_KEY="test-key")
    proxy.client = subprocess.Popen(["loftyrun", "--state", lofty.state, "history", "undo", str(run), "--apply"],
                                    env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = proxy.client.communicate(timeout=120)[0]
    return proxy.client.returncode, said


def made_long_ago(state):
    """Lets the time pass for which what an interrupted create made may stay unseen."""
    with sqlite3.connect(os.path.join(state, "state.db"), timeout=30) as database:
        database.execute("UPDATE writes SET began = began - 130000 WHERE state = 'sending'")


def one(at, forward):
    """(requests of the first undo, whether it was killed, what is wrong) for a kill at one request; 0 for none."""
    with tempfile.TemporaryDirectory() as directory:
        with subprocess.Popen(["loftyrun", "sandbox", "--port", "0", "--seed", "demo"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True) as sandbox:
            upstream = int(sandbox.stdout.readline().rsplit(":", 1)[1])
            proxy = type("ProxyOfOne", (Proxy,), {"upstream": upstream})
            with http.server.ThreadingHTTPServer(("127.0.0.1", 0), proxy) as server:
                threading.Thread(target=server.serve_forever, daemon=True).start()
                # The whole history is one account's: all goes through the proxy.
                lofty = Lofty(f"http://127.0.0.1:{server.server_port}", os.path.join(directory, "kept"))
                try:
                    return trial(lofty, proxy, at, forward)
                finally:
                    sandbox.send_signal(signal.SIGTERM)
                    sandbox.communicate(timeout=60)
                    server.shutdown()


def trial(lofty, proxy, at, forward):
    """The trial itself."""
    lofty.script(BEFORE)
    was = lofty.everything(LEAD)
    run = lofty.script(WORK)
    proxy.left, proxy.forward, proxy.requests = at, forward, 0
    code, said = undo(lofty, run, proxy)
    requests, proxy.left = proxy.requests, 0
    if proxy.killed:
        made_long_ago(lofty.state)
        code, said = undo(lofty, run, proxy)
    wrong = [] if code == 0 else [f"exit {code}: {said}"]
    if not lofty.shows(LEAD, was):
        wrong.append(f"not as it was: {said}")
    again, code = lofty.undo(run, "--apply")
    if code or {write["outcome"] for write in again["writes"]} - {"already", "same"}:
        wrong.append(f"a third one: {again}")
    return requests, proxy.killed, wrong


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
