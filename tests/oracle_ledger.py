#!/usr/bin/env python3
"""Thousands of creates, updates and deletes through faults of every kind: what the script believes in the end, compared
with the sandbox's own ledger and with what an independent client then finds there.

    tests/oracle_ledger.py build/loftyrun [CREATES [SEED [verify]]]

CREATES, 5000 where nothing is said, are made by oracle_ledger.lua, a ninth of them one after the other and the others 20
at a time; more updates and deletes than that follow them. Some more go through the proxy, and some are killed on the way.

With `verify` nothing else is done than so many creates with { verify = true }, 20 at a time. It takes minutes: what is
lost is looked for more than once.

Nothing lost: what the script was told is done is there, with its last value. Nothing doubled: nothing is there twice.
Every unknown reported: what was done without the script being told so is among those that it was told are unknown or,
where the run was ended from outside, in the list of writes under way that was printed then.
"""
import collections
import os
import random
import re
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sandbox_server  # noqa: E402

# The replies that name a limit of calls, which are those with 429, name one that is out of reach.
LIMIT = "200000/min"
FAULTS = ("429:0.6%,429-bare:0.05%,500:1%,502:0.3%,503:0.3%,504:0.3%,500-after:1%,502-after:0.3%,503-after:0.3%,"
          "504-after:0.3%,cut:1.5%,lost-reply:1.5%,garbage:1.5%,refuse:1%,reset:1%,latency:1ms..2ms:5%,wait:1ms")
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "oracle_ledger.lua")
KINDS = {"note": "notes", "task": "tasks", "transaction": "transactions", "lead": "leads", "webhook": "webhooks"}
KILLS = 20
MOST_TRIED = 40  # creates until there are the ten leads that all else belongs to
TIMEOUT = 600


class Server(sandbox_server.Server):
    """With its ledger once it has ended."""

    def __init__(self, program, directory, *options):
        super().__init__(program, *options, ledger=os.path.join(directory, f"ledger-{len(os.listdir(directory))}"))


class Write:
    """One thing that the script did or wanted to do, and what it believes came of it."""

    def __init__(self, operation, mark, target):
        self.kind, self.verb = operation.split(".")
        self.mark, self.target, self.belief, self.said = mark, target, "no word", None


class Journal:
    """What a script wrote: its writes, in the order in which they were begun."""

    def __init__(self):
        self.writes, self.ended, self.lines = {}, False, 0

    def take(self, line):
        """Reads a line; one without an end was cut by a kill and says nothing."""
        if not line.endswith("\n"):
            return
        self.lines += 1
        fields = line.rstrip("\n").split("\t")
        if fields[0] == "S":
            self.writes[fields[1]] = Write(fields[2], fields[3], fields[4])
        elif fields[0] == "E":
            self.ended = True
        else:
            write = self.writes[fields[1]]
            write.belief = {"D": "done", "R": "refused", "U": "unknown"}[fields[0]]
            write.said = fields[2] if len(fields) > 2 else None


def start(program, url, count, concurrency, tag, *more):
    """The script, against a server."""
    environment = dict(os.environ, LOFTY_BASE_URL=url, LOFTY_API_KEY="key-of-this-test")
    words = [program, "--log-level", "error", "--retries", "3", SCRIPT, str(count), str(concurrency), tag, *more]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env=environment)


def run(program, url, count, concurrency, tag, *more):
    """(journal, exit code, stderr) of a script that comes to its end."""
    child = start(program, url, count, concurrency, tag, *more)
    out, err = child.communicate(timeout=TIMEOUT)
    journal = Journal()
    for line in out.splitlines(keepends=True):
        journal.take(line)
    return journal, child.returncode, err


def run_ended(program, url, tag, number, after):
    """(journal, stderr) of a script that gets a signal once it has written so many lines."""
    concurrency = 1 if tag[-1] in "05" else 20
    child = start(program, url, 150, concurrency, tag)
    journal = Journal()
    for line in child.stdout:
        journal.take(line)
        if journal.lines == after:
            child.send_signal(number)
    err = child.stderr.read()
    child.wait(timeout=TIMEOUT)
    return journal, err


def state_of(server, tag=""):
    """What is there of runs whose tag begins so: (kind, id, text) of each thing, as an independent client reads it."""
    there = []
    leads = []
    while True:
        page = server.get(f"/v1.0/leads?limit=100&offset={len(leads)}")
        leads += page["leads"]
        if not page["leads"] or len(leads) >= page["_metadata"]["total"]:
            break
    for lead in leads:
        ident = str(lead["leadId"])
        there.append(("lead", ident, lead["firstName"]))
    # Only the first leads of each run have anything that belongs to them.
    for ident in [ident for _, ident, text in there if text.startswith(tag) and int(text.rsplit("-", 1)[1]) <= MOST_TRIED]:
        for note in server.get(f"/v1.0/notes?leadId={ident}")["notes"]:
            there.append(("note", str(note["noteId"]), note["content"]))
        for task in server.get(f"/v2.0/tasks?leadId={ident}")["tasks"]:
            there.append(("task", str(task["id"]), task["content"]))
        for deal in server.get(f"/v1.0/leads/{ident}/transactions"):
            there.append(("transaction", str(deal["transactionId"]), deal["transactionName"]))
    for hook in server.get("/v1.0/webhooks"):
        there.append(("webhook", str(hook["subscribeId"]), hook["callbackUrl"].rsplit("/", 1)[1]))
    return there


class Life:
    """All that was done to one thing whose create the script knows the id of."""

    def __init__(self, create):
        self.create, self.values, self.refused, self.gone = create, [create.mark], set(), {False}

    def change(self, write):
        """Takes an update or a delete in."""
        sure, done = write.belief != "unknown" and write.belief != "no word", write.belief == "done"
        if write.verb == "delete":
            self.gone = {done} if sure else self.gone | {True}
        elif done:
            self.values = [write.mark]
        elif sure:
            self.refused.add(write.mark)
        else:
            self.values.append(write.mark)


def lives_of(journal):
    """By kind and id."""
    lives = {}
    for write in journal.writes.values():
        if write.verb == "create" and write.belief == "done":
            lives[(write.kind, write.said)] = Life(write)
        elif write.verb != "create":
            lives[(write.kind, write.target)].change(write)
    return lives


def check_state(name, journals, there):
    """The scripts' beliefs against what is there."""
    texts, lives, creates, problems = {}, {}, {}, collections.defaultdict(list)
    for kind, ident, text in there:
        problems["doubled"] += [text] if (kind, ident) in texts else []
        texts[(kind, ident)] = text
    for journal in journals:
        lives.update(lives_of(journal))
        creates.update({write.mark: write for write in journal.writes.values() if write.verb == "create"})
    for key, life in lives.items():
        text = texts.get(key)
        problems["lost"] += [key] if text is None and True not in life.gone else []
        problems["not deleted"] += [key] if text is not None and False not in life.gone else []
        problems["wrong value"] += [(key, text)] if text is not None and text not in life.values else []
    marks = collections.Counter(text for key, text in texts.items() if key not in lives)
    for mark, times in marks.items():
        write = creates.get(mark)
        problems["from nowhere"] += [mark] if not write else []
        problems["doubled"] += [mark] if times > 1 or write and write.belief == "done" else []
        problems["refused and there"] += [mark] if write and write.belief == "refused" else []
    for problem in ["lost", "doubled", "refused and there", "not deleted", "wrong value", "from nowhere"]:
        yield f"{name}: nothing {problem}", not problems[problem], problems[problem]


def check_ledger(name, journals, ledger, there):
    """The scripts' beliefs against what was carried out."""
    done, unsure = collections.Counter(), collections.Counter()
    problems = collections.defaultdict(list)
    for journal in journals:
        for write in journal.writes.values():
            ident = write.said if write.verb == "create" else write.target
            operation = f"{KINDS[write.kind]}.{write.verb}"
            if write.belief == "done":
                done[(operation, ident)] += 1
            elif write.belief != "refused":
                unsure[(operation, None if write.verb == "create" else ident)] += 1
    for kind in KINDS.values():
        for verb in ("create", "update", "delete"):
            operation = f"{kind}.{verb}"
            ids = ledger["operations"].get(operation, {}).get("ids", {})
            unknown_to_script = 0
            for ident, times in ids.items():
                problems["twice"] += [(operation, ident)] if times > 1 and verb != "update" else []
                if done[(operation, ident)]:
                    continue
                unknown_to_script += 1
                if verb != "create" and not unsure[(operation, ident)]:
                    problems["untold"].append((operation, ident))
            if verb == "create" and unknown_to_script > unsure[(operation, None)]:
                problems["untold"].append((operation, unknown_to_script))
    missing = [key for key, times in done.items() if key[1] not in ledger["operations"][key[0]]["ids"]]
    yield f"{name}: all that is done is in the ledger", not missing, missing
    yield f"{name}: the ledger has nothing twice but updates", not problems["twice"], problems["twice"]
    yield f"{name}: what else the ledger has is unknown to the script", not problems["untold"], problems["untold"]
    kept = {ident for kind, ident, _ in there}
    unseen = [entry for entry in ledger["unanswered"] if entry["done"] and entry["operation"].endswith(".create")
              and (entry["operation"], entry["id"]) in done and entry["id"] in kept]
    yield f"{name}: no create whose reply was withheld is taken for done", not unseen, unseen


def all_met(ledger):
    """Whether each kind of fault has met something."""
    return set(ledger["faults"]) == {fault.split(":")[0] for fault in FAULTS.split(",")[:-2]}


def check_script(name, journal, status, err):
    """That the script did what it was meant to."""
    yield f"{name}: the script came to its end", (status, err, journal.ended) == (0, "", True), err
    beliefs = collections.Counter(write.belief for write in journal.writes.values())
    yield f"{name}: it has words for all it did", not beliefs["no word"], beliefs


def check_direct(program, directory, count, seed):
    """Sequentially and concurrently, against one sandbox."""
    server = Server(program, directory, "--seed", "empty", "--rate-limit", LIMIT, "--faults", f"{FAULTS},seed:{seed}")
    journals = []
    for name, part, concurrency in (("one at a time", count // 9, 1), ("20 at a time", count - count // 9, 20)):
        journal, status, err = run(program, server.url, part, concurrency, name.replace(" ", "-"))
        journals.append(journal)
        yield from check_script(name, journal, status, err)
    there = state_of(server)
    ledger = server.stop()
    verbs = collections.Counter(write.verb for journal in journals for write in journal.writes.values())
    yield f"{verbs['create']} creates, {verbs['update']} updates, {verbs['delete']} deletes were made", (
        verbs["create"] >= count and verbs["update"] + verbs["delete"] >= count), verbs
    yield "faults of every kind met them", count < 2000 or all_met(ledger), ledger["faults"]
    yield from check_state("directly", journals, there)
    yield from check_ledger("directly", journals, ledger, there)


def check_proxy(program, directory, count, seed):
    """Through the faults of a proxy; what is there is read behind it."""
    behind = Server(program, directory, "--seed", "empty")
    proxy = Server(program, directory, "--upstream", behind.url, "--rate-limit", LIMIT, "--faults", f"{FAULTS},seed:{seed + 1}")
    journal, status, err = run(program, proxy.url, count, 20, "proxy")
    yield from check_script("by a proxy", journal, status, err)
    there = state_of(behind)
    ledger, truth = proxy.stop(), behind.stop()
    writes = [operation for operation in truth["operations"] if re.search(r"\.(create|update|delete)$", operation)]
    yield "by a proxy: its ledger is that of the server behind it", all(
        ledger["operations"][operation]["ids"] == truth["operations"][operation]["ids"] for operation in writes), writes
    yield from check_state("by a proxy", [journal], there)
    yield from check_ledger("by a proxy", [journal], ledger, there)


def under_way(err):
    """The writes that an ended run has named, as a Counter of "METHOD path"."""
    found = re.search(r"outcome unknown: (.*\n(?:    .*\n)*)", err)
    lines = found.group(1).splitlines() if found else []
    return collections.Counter(re.sub(r" \(answered.*", "", line.strip()) for line in lines)


PATHS = {"note": "/v1.0/notes", "task": "/v2.0/tasks", "lead": "/v1.0/leads", "webhook": "/v1.0/webhook"}


def line_of(write):
    """How the list of writes under way names it; a transaction's path has its lead in it."""
    method = {"create": "POST", "update": "PUT", "delete": "DELETE"}[write.verb]
    if write.kind == "transaction":
        return (f"{method} /v1.0/leads/{write.target}/transaction" if write.verb == "create"
                else f"{method} /v1.0/leads/*/transaction/{write.target}")
    return f"{method} {PATHS[write.kind]}" + ("" if write.verb == "create" else f"/{write.target}")


def done_without_a_word(journal, ledger_ids, marks):
    """The writes that were carried out though the script was not told anything, by the name the list gives them."""
    done = collections.Counter()
    for write in journal.writes.values():
        if write.belief != "no word":
            continue
        was_done = write.mark in marks if write.verb in ("create", "update") else \
            write.target in ledger_ids.get(f"{KINDS[write.kind]}.delete", {})
        if was_done:
            done[line_of(write)] += 1
    return done


def check_ended(program, directory, seed, number, name):
    """20 runs, each ended somewhere on its way."""
    server = Server(program, directory, "--seed", "empty", "--rate-limit", LIMIT, "--faults", f"{FAULTS},seed:{seed + 2}")
    dice, journals, unnamed, early = random.Random(seed), [], [], 0
    for turn in range(KILLS):
        journal, err = run_ended(program, server.url, f"{name}-{turn}", number, dice.randrange(25, 280))
        journals.append(journal)
        early += not journal.ended
        ids = {operation: entry["ids"] for operation, entry in server.get("/sandbox/ledger")["operations"].items()}
        if number == signal.SIGTERM:
            named = under_way(re.sub(r"(PUT /v1.0/leads/)\d+(/transaction/)", r"\1*\2", err))
            done = done_without_a_word(journal, ids, {text for _, _, text in state_of(server, f"{name}-{turn}-")})
            unnamed += [(turn, line, times, named[line]) for line, times in done.items() if times > named[line]]
    there = state_of(server)
    ledger = server.stop()
    yield f"{name}: the runs were ended on their way", early >= KILLS // 2, early
    yield from check_state(name, journals, there)
    yield from check_ledger(name, journals, ledger, there)
    if number == signal.SIGTERM:
        yield f"{name}: what was done without a word to the script is in the printed list", not unnamed, unnamed


def check_verify(program, directory, count, seed):
    """With { verify = true }: what was lost is found, or made again, or reported, and never there twice."""
    server = Server(program, directory, "--seed", "empty", "--rate-limit", LIMIT, "--faults", f"{FAULTS},seed:{seed}")
    journal, status, err = run(program, server.url, count, 20, "verify", "verify")
    there = state_of(server)
    ledger = server.stop()
    yield "verify: the script came to its end", (status, journal.ended) == (0, True), err
    yield from check_state("verify", [journal], there)
    beliefs = collections.Counter(write.belief for write in journal.writes.values() if write.verb == "create")
    lost = sum(entry["operation"].endswith(".create") for entry in ledger["unanswered"])
    yield f"verify: {beliefs['unknown']} of {lost} creates with a lost reply stay unknown", beliefs["unknown"] < lost, beliefs


def main():
    """Every check, one line each."""
    program, rest = os.path.abspath(sys.argv[1]), sys.argv[2:]
    count, seed = (int(rest[0]) if rest else 5000), (int(rest[1]) if len(rest) > 1 else 20260225)
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="loftyrun-ledger-") as directory:
        all_checks = [check_verify(program, directory, count, seed)] if rest[2:] == ["verify"] else [
            check_direct(program, directory, count, seed), check_proxy(program, directory, count // 10, seed),
            check_ended(program, directory, seed, signal.SIGKILL, "killed"),
            check_ended(program, directory, seed, signal.SIGTERM, "terminated")]
        for checks in all_checks:
            for name, fine, details in checks:
                print(("ok " if fine else "FAIL ") + name)
                if not fine:
                    print("  " + str(details)[:2000])
                passed, failed = passed + bool(fine), failed + (not fine)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
