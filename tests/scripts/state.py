#!/usr/bin/env python3
"""What the pretend Lofty at LOFTY_BASE_URL holds, read without loftyrun: the other witness in the cases here.

    state.py tasks [NAME...]   tasks of these leads, or of all, one line each
    state.py tagged TAG        leads with that tag
    state.py webhooks          subscriptions
    state.py remember          keeps all of it in the file state.json
    state.py compare           says what is different from then
"""
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

HEADERS = {"Authorization": "token " + os.environ["LOFTY_API_KEY"], "Content-Type": "application/json"}
CHANGES_BY_ITSELF = ("overdueFlag",)


def get(path, **query):
    """The decoded reply, or None where Lofty refuses."""
    url = os.environ["LOFTY_BASE_URL"] + path + ("?" + urllib.parse.urlencode(query) if query else "")
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=HEADERS), timeout=20) as reply:
            return json.load(reply)
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return None


def leads():
    """All leads, by offset; loftyrun scrolls."""
    found = []
    while True:
        page = get("/v1.0/leads", limit=50, offset=len(found))
        found += page["leads"]
        if len(found) >= page["_metadata"]["total"]:
            return found


def name(lead):
    """Of a lead."""
    return f"{lead['firstName']} {lead['lastName']}"


def tasks(lead):
    """Of one lead; none where the lead is somebody else's."""
    found = (get("/v2.0/tasks", leadId=lead["leadId"]) or {"tasks": []})["tasks"]
    return [{key: value for key, value in task.items() if key not in CHANGES_BY_ITSELF} for task in found]


def everything():
    """Leads, tasks and subscriptions by what they are, in a form that can be compared."""
    state = {}
    for lead in leads():
        state[f"lead {lead['leadId']}"] = lead
        for task in tasks(lead):
            state[f"task {task['id']}"] = task
    for hook in get("/v1.0/webhooks"):
        state[f"webhook {hook['subscribeId']}"] = hook
    return state


def compare():
    """Lines about what is not as it was."""
    with open("state.json", encoding="utf-8") as kept:
        before, now = json.load(kept), everything()
    changed = [f"{'gone' if key not in now else 'new' if key not in before else 'changed'}: {key}"
               for key in sorted(before.keys() | now.keys()) if before.get(key) != now.get(key)]
    return changed or ["nothing changed"]


def main(what, *words):
    """Prints the lines asked for, sorted."""
    if what == "tasks":
        lines = [f"{name(lead)}: {task['type']}: {task['content']}: {'finished' if task['finishFlag'] else 'open'}"
                 for lead in leads() if not words or name(lead) in words for task in tasks(lead)]
    elif what == "tagged":
        lines = [name(lead) for lead in leads() if any(tag["tagName"] == words[0] for tag in lead["tags"])]
    elif what == "webhooks":
        lines = [f"{hook['listId']} {hook['callbackUrl']}" for hook in get("/v1.0/webhooks")]
    elif what == "remember":
        with open("state.json", "w", encoding="utf-8") as kept:
            json.dump(everything(), kept)
        lines = []
    else:
        lines = compare()
    for line in sorted(lines):
        print(line)


main(*sys.argv[1:])
