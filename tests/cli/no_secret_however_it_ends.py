"""Runs every command, and lets runs end in every way there is, with a key that is nowhere else, and looks for it - in all
the ways in which it may be written - in both outputs and in every file that is left."""
import base64
import os
import shlex
import shutil
import signal
import subprocess
import sys
import urllib.parse

SERVER, SANDBOX, CLOSED = sys.argv[1:4]
KEY = "q7Z/ends+x9%Distinctive="



def program():
    """The path of the program itself: what is found on PATH may be a script of one line that starts it."""
    path = shutil.which("loftyrun")
    with open(path, "rb") as file:
        words = file.read(4096).split(b"\n", 2)
    return shlex.split(words[1].decode())[1] if words[0] == b"#!/bin/sh" else path


with open(program(), "rb") as binary:
    SANITIZED = b"__asan_init" in binary.read()  # it needs more memory than the limit below

PRELUDE = 'local lofty = require "lofty"\n'
WRITES = 'for i = 1, 5 do lofty.spawn(lofty.notes.create, { leadId = 7, content = "x" }) end lofty.sleep(0) '

# What is run: words, the script on its input, its signal once it says "ready", and the base URL.
RUNS = [
    (["api", "leads.list", "--trace"], "", None, SERVER),
    (["api", "leads.get", "7", "--log-format", "json", "-o", "table"], "", None, SERVER),
    (["api", "GET", "/v1.0/me", "--log-level", "debug", "--record", "tape"], "", None, SERVER),
    (["api", "GET", "/v1.0/me", "--retries", "0"], "", None, CLOSED),
    (["api", "GET", "/v1.0/me", "-o", "json"], "", None, SANDBOX),
    (["help", "leads.create"], "", None, SERVER),
    (["help", "leeds"], "", None, SERVER),
    (["--no-such-option"], "", None, SERVER),
    (["new", "editor"], "", None, SERVER),
    (["-"], "lofty.tasks.finish(5)", None, SERVER),
    (["--trace", "-"], "error(select(2, lofty.try(lofty.tasks.finish, 5)))", None, SERVER),
    (["--trace", "-"], "lofty.spawn(lofty.tasks.finish, 5)", None, SERVER),
    (["-"], "error({ lofty.try(lofty.tasks.finish, 5) })", None, SERVER),
    (["-"], "print(lofty.json.encode({ tostring(select(2, lofty.try(lofty.tasks.finish, 5))) }))", None, SERVER),
    (["-"], "local _, e = lofty.try(lofty.leads.get, 5) for k, v in pairs(e) do print(k, v) end", None, SERVER),
    (["-"], "for k, v in pairs(require('native.run').settings()) do print(k, v) end", None, SERVER),
    (["-"], "local function walk(t, n) for k, v in pairs(t) do if type(v) == 'table' and n < 9 then walk(v, n + 1) else "
            "print(k, v) end end end walk({ require 'native.run', require 'native.traffic'.settings(), arg }, 1)",
     None, SERVER),
    (["-"], "walk = 1 for _, v in pairs(debug.getregistry()) do if type(v) == 'string' then print(v) end end", None, SANDBOX),
    (["-"], "local t = {} for i = 1, %d do t[i] = ('x'):rep(2e7) .. i end" % (9 if SANITIZED else 1e9), None, SANDBOX),
    (["-"], "local function f() return 1 + f() end f()", None, SANDBOX),
    (["-"], "local function f() return 1 + f() end setmetatable(_G, { __tostring = f }) error(_G)", None, SANDBOX),
    (["--timeout", "1", "--log-format", "json", "-"], "while true do end", None, SANDBOX),
    (["--timeout", "1", "--record", "tape", "-"], WRITES + "lofty.sleep('1h')", None, SANDBOX),
    (["--record", "tape", "--trace", "-"], WRITES + "print('ready') io.flush() lofty.sleep('1h')", signal.SIGTERM, SANDBOX),
    (["--trace", "--log-format", "json", "-"], WRITES + "print('ready') io.flush() while true do end", signal.SIGTERM, SANDBOX),
    (["--record", "tape", "-"], WRITES + "print('ready') io.flush() lofty.sleep('1h')", signal.SIGKILL, SANDBOX),
    (["--max-requests", "2", "-"], "for i = 1, 3 do lofty.leads.list() end", None, SANDBOX),
    (["--record", "/dev/full", "-"], "lofty.leads.list()", None, SANDBOX),
    (["--state", "/dev/null/nowhere", "-"], "for _ in lofty.leads.each { resume = 'x' } do end", None, SANDBOX),
    (["--state", "state", "-"], "for _ in lofty.leads.each { resume = 'x' } do for _ in lofty.leads.each { resume = 'x' } do end end",
     None, SANDBOX),
]


def needles():
    """The key, and the middle of it, in each way in which it may be written; long enough to be nothing else."""
    raw = KEY.encode()
    percent = urllib.parse.quote(KEY, safe="").encode()
    yield from [raw, percent, percent.lower(), raw.hex().encode(), KEY.replace("/", "\\/").encode(),
                b"Distinctive", b"q7Z"]
    for before in range(3):
        encoded = base64.b64encode(b"x" * before + raw)[4:24]
        yield from [encoded, base64.urlsafe_b64encode(b"x" * before + raw)[4:24]]


def execute(words, text, number, environment):
    """(exit code, stdout, stderr) of one run, limited in memory."""
    program = ["loftyrun", "--retries", "0"] if text else ["loftyrun"]
    limit = [] if SANITIZED else ["sh", "-c", 'ulimit -v 400000; exec "$@"', "sh"]
    child = subprocess.Popen([*limit, *program, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, env=environment)
    child.stdin.write((PRELUDE + text).encode())
    child.stdin.close()
    child.stdin = None
    said = b""
    if number:
        while not said.endswith(b"ready\n"):
            byte = child.stdout.read(1)
            if not byte:
                break
            said += byte
        child.send_signal(number)
    out, err = child.communicate(timeout=30)
    return child.returncode, said + out, err


def files():
    """All that has been left in the folder, state and editor files included."""
    for folder, _, names in os.walk("."):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                yield path, file.read()


def main():
    """Every run, then every place it left something in."""
    found, places, statuses = [], 0, set()
    for words, text, number, url in RUNS:
        environment = {"PATH": os.environ["PATH"], "HOME": os.getcwd(), "LOFTY_API_KEY": KEY, "LOFTY_BASE_URL": url,
                       **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}}
        status, out, err = execute(words, text, number, environment)
        statuses.add(status)
        texts = {"stdout": out, "stderr": err, **dict(files())}
        places += len(texts)
        found += [f"{' '.join(words)}: {text[:40]}: {where}: {needle.decode()}" for where, content in texts.items()
                  for needle in needles() if needle in content]
        if os.path.exists("tape"):
            os.remove("tape")
    for line in sorted(set(found)):
        print(line)
    print(f"{len(found)} found, exit codes {sorted(statuses)}, {'many' if places > 60 else places} places")


main()
