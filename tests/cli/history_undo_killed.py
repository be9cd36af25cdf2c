"""An undo that is killed with kill -9 at each of its requests, before it is carried out and after, and run again.

In the end all is as it was before the run, nothing is there twice, and the third undo has nothing to do.
"""
import os
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from killing_proxy import before, try_all  # noqa: E402
from sandbox_server import Server  # noqa: E402
from undo_lofty import LEAD, Lofty  # noqa: E402

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
        sandbox = Server("loftyrun", "--seed", "demo")
        try:
            with before(sandbox.port) as proxy:
                # The whole history is one account's: all goes through the proxy.
                return trial(Lofty(f"http://127.0.0.1:{proxy.port}", os.path.join(directory, "kept")), proxy, at, forward)
        finally:
            sandbox.stop()


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


try_all(one)
