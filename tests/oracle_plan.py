#!/usr/bin/env python3
"""A dry run leaves Lofty and what is kept for later runs as they are, and its plan, applied, leaves the same end state as
the run itself: for every shipped script that writes and for oracle_plan.lua, which does many kinds of writes that depend
on each other. Both states are read by a client that is not ours. Also with applications that are killed at random moments
and called again, and with targets that somebody changes in between.

    tests/oracle_plan.py build/loftyrun [KILLS [SEED]]"""
import http.client
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from checks import check, finish  # noqa: E402
from sandbox_server import Server  # noqa: E402

BIN = os.path.abspath(sys.argv[1])
KILLS = int(sys.argv[2]) if len(sys.argv) > 2 else 6
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else int(os.environ.get("SEED", "5"))
HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = os.path.join(os.path.dirname(HERE), "scripts")
TIMEOUT = 120


class Box(Server):
    """A sandbox, a state folder, and what is in both."""

    def __init__(self, root, name, *options):
        self.folder = os.path.join(root, name)
        self.said = None  # by the script
        self.state = os.path.join(self.folder, "state")
        os.makedirs(self.folder)
        super().__init__(BIN, "--ledger", *options)

    def call(self, method, path, body=None):
        """What a request of ours is answered with, or None where it is refused."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        connection.request(method, path, body and json.dumps(body),
                           headers={"Authorization": "token other", "Content-Type": "application/json"})
        reply = connection.getresponse()
        text = reply.read()
        connection.close()
        return json.loads(text) if reply.status == 200 and text else None

    def words(self, *words):
        """A command line."""
        return [BIN, "--log-level", "warn", "--state", self.state, *words]

    def environment(self):
        """That of a run: nothing of ours."""
        return {"PATH": os.environ["PATH"], "HOME": self.folder, "TZ": "UTC", "LOFTY_BASE_URL": self.url,
                "LOFTY_API_KEY": "key-of-this-test"}

    def run(self, *words):
        """(exit code, stdout, stderr) of a run."""
        done = subprocess.run(self.words(*words), capture_output=True, text=True, timeout=TIMEOUT,
                              cwd=self.folder, env=self.environment(), check=False)
        return done.returncode, done.stdout, done.stderr

    def writes(self):
        """The operations of the ledger that changed something, and how often each was done."""
        operations = self.call("GET", "/sandbox/ledger")["operations"]
        return {name: entry["done"] for name, entry in operations.items() if entry["done"]}

    def leads(self):
        """All leads, by offset."""
        found = []
        while True:
            page = self.call("GET", f"/v1.0/leads?limit=50&offset={len(found)}")
            found += page["leads"]
            if len(found) >= page["_metadata"]["total"] or not page["leads"]:
                return found

    def everything(self):
        """All that a run can change, in a form that can be compared: without times and what is counted by the clock."""
        kinds = ("logCall", "logEmail", "logText")
        found = {"webhooks": self.call("GET", "/v1.0/webhooks"), "leads": self.leads()}
        for lead in found["leads"]:
            key = lead["leadId"]
            found[f"tasks {key}"] = self.call("GET", f"/v2.0/tasks?leadId={key}")
            found[f"notes {key}"] = self.call("GET", f"/v1.0/notes?leadId={key}&limit=100")
            deals = self.call("GET", f"/v1.0/leads/{key}/transactions") or []
            found[f"deals {key}"] = deals
            for deal in deals:
                path = f"/v1.0/leads/{key}/transaction/{deal['transactionId']}/property/address"
                found[f"address {deal['transactionId']}"] = self.call("GET", path)
            for kind in kinds:
                found[f"{kind} {key}"] = self.call("GET", f"/v1.0/logType?leadId={key}&logType={kind}&limit=100")
            for kind in ("text", "email"):
                found[f"{kind} {key}"] = self.call("GET", f"/v1.0/communication/{kind}?leadId={key}&limit=100")
        return plain(found, self.url)

    def kept(self):
        """What is kept for later runs."""
        database = sqlite3.connect(os.path.join(self.state, "state.db"))
        entries = database.execute("SELECT name, key, value FROM entries JOIN spaces ON spaces.id = space").fetchall()
        keys = database.execute("SELECT once_key, state, result, until IS NOT NULL FROM once_keys").fetchall()
        database.close()
        found = {f"{row[0]} {row[1]}": decoded(row[2]) for row in entries if not row[0].startswith("plan ")}
        found |= {f"key {row[0]}": [row[1], decoded(row[2]), row[3]] for row in keys if not row[0].startswith("plan ")}
        for key in found:  # when each subscription was made
            if key.endswith(" lofty.webhooks seen"):
                found[key] = sorted(found[key])
        return plain(found, self.url)


def decoded(text):
    """JSON, whatever the order of its names; or the text itself."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text


TIMES = re.compile(r"time$|^created$|^updated$|^lastUpdate|^lastTouch$|^lastVisit$|^assignTime$|overdue", re.I)
CLOCKED = re.compile(r"^(startAt|endAt|endAtMs|startAtMs|deadline|expiration)$|Date$")


def plain(value, url):
    """A value without what the clock decides and without the sandbox's port. Ids stay: the sandbox counts them, so they are
    the same where the same is done in the same order."""
    if isinstance(value, dict):
        return {key.replace(url, "URL"): plain(member, url) for key, member in value.items()
                if not TIMES.search(key) and not (CLOCKED.search(key) and not str(member).startswith("2031"))}
    if isinstance(value, list):
        return sorted((plain(item, url) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    if isinstance(value, str):
        return value.replace(url, "URL")
    return value


def difference(one, other, path=""):
    """Where two states differ, a line each."""
    if isinstance(one, dict) and isinstance(other, dict):
        return [line for key in sorted(one.keys() | other.keys())
                for line in difference(one.get(key), other.get(key), f"{path}/{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [line for place, pair in enumerate(zip(one, other)) for line in difference(*pair, f"{path}/{place}")]
    return [] if one == other else [f"{path}: {json.dumps(one)[:300]} | {json.dumps(other)[:300]}"]


PEOPLE = """
local lofty = require "lofty"
local time = lofty.time
local day = time.fields(lofty.now(), lofty.guard.zones({})[1])
local names = { "Ada", "Ben", "Cy" }
for index, name in ipairs(names) do
  lofty.leads.create { firstName = name, emails = { name:lower() .. "@example.com" },
    birthday = time.birthday(day.month == 2 and day.day == 29 and 1992 or 1990, day.month, day.day),
    unsubscription = index == 3 }
end
"""
TAGS = """
local lofty = require "lofty"
for _, one in ipairs { { "nora.ashby@example.com", "vip", "buyer" }, { "joan.petrakis@example.com", "V.I.P." },
  { "hollis.greer@example.com", "Past-Client", "VIP", "vip", "A+" } } do
  lofty.leads.add_tags(lofty.leads.find { email = one[1] }.leadId, { table.unpack(one, 2) })
end
"""
DEALS = """
local lofty = require "lofty"
local time = lofty.time
local lead = lofty.leads.find { email = "joan.petrakis@example.com" }
for _, deal in ipairs(lofty.transactions.list_for_lead(lead.leadId)) do
  lofty.transactions.update(lead.leadId, deal.transactionId, { transactionName = deal.transactionName,
    transactionStatus = deal.transactionStatus, transactionType = deal.transactionType,
    expectedCloseDate = lofty.now() - 2 * time.DAY })
end
"""
CSV = """First Name,Last Name,Email,Phone,Tags
Grace,Hopper,grace@example.com,2075550177,navy
Alan,Turing,alan@example.com,,
Nora,Again,nora.ashby@example.com,,
Grace,Twin,GRACE@example.com,,
"""

# name, what is there before, the script and its arguments, the exit codes of the run and of the application
CASES = [
    ("synthetic", None, [os.path.join(HERE, "oracle_plan.lua")], (0,), (0,)),
    ("finish_overdue", None, ["tasks/finish_overdue.lua"], (0, 8), (0, 8)),
    ("reengage_stale", None, ["leads/reengage_stale.lua", "--tag", "again"], (0,), (0,)),
    ("birthday_greetings", PEOPLE, ["leads/birthday_greetings.lua", "--apply"], (0,), (0,)),
    ("tag_hygiene", TAGS, ["leads/tag_hygiene.lua", "--apply"], (0,), (0,)),
    ("closing_deadlines", DEALS, ["transactions/closing_deadlines.lua", "--tasks", "--days", "90", "--zone", "UTC"], (0,), (0,)),
    ("import_csv", None, ["leads/import_csv.lua", "leads.csv", "--apply", "--tag", "Imported"], (0,), (0,)),
    ("subscribe", None, ["webhooks/subscribe.lua", "https://hooks.example.com/lofty", "lead_info"], (0,), (0,)),
]


def prepare(box, before):
    """What a script finds."""
    with open(os.path.join(box.folder, "leads.csv"), "w", encoding="utf-8") as written:
        written.write(CSV)
    if before:
        code, _, err = box.run("-e", before.replace('local lofty = require "lofty"\n', "", 1))
        assert code == 0, err


def script_words(box, words):
    """The script's path and its arguments. One that sends does so at any hour here."""
    path = os.path.join(SCRIPTS, words[0])
    with open(path, encoding="utf-8") as script:
        text = script.read()
    if "quiet 18:00-9:00" in text:
        path = os.path.join(box.folder, os.path.basename(path))
        with open(path, "w", encoding="utf-8") as script:
            script.write(text.replace("quiet 18:00-9:00", "quiet none"))
    return [path, *words[1:]]


def itself(root, case):
    """The box in which the run itself was made."""
    name, before, words, codes, _ = case
    box = Box(root, name + "-run")
    prepare(box, before)
    code, out, err = box.run(*script_words(box, words))
    check(f"{name}: the run itself ends well", code in codes, f"exit {code}\n{out[-800:]}\n{err[-1500:]}")
    box.said = masked(out)
    return box


def masked(text):
    """What a script prints, without ids: those of new things are the plan's own."""
    return re.sub(r"\d{16,19}", "ID", text)


def plan(box, name, before, words, wanted):
    """A dry run, which sees what the run itself has seen; its plan's path."""
    prepare(box, before)
    lofty_before, writes_before = box.everything(), box.writes()
    kept_before = box.kept() if os.path.exists(os.path.join(box.state, "state.db")) else None
    path = os.path.join(box.folder, "the plan.json")
    code, out, err = box.run("--dry-run", "--plan", path, *script_words(box, words))
    check(f"{name}: the dry run ends well", code == 0 and os.path.exists(path), f"exit {code}\n{out[-800:]}\n{err[-2500:]}")
    if name != "finish_overdue":  # what a Smart Plan has made only Lofty's refusal tells
        check(f"{name}: the script has seen the same", masked(out) == wanted.said, f"{masked(out)}\n---\n{wanted.said}")
    check(f"{name}: the dry run wrote nothing to Lofty", box.writes() == writes_before, (box.writes(), writes_before))
    check(f"{name}: all of Lofty is as it was", not difference(lofty_before, box.everything()))
    kept = box.kept() if os.path.exists(os.path.join(box.state, "state.db")) else None
    check(f"{name}: it kept nothing", kept == kept_before, (kept_before, kept))
    return path


def compare(name, box, wanted):
    """The end state against the run's."""
    end = time.monotonic() + 10
    found = difference(wanted.everything(), box.everything())
    while found and time.monotonic() < end:  # what was made shows a little later
        found = difference(wanted.everything(), box.everything())
    check(f"{name}: the same end state in Lofty", not found, "\n".join(found[:12]))
    found = difference(wanted.kept(), box.kept())
    check(f"{name}: the same is kept for later runs", not found, "\n".join(found[:12]))


def applied(root, case, wanted):
    """A plan applied in one go, then again."""
    name, before, words, _, apply_codes = case
    box = Box(root, name + "-plan")
    try:
        path = plan(box, name, before, words, wanted)
        code, out, err = box.run("apply", path)
        check(f"{name}: the application ends well", code in apply_codes, f"exit {code}\n{out}\n{err[-1500:]}")
        compare(name, box, wanted)
        writes = box.writes()
        code, out, err = box.run("apply", path)
        check(f"{name}: once more does nothing", code in apply_codes and box.writes() == writes, f"{code} {out} {err}")
    finally:
        box.stop()


APPLY = ('require("lofty.verify.earlier").SHOW_WITHIN = 1000; '  # this sandbox shows at once what it has done
         'require("lofty.dry.apply").run(...)')


def killed(root, case, wanted):
    """An application that is killed at random moments and called again."""
    name, before, words, _, apply_codes = case
    rng = random.Random(SEED)
    box = Box(root, name + "-killed", "--faults=latency:0ms..3ms")
    try:
        path = plan(box, name + ", killed", before, words, wanted)
        kills, code, tries = 0, None, 0
        while tries < 3 * KILLS:
            tries += 1
            child = subprocess.Popen(box.words("-e", APPLY, path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                     cwd=box.folder, env=box.environment())
            try:
                child.communicate(timeout=rng.uniform(0.01, 0.01 + 0.5 / KILLS if kills < KILLS else TIMEOUT))
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGKILL)
                child.communicate()
            if child.returncode == -signal.SIGKILL:
                kills += 1
            else:
                break
        code, out, err = box.run("-e", APPLY, path)
        check(f"{name}: ends well after {kills} kills", code in apply_codes, f"exit {code}\n{out}\n{err[-1500:]}")
        compare(f"{name}, {kills} kills", box, wanted)
        return kills
    finally:
        box.stop()


CHANGED = """
local leads = lofty.leads.list { limit = 6 }
for place = 1, 3 do lofty.leads.update(leads[place].leadId, { stage = "Contacted" }) end
lofty.leads.update(leads[1].leadId, { source = "second change" })
lofty.notes.create { leadId = leads[4].leadId, content = "stays", isPin = false }
lofty.leads.delete(leads[5].leadId, { reason = "plan" })
local made = lofty.leads.create { firstName = "Made", emails = { "made@example.com" } }
lofty.notes.create { leadId = made.leadId, content = "of the new one", isPin = false }
local task = lofty.tasks.create { leadId = leads[6].leadId, type = "Call", content = "of nobody", assignedRole = "Agent",
  endAt = "2031-01-01T10:00:00Z" }
lofty.tasks.finish(task.taskId)
lofty.once("needs " .. task.taskId, function() return lofty.tasks.unfinish(task.taskId) end)
"""


def changed(root):
    """Somebody changes what a plan would change: those items are refused, the others are done."""
    box = Box(root, "changed")
    try:
        path = os.path.join(box.folder, "p.json")
        code, _, err = box.run("--dry-run", "--plan", path, "--allow", "delete_leads", "-e", CHANGED)
        check("changed: planned", code == 0, err)
        leads = box.call("GET", "/v1.0/leads?limit=6")["leads"]
        ids = [lead["leadId"] for lead in leads]
        box.call("PUT", f"/v1.0/leads/{ids[0]}", {"stage": "Hot"})
        box.call("PUT", f"/v1.0/leads/{ids[1]}", {"lastName": "Elsewhere"})
        box.call("DELETE", f"/v1.0/leads/{ids[2]}?reason=x")
        box.call("PUT", f"/v1.0/leads/{ids[4]}", {"tagsAdd": ["worked on"]})
        box.call("DELETE", f"/v1.0/leads/{ids[5]}?reason=x")
        code, out, err = box.run("apply", path)
        check("changed: exit code 8", code == 8, f"{code}\n{out}\n{err}")
        check("changed: what is refused, and what depends on it", err.count("not done") == 8
              and err.count("needs new #4") == 2 and "its lofty.once has failed" in err, out + err)
        check("changed: what was says so", "stage was" in err and "gone" in err and "earlier change" in err, err)
        now = {lead["leadId"]: lead for lead in box.leads()}
        check("changed: somebody's change stays", now[ids[0]]["stage"] == "Hot" and now[ids[0]]["source"] != "second change")
        check("changed: another member does not matter", now[ids[1]]["stage"] == "Contacted")
        check("changed: a lead that was worked on is not deleted", ids[4] in now)
        notes = [note["content"] for note in box.call("GET", f"/v1.0/notes?leadId={ids[3]}&limit=100")["notes"]]
        check("changed: the others are done", "stays" in notes and any(lead["firstName"] == "Made" for lead in now.values()))
        writes = box.writes()
        box.call("PUT", f"/v1.0/leads/{ids[0]}", {"stage": leads[0]["stage"]})
        code, out, err = box.run("apply", path)
        after = {lead["leadId"]: lead for lead in box.leads()}
        check("changed: once more does what is as it was again", code == 8 and after[ids[0]]["stage"] == "Contacted"
              and box.writes()["notes.create"] == writes["notes.create"], f"{code}\n{out}\n{err}")
    finally:
        box.stop()


STATEFUL = """
for _, lead in ipairs(lofty.leads.list { limit = 4 }) do
  lofty.leads.update(lead.leadId, { source = "marked" })
  lofty.state.set(lead.leadId, "done")
end
"""


def stops(root):
    """A refused item that something is kept behind ends the application there: nothing is kept for what was not done."""
    box = Box(root, "stops")
    try:
        path = os.path.join(box.folder, "p.json")
        box.run("--dry-run", "--plan", path, "-e", STATEFUL)
        ids = [lead["leadId"] for lead in box.call("GET", "/v1.0/leads?limit=4")["leads"]]
        box.call("PUT", f"/v1.0/leads/{ids[1]}", {"source": "somebody"})
        code, out, err = box.run("apply", path)
        marks = [key.split()[-1] for key in box.kept()]
        check("stops: at the refused item", code == 8 and "stopped at item 3" in out, f"{code}\n{out}\n{err}")
        check("stops: what is kept is what was done", marks == [str(ids[0])], marks)
        code, out, err = box.run("-e", STATEFUL)
        marks = sorted(key.split()[-1] for key in box.kept())
        check("stops: the script goes on from there", code == 0 and marks == sorted(map(str, ids)), err)
        code, out, err = box.run("apply", path)
        check("stops: and then the plan is not done any more", code == 8, f"{code}\n{out}\n{err}")
    finally:
        box.stop()


def main():
    """All of it."""
    root = tempfile.mkdtemp(prefix="oracle_plan.")
    try:
        kills = 0
        for case in CASES:
            wanted = itself(root, case)
            try:
                applied(root, case, wanted)
                if case[0] in ("synthetic", "import_csv", "tag_hygiene"):
                    kills += killed(root, case, wanted)
            finally:
                wanted.stop()
        changed(root)
        stops(root)
        print(f"  {kills} kills", flush=True)
    finally:
        shutil.rmtree(root)
    finish()


if __name__ == "__main__":
    main()
