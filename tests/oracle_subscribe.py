#!/usr/bin/env python3
"""`loftyrun serve --subscribe`: which subscriptions there are afterwards, asked by a client of its own; that they are made
again, and made anew where the secret is changed; that the secret is in no log, command line or store; and `serve --sandbox`,
which is all of it in one command.

    tests/oracle_subscribe.py build/loftyrun"""
import glob
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

import clock_shift
from sandbox_server import Server
from webhook_server import SECRET, TIMEOUT, Receiver, batch, check, count, finish, look, new_folder, path, post, say, write_profile

BIN = os.path.abspath(sys.argv[1])
OTHER = "another-secret-of-this-test-1"
BASE = "https://hooks.example.com"
STRANGER = "https://crm.example.org/its-own-secret-path"
HANDLERS = """local lofty = require "lofty"
lofty.on.webhook("lead.*", {}, function() end)
lofty.on.webhook("lead.deleted", {}, function() end)
lofty.on.webhook("task.updated", {}, function() end)
"""


def write(folder, text=HANDLERS, name="h.lua"):
    file = os.path.join(folder, name)
    with open(file, "w") as script:
        script.write(text)
    return file


def call(server, method, target, body=None):
    url = urllib.parse.urlsplit(server if isinstance(server, str) else server.url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=TIMEOUT)
    try:
        connection.request(method, target, body=None if body is None else json.dumps(body),
                           headers={"Authorization": "token other", "Content-Type": "application/json"})
        reply = connection.getresponse()
        text = reply.read()
        assert reply.status == 200, (method, target, reply.status, text)
        return json.loads(text) if text else None
    finally:
        connection.close()


def subscribe(server, number, url):
    return call(server, "POST", "/v1.0/webhook", {"listId": number, "callbackUrl": url})["subscribeId"]


def present(server):
    return sorted((hook["listId"], hook["callbackUrl"]) for hook in call(server, "GET", "/v1.0/webhooks"))


def wait_until(ask):
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        if ask():
            return True
        time.sleep(0.02)
    return False


def url(secret=SECRET, base=BASE):
    return f"{base}/hooks/{secret}"


def start(folder, server, *options, **more):
    environment = {"LOFTY_BASE_URL": server if isinstance(server, str) else server.url, **more.pop("environment", {})}
    return Receiver(BIN, folder, "127.0.0.1:0", "--subscribe", BASE, *options, environment=environment, **more)


def all_bytes(folder):
    kept = b""
    for file in glob.glob(os.path.join(folder, "**"), recursive=True):
        if os.path.isfile(file) and not file.endswith(("config.lua", ".lua")):
            with open(file, "rb") as opened:
                kept += opened.read()
    return kept


def test_wanted():
    """What handlers want exists, once each; others' stay; what vanishes is back; nothing shows the secret."""
    folder, server = new_folder(), Server(BIN, "--seed", "empty")
    subscribe(server, 2, STRANGER)
    receiver = start(folder, server, write(folder))
    wanted = sorted([(2, url()), (10, url()), (2, STRANGER)])
    check("what the handlers want is subscribed to, once each", wait_until(lambda: present(server) == wanted), present(server))
    check("others' are told of by their hosts", receiver.wait_for(r"deliver elsewhere are left alone count=1 hosts=crm.example.org"),
          receiver.errors)
    for hook in call(server, "GET", "/v1.0/webhooks"):
        if (hook["listId"], hook["callbackUrl"]) == (10, url()):
            call(server, "DELETE", f"/v1.0/webhook/{hook['subscribeId']}")
    receiver.child.send_signal(signal.SIGHUP)
    check("what has vanished is told of", receiver.wait_for(r"it was there and has vanished: task to https://hooks.example.com/\.\.\."),
          receiver.errors)
    check("and made again", wait_until(lambda: present(server) == wanted), present(server))
    for hook in call(server, "GET", "/v1.0/webhooks"):  # the sandbox's limit is twelve
        if hook["callbackUrl"] == STRANGER:
            call(server, "DELETE", f"/v1.0/webhook/{hook['subscribeId']}")
    with open(os.path.join(folder, "h.lua"), "a") as script:
        script.write('lofty.on.webhook("*", {}, function() end)\n')
    receiver.child.send_signal(signal.SIGHUP)
    every = [(number, url()) for number in range(1, 13)]
    check("a handler that comes with SIGHUP gets its lists", wait_until(lambda: present(server) == every), present(server))
    check("the daemon ends as ever", receiver.stop() == 0, receiver.errors)
    check("its subscriptions stay", present(server) == every, present(server))
    writes = look(folder, "SELECT operation, fields, state FROM writes ORDER BY run, number")
    check("each write is in the history", len(writes) == 13 and {row[2] for row in writes} == {"done"}, writes)
    check("without the secret", all("/hooks/[secret]" in row[1] for row in writes), writes[:1])
    check("the secret is in nothing that is kept or said", SECRET.encode() not in all_bytes(folder) and SECRET not in receiver.errors)
    server.stop()
    shutil.rmtree(folder)


def test_timer():
    """Without a signal what has vanished is back as well."""
    folder, server = new_folder(), Server(BIN, "--seed", "empty")
    receiver = Receiver(BIN, folder, "127.0.0.1:0", write(folder), environment={"LOFTY_BASE_URL": server.url},
                        profile=f'{{ subscribe = "{BASE}/lofty", subscribe_seconds = 1 }}')
    wanted = [(number, url(base=BASE + "/lofty")) for number in (2, 10)]
    check("a profile says where, with a proxy's path", wait_until(lambda: present(server) == wanted), present(server))
    call(server, "DELETE", f"/v1.0/webhook/{call(server, 'GET', '/v1.0/webhooks')[0]['subscribeId']}")
    check("it is looked after without being asked", receiver.wait_for("has vanished: "), receiver.errors)
    check("and is back", wait_until(lambda: present(server) == wanted), present(server))
    check("what has not changed is not said again", receiver.errors.count("subscribed ") <= 3, receiver.errors)
    receiver.stop()
    server.stop()
    shutil.rmtree(folder)


class Clock:
    """The time of day of a daemon and what it starts, put forward."""

    def __init__(self, folder):
        self.file = os.path.join(folder, "shift")
        self.environment = {"LD_PRELOAD": clock_shift.build(folder), "CLOCK_SHIFT": self.file,
                            "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}
        self.put(0)

    def put(self, minutes):
        with open(self.file + ".new", "w", encoding="ascii") as file:
            file.write(str(minutes * 60000))
        os.rename(self.file + ".new", self.file)


WAITS = "go when what is on its way to them has come"


def settings(secret, previous=None, allow=False):
    more = f', previous_secret = "{previous}"' if previous else ""
    return f'{{ secret = "{secret}"{more}, subscribe = "{BASE}" }}' + (', allow = { "delete_webhooks" }' if allow else "")


def test_rotation():
    """A new secret: what delivers to it is made first, then the old ones go, where that is granted."""
    folder, server = new_folder(), Server(BIN, "--seed", "empty")
    file, clock = write(folder), Clock(folder)
    receiver = Receiver(BIN, folder, "127.0.0.1:0", file, profile=settings(OTHER),
                        environment={"LOFTY_BASE_URL": server.url, "LOFTYRUN_WEBHOOK_SECRET": None, **clock.environment})
    old, new = [(2, url(OTHER)), (10, url(OTHER))], [(2, url()), (10, url())]
    check("before", wait_until(lambda: present(server) == old), present(server))
    subscribe(server, 2, url(OTHER))
    subscribe(server, 9, url(OTHER))
    write_profile(folder, settings(SECRET, OTHER))
    receiver.child.send_signal(signal.SIGHUP)
    both = sorted([*old, *new, (2, url(OTHER)), (9, url(OTHER))])
    check("without the grant the old ones stay beside the new ones", wait_until(lambda: present(server) == both), present(server))
    check("and it says what would remove them", receiver.wait_for("not wanted; with the grant delete_webhooks"), receiver.errors)
    write_profile(folder, settings(SECRET, OTHER, allow=True))
    receiver.child.send_signal(signal.SIGHUP)
    check("with it they stay while something may be on its way to them", receiver.wait_for(WAITS) and present(server) == both,
          present(server))
    looks = "SELECT count(*) FROM runs WHERE script = 'subscriptions' AND ended IS NOT NULL"
    wait_until(lambda: look(folder, looks)[0][0] == 3)
    clock.put(9)
    receiver.child.send_signal(signal.SIGHUP)
    check("also nine minutes later", wait_until(lambda: look(folder, looks)[0][0] == 4) and present(server) == both, look(folder, looks))
    clock.put(11)
    receiver.child.send_signal(signal.SIGHUP)
    check("then they go", wait_until(lambda: present(server) == new), present(server))
    gone = url("a-secret-of-long-ago-0")
    subscribe(server, 2, gone)
    receiver.child.send_signal(signal.SIGHUP)
    check("one with a secret of long ago is told of", receiver.wait_for("with a secret that this receiver does not take"),
          receiver.errors)
    check("and left alone", (2, gone) in present(server))
    receiver.stop()
    shown = all_bytes(folder) + receiver.errors.encode()
    check("neither secret shows", SECRET.encode() not in shown and OTHER.encode() not in shown, receiver.errors)
    server.stop()
    shutil.rmtree(folder)


def test_new_before_old():
    """And where a new one is refused the old one of its list stays."""
    folder, server = new_folder(), Server(BIN, "--seed", "demo")  # whose team has room for one more
    hooks = call(server, "GET", "/v1.0/webhooks")
    for hook in hooks[:2]:
        call(server, "DELETE", f"/v1.0/webhook/{hook['subscribeId']}")
    subscribe(server, 2, url(OTHER))
    subscribe(server, 10, url(OTHER))
    before, clock = present(server), Clock(folder)
    receiver = start(folder, server, write(folder), "--allow", "delete_webhooks",
                     environment={"LOFTYRUN_WEBHOOK_SECRET_PREVIOUS": OTHER, **clock.environment})
    check("a refusal is said once, with what to do", receiver.wait_for(
        r"error Lofty refuses a subscription; without it nothing comes code=WEBHOOK_EXCEED_LIMIT hint=.*webhooks.delete ID.*lists=task"),
        receiver.errors)
    receiver.wait_for(WAITS)
    clock.put(11)
    receiver.child.send_signal(signal.SIGHUP)
    after = sorted([item for item in before if item != (2, url(OTHER))] + [(2, url())])
    check("the old one goes where the new one is there, and only there", wait_until(lambda: present(server) == after),
          (before, present(server)))
    def order():
        return [row[0] for row in look(folder, "SELECT operation FROM writes WHERE state = 'done' ORDER BY run, number")]
    check("the new one was made first", wait_until(lambda: order() == ["webhooks.create", "webhooks.delete"]), order())
    check("what comes is taken all the same", say(receiver, post(batch(1, 2))) == 200 and count(folder) == 2)
    receiver.stop()
    server.stop()
    shutil.rmtree(folder)


def processes_below(parent):
    found = []
    for entry in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(entry) as file:
                if int(file.read().rsplit(")", 1)[1].split()[1]) == parent:
                    found.append(os.path.dirname(entry))
        except (OSError, IndexError):
            pass
    return found


def bytes_of(process, name):
    try:
        with open(os.path.join(process, name), "rb") as file:
            return file.read()
    except OSError:
        return b""


def test_command_lines():
    """Lofty that does not answer: the process waits, and neither its command line nor its environment has the secret."""
    folder = new_folder()
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        asked = threading.Event()

        def accept():
            lines = []
            try:
                while True:
                    lines.append(deaf.accept()[0])
                    asked.set()
            except OSError:
                pass
        threading.Thread(target=accept, daemon=True).start()
        receiver = Receiver(BIN, folder, "127.0.0.1:0", write(folder), profile=settings(SECRET),
                            environment={"LOFTY_BASE_URL": f"http://127.0.0.1:{deaf.getsockname()[1]}",
                                         "LOFTYRUN_WEBHOOK_SECRET": None})
        check("it asks", asked.wait(TIMEOUT), receiver.errors)
        children = processes_below(receiver.child.pid)
        lines = [bytes_of(child, "cmdline") for child in children]
        check("by a process of its own", any(b"\0subscribe\0" in line for line in lines), lines)
        shown = b"".join(lines) + b"".join(bytes_of(child, "environ") for child in children)
        check("which has the secret in neither command line nor environment", SECRET.encode() not in shown, lines)
        check("meanwhile it receives", say(receiver, post(batch(1, 1))) == 200)
        check("and is ready", say(receiver, post("", path(ending="/readyz"), method="GET")) == 200)
        code = receiver.stop()
        check("it ends, and what asks does not hold it up", code == 0, (code, receiver.errors))
        check("which is no failure", "could not be looked after" not in receiver.errors, receiver.errors)
        deaf.shutdown(socket.SHUT_RDWR)
    shutil.rmtree(folder)


def test_unreachable():
    folder = new_folder()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    receiver = start(folder, f"http://127.0.0.1:{closed}", write(folder), "--retries", "0")
    check("without a network it says so, and serves", receiver.wait_for(
        "error the subscriptions could not be looked after; what comes is taken all the same code=CONNECT_FAILED"),
        receiver.errors)
    check("and receives", say(receiver, post(batch(1, 1))) == 200 and count(folder) == 1)
    receiver.stop()
    check("the secret is not in it", SECRET not in receiver.errors)
    shutil.rmtree(folder)


def test_undo():
    """What a daemon has subscribed to is not taken from it while it goes on, and is once it has ended."""
    folder, server = new_folder(), Server(BIN, "--seed", "empty")
    receiver = start(folder, server, write(folder))
    wanted = [(2, url()), (10, url())]
    wait_until(lambda: present(server) == wanted and look(folder, "SELECT 1 FROM runs WHERE script = 'subscriptions' AND ended > 0"))
    number, = look(folder, "SELECT id FROM runs WHERE script = 'subscriptions'")[0]

    def undo(*words):
        return subprocess.run([BIN, "history", "undo", str(number), "--state", os.path.join(folder, "state"), *words], text=True,
                              env={"PATH": os.environ["PATH"], "HOME": os.path.join(folder, "home"), "LOFTY_BASE_URL": server.url,
                                   "LOFTY_API_KEY": "key-of-this-test"}, capture_output=True)
    for words in [(), ("--apply",)]:
        refused = undo(*words)
        check(f"undo is refused while the daemon goes on {words}", refused.returncode == 2 and not refused.stdout and re.search(
            r"run \d+ is the subscribing of a loftyrun serve that goes on.*end it, and undo then\n", refused.stderr), refused)
    check("and takes nothing", present(server) == wanted, present(server))
    receiver.stop(signal.SIGKILL)
    done = undo("--apply")
    check("undo does it where the daemon lives no more", done.returncode == 0 and present(server) == [], (done, present(server)))
    server.stop()
    shutil.rmtree(folder)


def begin_sandbox(folder, *words, until):
    """A daemon with a sandbox of its own, and what it has said up to that."""
    child = subprocess.Popen([BIN, "serve", *words, "--listen", "127.0.0.1:0"], stdin=subprocess.DEVNULL, text=True,
                             env={"PATH": os.environ["PATH"], "HOME": folder, "TMPDIR": folder}, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE)
    said = ""
    for line in child.stderr:
        said += line
        if re.search(until, line):
            break
    return child, said


def end_sandbox(child, number=signal.SIGTERM):
    child.send_signal(number)
    said = child.stderr.read()
    child.stderr.close()
    child.wait(TIMEOUT)
    return said


def test_without_files():
    """Every list that there is room for, and one line for the others."""
    folder = new_folder()
    for seed, lists in ("demo", ["lead_info"]), ("empty", list(range(12))):
        child, said = begin_sandbox(folder, f"--sandbox={seed}", until="room for all" if seed == "demo" else "agent_info")
        said += end_sandbox(child)
        full = "the sandbox's team has room for no more subscriptions; --sandbox=empty has room for all left_out=11 subscribed=1\n"
        check(f"without files: as many lists as there is room for, of {seed}", said.count(" subscribed id=") == len(lists)
              and said.count(full) == (seed == "demo") and not re.search("error|warn|elsewhere", said), said)
    shutil.rmtree(folder)


def test_left_folders():
    """What a killed daemon of a sandbox has left goes with the next one; never what is in use or somebody's own."""
    folder, outside = new_folder(), new_folder()
    killed, said = begin_sandbox(folder, "--sandbox", until="the sandbox answers")
    left = re.search(r"state=(\S+)", said).group(1)
    os.mkdir(os.path.join(folder, "loftyrun-sandbox.SHARED"), 0o755)
    os.mkdir(os.path.join(folder, "loftyrun-sandbox.FILLED"), 0o700)
    write(outside, "state.lock", "state.lock")
    write(os.path.join(folder, "loftyrun-sandbox.FILLED"), "mine", "mine")
    os.symlink(outside, os.path.join(folder, "loftyrun-sandbox.LINKED"))
    others = {os.path.join(folder, "loftyrun-sandbox." + name) for name in ("SHARED", "FILLED", "LINKED")}

    def there():
        return set(glob.glob(os.path.join(folder, "loftyrun-sandbox.*")))
    alive, said = begin_sandbox(folder, "--sandbox", until="the sandbox answers")
    second = re.search(r"state=(\S+)", said).group(1)
    check("a folder in use stays", there() == others | {left, second}, there())
    end_sandbox(killed, signal.SIGKILL)
    check("one that was killed leaves it", there() == others | {left, second}, there())
    third, said = begin_sandbox(folder, "--sandbox", until="the sandbox answers")
    check("the next one removes it", there() == others | {second, re.search(r"state=(\S+)", said).group(1)}, there())
    said = end_sandbox(third) + end_sandbox(alive)
    check("and its own at its end, which is no trouble", there() == others and "warn" not in said, (there(), said))
    check("nothing is followed", os.path.exists(os.path.join(outside, "state.lock")))
    shutil.rmtree(folder)
    shutil.rmtree(outside)


def test_sandbox():
    """serve --sandbox: Lofty, what it delivers and what deals with it in one command, and gone with it."""
    folder = new_folder()
    seen = os.path.join(folder, "seen")
    file = write(folder, f"""local lofty = require "lofty"
lofty.on.webhook("lead.created", {{}}, function(event)
  local lead = event:fetch()
  local file <close> = assert(io.open("{seen}", "a"))
  file:write(event.lead, " ", lead.firstName, "\\n")
end)
lofty.on.schedule("* * * * *", {{ name = "count" }}, function()
  io.stderr:write("leads=", #lofty.leads.list {{}}, "\\n")
  error("so that it is printed")
end)
""")
    environment = {"PATH": os.environ["PATH"], "HOME": folder, "TMPDIR": folder}
    child = subprocess.Popen([BIN, "serve", "--sandbox=empty", "--listen", "127.0.0.1:0", file], env=environment,
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said, found = "", None
    for line in child.stderr:
        said += line
        found = found or re.search(r"LOFTY_BASE_URL=(\S+).*state=(\S+)", line)
        if " subscribed " in line:
            break
    check("it says where its sandbox is", found, said)
    base, state = found.groups()
    lead = call(base, "POST", "/v1.0/leads", {"firstName": "Ada", "emails": ["ada@example.com"]})["leadId"]

    def has_seen():
        if not os.path.exists(seen):
            return False
        with open(seen) as lines:
            return lines.read() == f"{lead} Ada\n"
    check("what is created in it reaches a handler, which finds it there", wait_until(has_seen), said)
    kept = {**environment, "LOFTY_BASE_URL": base, "LOFTY_API_KEY": "sandbox"}
    subprocess.run([BIN, "api", "sandbox.trigger", "lead.created", f"leadId={lead}"], env=kept, check=True,
                   stdout=subprocess.DEVNULL)

    def has_both():
        with open(seen) as lines:
            return lines.read() == f"{lead} Ada\n" * 2
    check("and what api sandbox.trigger makes", wait_until(has_both), said)
    ran = subprocess.run([BIN, "job", "run", "count", "--sandbox", "--state", state],
                         env={**environment, "LOFTYRUN_SANDBOX_URL": base}, capture_output=True, text=True)
    check("a job sees the same leads", "leads=1\n" in ran.stderr, ran.stderr)
    secret = subprocess.run([BIN, "api", "webhooks.list"], env=kept, capture_output=True, text=True).stdout
    secret = json.loads(secret)[0]["callbackUrl"].rsplit("/", 1)[1]
    check("the secret that was made up is long", len(secret) >= 40, len(secret))
    child.send_signal(signal.SIGTERM)
    said += child.stderr.read()
    check("it ends", child.wait(TIMEOUT) == 0, said)
    child.stderr.close()
    check("the secret is not in what it says", secret not in said)
    check("what it kept is gone", not os.path.exists(state), state)
    shutil.rmtree(folder)


test_wanted()
test_timer()
test_rotation()
test_new_before_old()
test_command_lines()
test_unreachable()
test_undo()
test_without_files()
test_left_folders()
test_sandbox()
finish()
