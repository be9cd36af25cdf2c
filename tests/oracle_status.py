#!/usr/bin/env python3
"""The status page of `loftyrun serve` and its /metrics: the numbers are those that sqlite3 finds in the same store and that the
senders of webhooks and calls have counted; the metrics are read by Prometheus' own parser (Debian's python3-prometheus-client;
without it by the one in here alone), the page is well-formed and asks nobody else for anything; whoever is not on this machine
gets nothing; and while the numbers are read webhooks are taken.

    tests/oracle_status.py build/loftyrun"""
import calendar
import html.parser
import http.client
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time

from sandbox_server import Server
from webhook_server import (TIMEOUT, Receiver, batch, check, finish, look, new_folder, path, post, read_reply, say)

sys.path.append("/usr/lib/python3/dist-packages")
try:
    from prometheus_client.parser import text_string_to_metric_families
except ImportError:
    text_string_to_metric_families = None

BIN = os.path.abspath(sys.argv[1])
SECRET_OF_A_LEAD = "Wilhelmina-Example"

JOBS = """
local lofty = require "lofty"
lofty.on.schedule("0 0 1 1 *", { name = "yearly", tz = "America/New_York" }, function()
  lofty.leads.list { limit = 1 }
end)
lofty.on.schedule("@hourly", { name = "failing", tz = "Asia/Kolkata" }, function() error("%s") end)
lofty.on.schedule("@daily", { name = "paused" }, function() end)
lofty.on.webhook("lead.updated", { name = "good" }, function() end)
lofty.on.webhook("lead.created", { name = "bad", retries = 0 }, function() lofty.leads.get(1) end)
lofty.on.webhook("task.*", { name = "again" }, function() error("about %s") end)
""" % (SECRET_OF_A_LEAD, SECRET_OF_A_LEAD)

CALLS = """
local lofty = require "lofty"
for _ = 1, 7 do lofty.leads.list { limit = 1 } end
for _ = 1, 3 do lofty.try(lofty.tasks.get, 1) end
lofty.try(lofty.tasks.finish, 1)
"""


class Daemon(Receiver):
    """A receiver with a status page."""

    def __init__(self, folder, *options, status="127.0.0.1:0", **more):
        super().__init__(BIN, folder, "127.0.0.1:0", "--status", status, *options, **more)
        self.status = self.wait_for(r"the status page is served.*place=(\S+)")
        self.wait_for(r"serving jobs=")
        self.renewed = 0
        self.status_port = int(self.status.rsplit(":", 1)[1]) if not self.status.startswith("unix:") else None

    def ask(self, target="/", method="GET", host="127.0.0.1", headers=()):
        """Status, headers, body; headers in lower case."""
        connection = http.client.HTTPConnection("127.0.0.1", self.status_port, timeout=TIMEOUT)
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in ([("Host", host)] if host is not None else []) + list(headers):
            connection.putheader(name, value)
        connection.endheaders()
        reply = connection.getresponse()
        body = reply.read().decode()
        connection.close()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, body

    def renew(self):
        """What was told before is not handed out any more, once the files were read again."""
        self.renewed += 1
        self.child.send_signal(signal.SIGHUP)
        while self.errors.count("files were read again") < self.renewed and self.read_errors(TIMEOUT):
            pass

    def tellers(self):
        """The processes that read the numbers now."""
        found = []
        for name in os.listdir("/proc"):
            try:
                with open(f"/proc/{name}/stat") as stat, open(f"/proc/{name}/cmdline") as words:
                    if int(stat.read().rsplit(")", 1)[1].split()[1]) == self.child.pid and "\0look\0" in words.read():
                        found.append(int(name))
            except (OSError, ValueError, IndexError):
                pass
        return found


def wait_until(what, condition):
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return check(what, False, "it never came")


SAMPLE = re.compile(r'^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$')


def read_metrics(text):
    """{(name, frozenset of labels): value}, by the format's own description; problems as the second result."""
    values, problems, types, helped, current = {}, [], {}, set(), None
    if not text.endswith("\n"):
        problems.append("the last line does not end")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name = line.split(" ")[2]
            problems += [f"{name} has two HELP lines"] if name in helped else []
            helped.add(name)
            current = name
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            problems += [] if name == current and name not in types and kind in ("counter", "gauge") else [line]
            types[name] = kind
        else:
            found = SAMPLE.match(line)
            if not found or found.group(1) != current:
                problems.append(line)
                continue
            labels = frozenset(re.findall(r'([a-z_]+)="((?:[^"\\]|\\.)*)"', found.group(2) or ""))
            problems += [line] if (found.group(1), labels) in values else []
            values[(found.group(1), labels)] = float(found.group(3))
    for name, kind in types.items():
        if not name.startswith("loftyrun_") or (kind == "counter") != name.endswith("_total"):
            problems.append(f"{name} is no name of a {kind}")
        if re.search(r"(_ms|milliseconds|_kb|_minutes)$", name):
            problems.append(f"{name} is not in a base unit")
    return values, problems


def value(values, name, **labels):
    return values.get(("loftyrun_" + name, frozenset(labels.items())))


VOID = {"meta", "link", "br", "path", "rect"}


class Page(html.parser.HTMLParser):
    """The page as a tree is not needed: whether each element ends where it should, what it refers to, its text."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.problems, self.references, self.ids, self.labels, self.text, self.names = [], [], [], [], [], [], set()
        self.feed(text)
        self.close()
        self.problems += [f"{name} does not end" for name in self.open]
        self.problems += [f"id {name} twice" for name in set(self.ids) if self.ids.count(name) > 1]
        self.problems += [f"no id {name}" for name in self.labels if name not in self.ids]
        self.said = re.sub(r"\s+", " ", " ".join(self.text))

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        for name, text in attrs:
            if name.startswith("on") or name == "style":
                self.problems.append(f"{tag} has {name}")
            if name in ("href", "src", "srcset", "action", "data", "xlink:href", "poster"):
                self.references.append(text)
            self.ids += [text] if name == "id" else []
            self.labels += text.split() if name == "aria-labelledby" else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in VOID or not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> where it does not belong")

    def handle_data(self, data):
        self.text.append(data)


def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)
    return os.path.join(folder, name)


def started():
    """A sandbox, a daemon on it with all kinds of history, and how many calls the script made."""
    folder, lofty = new_folder(), Server(BIN, "--seed", "demo")
    environment = {"LOFTY_BASE_URL": lofty.url, "LOFTY_API_KEY": "key-of-this-test"}
    jobs = write(folder, "jobs.lua", JOBS)
    daemon = Daemon(folder, jobs, environment=environment)
    return folder, lofty, environment, jobs, daemon


def run(folder, environment, *words):
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("LOFTY", "XDG_"))}
    kept.update(environment, HOME=os.path.join(folder, "home"))
    return subprocess.run([BIN, *words[:-1], "--state", os.path.join(folder, "state"), words[-1]], env=kept, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=TIMEOUT * 4, check=False)


def make_history(folder, environment, daemon):
    statuses = [say(daemon, post(batch(1, 20))), say(daemon, post(batch(1, 20))), say(daemon, post(b"nonsense " + SECRET_OF_A_LEAD.encode())),
                say(daemon, post(batch(500, 2, 2, "createdLead"))), say(daemon, post(batch(700, 3, 10, "createdTask", "taskId"))),
                say(daemon, post(b"{}", "/hooks/of-somebody-else-0000"))]
    check("what is posted is taken", statuses == [200] * 5 + [404], statuses)
    script = write(folder, "calls.lua", CALLS)
    run(folder, environment, script)
    run(folder, environment, "job", "run", "failing")
    change(folder, "UPDATE jobs SET failures = 2 WHERE name = 'failing'")  # what is run by hand is not counted
    run(folder, environment, "job", "run", "yearly")
    run(folder, environment, "job", "pause", "paused")
    wait_until("the handlers have done what they can", lambda: look(
        folder, "SELECT count(*) FROM inbox_work WHERE state = 'running' OR (state IN ('waiting', 'queued') AND attempt = 0)"
    )[0][0] == 0 and look(folder, "SELECT count(*) FROM inbox_events WHERE state = 'new'")[0][0] == 0
        and look(folder, "SELECT count(*) FROM inbox_work")[0][0] >= 25)


def same(name, values, wanted):
    """`wanted` is {(metric, labels...): number}."""
    got = {key: value(values, key[0], **dict(key[1:])) for key in wanted}
    check(name, got == wanted, {key: (got[key], wanted[key]) for key in wanted if got[key] != wanted[key]})


def compare(folder, values):
    def ask(query, *arguments):
        return look(folder, query, *arguments)[0][0]
    same("events", values, {
        ("inbox_events_total",): ask("SELECT max(id) FROM inbox_events"),
        ("inbox_events", ("state", "new")): ask("SELECT count(*) FROM inbox_events WHERE state = 'new'"),
        ("inbox_events", ("state", "dead")): ask("SELECT count(*) FROM inbox_events WHERE state = 'dead'"),
        ("inbox_events", ("state", "unreadable")): ask("SELECT count(*) FROM inbox_events WHERE state = 'unreadable'"),
        ("inbox_deliveries",): ask("SELECT count(*) FROM inbox_deliveries"),
        ("inbox_size_bytes",): ask("SELECT sum(length(body)) FROM inbox_deliveries"),
        ("webhook_deliveries_total",): 5, ("webhook_events_total", ("kind", "new")): 25,
        ("webhook_events_total", ("kind", "duplicate")): 20, ("webhook_events_total", ("kind", "unreadable")): 1,
        ("webhook_unavailable_total", ("reason", "not_kept")): 0, ("webhook_strangers_total",): 1})
    handlers = look(folder, "SELECT id, name FROM inbox_handlers")
    for number, name in handlers:
        def work(condition):
            return ask(f"SELECT count(*) FROM inbox_work WHERE handler = {number} AND {condition}")
        same(f"the handler {name}", values, {
            ("handler_dead_events", ("handler", name)): work("state = 'dead'"),
            ("handler_running_events", ("handler", name)): 0,
            ("handler_retrying_events", ("handler", name)): work("state = 'waiting' AND attempt > 0"),
            ("handler_waiting_events", ("handler", name)): work("state = 'queued' OR (state = 'waiting' AND attempt = 0)")})
    check("there is something to compare", [len(handlers), value(values, "handler_dead_events", handler="bad"),
                                            value(values, "handler_retrying_events", handler="again")] == [3, 2, 3], handlers)
    for number, name, failures, paused in look(folder, "SELECT id, name, failures, paused IS NOT NULL FROM jobs"):
        wanted = {("job_consecutive_failures", ("job", name)): failures, ("job_paused", ("job", name)): paused,
                  ("job_running", ("job", name)): 0, ("job_served", ("job", name)): 1, ("job_waiting", ("job", name)): 0}
        for began, ended, code in look(folder, "SELECT began, ended, exit_code FROM instants WHERE job = ? AND run IS NOT NULL"
                                       " ORDER BY began DESC LIMIT 1", number):
            wanted.update({("job_last_run_start_timestamp_seconds", ("job", name)): began / 1000,
                           ("job_last_run_end_timestamp_seconds", ("job", name)): ended / 1000,
                           ("job_last_run_duration_seconds", ("job", name)): (ended - began) / 1000,
                           ("job_last_run_exit_code", ("job", name)): code,
                           ("job_last_success_timestamp_seconds", ("job", name)): ended / 1000 if code == 0 else None})
        same(f"the job {name}", values, wanted)
    check("jobs that failed, ran and are paused", (value(values, "job_consecutive_failures", job="failing"),
          value(values, "job_last_run_exit_code", job="yearly"), value(values, "job_paused", job="paused")) == (2, 0, 1))
    runs = dict(look(folder, "SELECT exit_code, count(*) FROM runs WHERE ended IS NOT NULL GROUP BY 1"))
    same("runs", values, {("runs_total",): ask("SELECT max(id) FROM runs"), **{
        ("runs_last_day", ("exit_code", str(code))): count for code, count in runs.items()}})
    calls = look(folder, "SELECT operation, code, sum(calls) FROM calls WHERE hour = 0 GROUP BY 1, 2")
    same("calls are those of the store", values, {
        ("calls_total", ("operation", operation), ("code", code)): count for operation, code, count in calls})
    same("and those that were made", values, {
        ("calls_total", ("operation", "leads.list"), ("code", "OK")): 8,
        ("calls_total", ("operation", "tasks.get"), ("code", "TASK_NOT_EXIST")): 3,
        ("calls_total", ("operation", "tasks.finish"), ("code", "TASK_NOT_EXIST")): 1})


def next_of_the_year(values):
    """The first instant of the next year in New York."""
    year = time.gmtime(time.time() - 5 * 3600).tm_year + 1
    return value(values, "job_next_run_timestamp_seconds", job="yearly") == calendar.timegm((year, 1, 1, 5, 0, 0))


def test_numbers():
    """A daemon that has done all kinds of things, and what its page and its metrics say."""
    folder, lofty, environment, jobs, daemon = started()
    make_history(folder, environment, daemon)
    text = daemon.ask("/metrics")[2]
    values, problems = read_metrics(text)
    check("the metrics are as the format wants it", not problems, problems)
    if text_string_to_metric_families:
        theirs = {(sample.name, frozenset(sample.labels.items())): sample.value
                  for family in text_string_to_metric_families(text) for sample in family.samples}
        check("Prometheus' parser reads the same", theirs == values, set(theirs.items()) ^ set(values.items()))
    compare(folder, values)
    check("the next run", next_of_the_year(values), value(values, "job_next_run_timestamp_seconds", job="yearly"))
    check("a paused job has none", value(values, "job_next_run_timestamp_seconds", job="paused") is None)
    limit, used, left = (value(values, "quota_" + name + "_calls") for name in ("limit", "used", "remaining"))
    check("what is left of Lofty's limit", limit == 100000 and used + left == limit and left < limit, (limit, used, left))
    size = sum(os.path.getsize(os.path.join(folder, "state", "state.db" + end)) for end in ("", "-wal", "-shm"))
    system = os.statvfs(folder)
    check("the disk", abs(value(values, "store_size_bytes") - size) <= 1 << 20 and
          abs(value(values, "store_free_bytes") - system.f_bavail * system.f_frsize) < 1 << 30, size)
    look_at_page(daemon)
    before = values
    daemon.stop()
    check("it ends without a word of trouble", "Sanitizer" not in daemon.errors and "runtime error" not in daemon.errors,
          daemon.errors[-2000:])
    change(folder, "UPDATE runs SET began = 1, ended = 1", "UPDATE inbox_events SET received = 1",
           "UPDATE inbox_deliveries SET received = 1", "UPDATE calls SET hour = 1 WHERE hour > 0")  # months go by
    daemon = Daemon(folder, jobs, environment=environment)
    run(folder, environment, os.path.join(folder, "calls.lua"))
    values, _ = read_metrics(daemon.ask("/metrics")[2])
    back = [key for key in before if key[0] in ("loftyrun_calls_total", "loftyrun_inbox_events_total", "loftyrun_runs_total")
            and values.get(key, -1) < before[key]]
    check("what is counted for good never goes back", not back and value(
        values, "calls_total", operation="leads.list", code="OK") == 15, (back, values))
    daemon.stop()
    lofty.stop()
    shutil.rmtree(folder)


def change(folder, *statements):
    store = sqlite3.connect(os.path.join(folder, "state", "state.db"), timeout=TIMEOUT)
    for statement in statements:
        store.execute(statement)
    store.commit()
    store.close()


def look_at_page(daemon):
    status, headers, text = daemon.ask("/")
    page = Page(text)
    check("the page is well-formed", status == 200 and text.startswith("<!DOCTYPE html>") and not page.problems, page.problems)
    check("it refers to itself alone", set(page.references) <= {"/", "/?still", "/metrics", "/style.css", "data:,"}
          and not page.names & {"script", "iframe", "img", "object", "embed", "form", "base"}, (page.references, page.names))
    style = daemon.ask("/style.css")
    check("so does its style", style[0] == 200 and not re.search(r"url\(|@import|https?:", style[2]) and
          style[1]["content-type"] == "text/css; charset=utf-8")
    check("nobody can do more with it", all(headers.get(name) == wanted for name, wanted in (
        ("content-type", "text/html; charset=utf-8"), ("cache-control", "no-store"), ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"), ("cross-origin-resource-policy", "same-origin"))) and
        headers["content-security-policy"].startswith("default-src 'none'; style-src 'self';") and
        "access-control-allow-origin" not in headers and "script" not in headers["content-security-policy"], headers)
    check("it renews itself unless it is held", headers.get("refresh") == "30" and "refresh" not in daemon.ask("/?still")[1])
    for wanted in ("The job failing has failed 2 times in a row, with exit code 1.", "paused", "2 events were given up", "1 webhook is of a shape",
                   "TASK_NOT_EXIST",
                   look(daemon.folder, "SELECT problem FROM inbox_work WHERE state = 'dead'")[0][0].split(":")[0], "46 events in three hours", "at 00:00, on day 1 of January, America/New_York", "jobs.lua:",
                   "--state " + os.path.realpath(os.path.join(daemon.folder, "state"))):
        check(f"it says {wanted}", wanted in page.said, page.said)
    metrics = daemon.ask("/metrics")
    check("the metrics' type is the format's", metrics[1]["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
    everything = text + metrics[2] + style[2] + daemon.errors
    check("nothing personal, no secret", not any(word in everything for word in (
        "the-secret-of-this-test", "key-of-this-test", "nonsense")) and SECRET_OF_A_LEAD not in text + metrics[2])


def test_who_may():
    """Requests that are not of this machine, or name another, or are no requests to look."""
    folder = new_folder()
    daemon = Daemon(folder)
    for host in ("127.0.0.1", "127.0.0.1:9", "localhost", "LOCALHOST:1234", "[::1]:80", "127.9.9.9", "[::1]"):
        check(f"as {host}", daemon.ask(host=host)[0] == 200)
    for host in ("attacker.example", "attacker.example:9464", "localhost.attacker.example", "127.0.0.1.attacker.example", "10.0.0.1",
                 "[::2]", "0.0.0.0", "unix", "", "127.0.0.1:80:80", "127.0.0.1@attacker.example", "[::1", "localhost:x"):
        for target in ("/", "/metrics", "/style.css", "/nothing"):
            status, headers, body = daemon.ask(target, host=host)
            if not check(f"not as {host or 'nothing'} {target}", status in (400, 421) and "loftyrun_" not in body and
                         "Jobs" not in body and "access-control-allow-origin" not in headers, (status, body)):
                break
    check("not as two", daemon.ask(host="127.0.0.1", headers=[("Host", "attacker.example")])[0] in (400, 421))
    with socket.create_connection(("127.0.0.1", daemon.status_port), timeout=TIMEOUT) as line:
        line.sendall(b"GET / HTTP/1.0\r\n\r\n")
        check("not without any name", read_reply(line)[0] in (400, 421))
    origin = daemon.ask("/metrics", headers=[("Origin", "https://attacker.example")])
    check("another page may not read it", not any(name.startswith("access-control") for name in origin[1]))
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        status, headers, body = daemon.ask("/", method)
        check(f"no {method}", status == 405 and headers.get("allow") == "GET, HEAD" and "Jobs" not in body, (status, headers))
    status, headers, body = daemon.ask("/metrics", "HEAD")
    check("HEAD is GET without a body", status == 200 and body == "" and int(headers["content-length"]) > 1000, headers)
    check("nothing else is there", [daemon.ask(target)[0] for target in ("/x", "/metrics/", "/../state", "/hooks", "//")] == [404] * 5)
    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        probe.connect(("192.0.2.1", 9))
        addresses.add(probe.getsockname()[0])
    except OSError:
        pass
    probe.close()
    for address in {address for address in addresses if not address.startswith("127.")}:
        try:
            socket.create_connection((address, daemon.status_port), timeout=TIMEOUT).close()
            check(f"nobody listens at {address}", False)
        except ConnectionRefusedError:
            check("nobody listens at this machine's other address", True)
    daemon.stop()
    where = "unix:" + os.path.join(folder, "page")
    daemon = Daemon(folder, status=where)
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(TIMEOUT)
        line.connect(where[5:])
        line.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        reply = read_reply(line)
    check("a Unix socket does", reply[0] == 200 and b"loftyrun_build_info" in reply[2] and
          os.stat(where[5:]).st_mode & 0o7 == 0, reply)
    check("it ends as it should", daemon.stop() == 0 and not os.path.exists(where[5:]), daemon.errors)
    shutil.rmtree(folder)


def test_while_it_is_read():
    """Whoever reads the numbers stands still, dies or cannot begin: webhooks are taken all the same."""
    folder = new_folder()
    daemon = Daemon(folder)
    frozen, replies = [], []

    def ask_once():
        try:
            replies.append(daemon.ask("/metrics")[0])
        except (OSError, http.client.HTTPException):
            replies.append(None)

    def freeze():
        """Asks until a reader has been stopped in the middle."""
        while not frozen:
            daemon.renew()
            thread = threading.Thread(target=ask_once)
            thread.start()
            while not frozen and thread.is_alive():
                for process in daemon.tellers():
                    try:
                        os.kill(process, signal.SIGSTOP)
                        frozen.append((process, thread))
                        break
                    except ProcessLookupError:
                        pass
    freeze()
    statuses = [say(daemon, post(batch(n * 100, 5))) for n in range(10)]
    check("webhooks are taken meanwhile", statuses == [200] * 10, statuses)
    crowd = [threading.Thread(target=lambda: replies.append(daemon.ask(target)[0])) for target in ("/", "/metrics") * 8]
    for thread in crowd:
        thread.start()
    wait_until("one reader for all", lambda: len(daemon.tellers()) == 1)
    process, first = frozen[0]
    os.kill(process, signal.SIGCONT)
    for thread in crowd + [first]:
        thread.join()
    check("whoever asked meanwhile is answered", set(replies) == {200}, replies)
    frozen.clear()
    replies.clear()
    freeze()
    os.kill(frozen[0][0], signal.SIGKILL)
    frozen[0][1].join()
    check("a reader that dies is no answer", replies[-1] == 503, replies)
    check("which is said", daemon.wait_for("the numbers of the status page cannot be read") is not None)
    wait_until("the next one is", lambda: daemon.ask("/")[0] == 200)
    check("which is said too", daemon.wait_for("can be read again") is not None)
    frozen.clear()
    freeze()
    check("it is all there", look(folder, "SELECT count(*) FROM inbox_events")[0][0] == 50)
    check("it ends as it should, with a reader and whoever waits for it", daemon.stop() == 0 and
          "Sanitizer" not in daemon.errors and not os.path.exists(f"/proc/{frozen[0][0]}"), daemon.errors)
    frozen[0][1].join()
    shutil.rmtree(folder)


def test_trouble():
    """What is refused, files that are wrong, a certificate that ends soon, names that are no names."""
    folder = new_folder()
    jobs = write(folder, "jobs.lua", JOBS)
    certificate, key = os.path.join(folder, "certificate.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "10",
                    "-subj", "/CN=localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    os.chmod(key, 0o600)
    end = subprocess.run(["openssl", "x509", "-noout", "-enddate", "-dateopt", "iso_8601", "-in", certificate], check=True,
                         capture_output=True, text=True).stdout.strip().split("=")[1]
    daemon = Daemon(folder, "--cert", certificate, "--key", key, jobs, profile="{ max_inbox = 1, max_requests_per_minute = 2 }")
    tls = ssl.create_default_context()
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    statuses = [say(daemon, post(batch(n, 1)), tls) for n in range(4)] + [say(daemon, post("{}", "/elsewhere"), tls)]
    check("what cannot be kept is refused", statuses == [503] * 4 + [404], statuses)
    strange = 'a"><script>alert(1)</script>\\&\n\x01'
    change(folder, f"UPDATE jobs SET name = '{strange}' WHERE name = 'failing'",
           "UPDATE jobs SET name = CAST(x'41ff3c42' AS TEXT) WHERE name = 'yearly'")
    write(folder, "jobs.lua", "nonsense")
    daemon.child.send_signal(signal.SIGHUP)
    daemon.wait_for("the files were not taken")
    text = daemon.ask("/metrics")[2]
    values, problems = read_metrics(text)
    check("its metrics are as they should be", not problems, problems)
    same("refusals are counted, by their reason", values, {
        ("webhook_unavailable_total", ("reason", "inbox_full")): 2, ("webhook_unavailable_total", ("reason", "rate")): 2,
        ("webhook_unavailable_total", ("reason", "not_kept")): 0, ("webhook_deliveries_total",): 0, ("webhook_strangers_total",): 1,
        ("config_last_reload_successful",): 0,
        ("certificate_end_timestamp_seconds",): calendar.timegm(time.strptime(end, "%Y-%m-%d %H:%M:%SZ"))})
    if text_string_to_metric_families:
        names = {sample.labels["job"] for family in text_string_to_metric_families(text) for sample in family.samples
                 if "job" in sample.labels}
        wanted = {strange.replace("\n", " ").replace("\x01", " "), "A\ufffd<B", "paused"}
        check("whatever stands in a name", names == wanted, names)
    page = Page(daemon.ask("/")[2])
    check("nothing in a name becomes part of the page", not page.problems and "script" not in page.names and
          "b" not in page.names and "alert(1)" in page.said and "A\ufffd<B" in page.said, (page.problems, page.said))
    for wanted in ("The files were not taken", "2 webhooks came while the inbox was full", "The certificate ends in 9 days"):
        check(f"it says {wanted}", wanted in page.said, page.said)
    daemon.stop()
    shutil.rmtree(folder)


def test_empty():
    """A daemon without anything: the page says what to do."""
    folder = new_folder()
    daemon = Daemon(folder)
    text = daemon.ask("/")[2]
    page = Page(text)
    check("an empty page is well-formed too", not page.problems, page.problems)
    for wanted in ("Nothing wants to be looked at", "No jobs are registered", "loftyrun help serve", "No events came",
                   "No handlers are registered", "No calls are counted yet", "None began"):
        check(f"it says {wanted}", wanted in page.said, page.said)
    _, problems = read_metrics(daemon.ask("/metrics")[2])
    check("so are its metrics", not problems, problems)
    daemon.stop()
    shutil.rmtree(folder)


if __name__ == "__main__":
    for test in (test_numbers, test_who_may, test_while_it_is_read, test_trouble, test_empty):
        test()
    finish()
