#!/usr/bin/env python3
"""`loftyrun doctor` against servers that are wrong in one way each: what it says is wrong is what is wrong. Certificates,
clocks, names, proxies, callbacks, daemons; and it never shows a secret, nor sends a stranger anything.

    tests/oracle_doctor.py build/loftyrun"""
import base64
import email.utils
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

from checks import check, finish
from sandbox_server import Server as Sandbox
from webhook_server import SECRET, Receiver, new_folder

BIN = os.path.abspath(sys.argv[1])
FOLDER = new_folder()
os.makedirs(os.path.join(FOLDER, "home"))
TIMEOUT = 120
API_KEY = "the-key-that-nobody-sees"


def made(*words):
    """Runs openssl."""
    subprocess.run(["openssl", *words], cwd=FOLDER, check=True, capture_output=True)


def make_certificates():
    """ca.pem, and signed by it a certificate for localhost of each kind: NAME.pem and NAME.key."""
    made("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "3650", "-subj",
         "/CN=The authority of this test")
    with open(os.path.join(FOLDER, "ca.cnf"), "w", encoding="utf-8") as out:
        out.write("[ca]\ndefault_ca=d\n[d]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n"
                  "unique_subject=no\ncopy_extensions=copy\n[p]\ncommonName=supplied\n")
    for name, text in (("index", ""), ("serial", "01\n")):
        with open(os.path.join(FOLDER, name), "w", encoding="utf-8") as out:
            out.write(text)
    ends = {"good": 300, "soon": 4, "past": -20, "other": 300}
    for name, days in ends.items():
        host = "elsewhere.example" if name == "other" else "localhost"
        made("req", "-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key", "-out", name + ".csr", "-subj", "/CN=" + host,
             "-addext", "subjectAltName=DNS:" + host)
        end = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + days * 86400 + 3600))
        made("ca", "-batch", "-notext", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-in", name + ".csr",
             "-out", name + ".pem", "-startdate", "20200101000000Z", "-enddate", end)
        os.chmod(os.path.join(FOLDER, name + ".key"), 0o600)


class Server:
    """Answers every request with 401 and a Date; keeps what it was sent. `certificate` None: plain; "hang": never a word."""

    def __init__(self, certificate=None, ahead=0):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.certificate, self.ahead, self.received, self.open = certificate, ahead, b"", []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        """One connection after the other."""
        while True:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            self.open.append(connection)
            if self.certificate != "hang":
                self.answer(connection)

    def answer(self, connection):
        """One request, if it comes to that."""
        try:
            if self.certificate:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(os.path.join(FOLDER, self.certificate + ".pem"),
                                        os.path.join(FOLDER, self.certificate + ".key"))
                connection = context.wrap_socket(connection, server_side=True)
            head = b""
            while b"\r\n\r\n" not in head:
                part = connection.recv(4096)
                self.received += part
                if not part:
                    return
                head += part
            date = email.utils.formatdate(time.time() + self.ahead, usegmt=True)
            connection.sendall(f"HTTP/1.1 401 No\r\nDate: {date}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        except OSError:
            pass
        finally:
            connection.close()

    def url(self, scheme):
        """Its base URL."""
        return f"{scheme}://localhost:{self.port}"


class Closed:
    """A port where nobody listens, and nobody else can: it is bound."""

    def __init__(self):
        self.held = socket.socket()
        self.held.bind(("127.0.0.1", 0))
        self.port = self.held.getsockname()[1]

    def url(self, scheme):
        """Its base URL."""
        return f"{scheme}://localhost:{self.port}"


def doctor(*words, expected, **environment):
    """What it finds: (exit code as expected, [(check, level, text)], all it printed)."""
    kept = {name: value for name, value in os.environ.items()
            if not name.lower().endswith("_proxy") and not name.startswith(("LOFTY", "XDG_", "SSL_CERT"))}
    kept.update({"HOME": os.path.join(FOLDER, "home"), "LOFTY_API_KEY": API_KEY, "SSL_CERT_FILE": os.path.join(FOLDER, "ca.pem")})
    kept.update(environment)
    kept = {name: value for name, value in kept.items() if value is not None}
    done = subprocess.run([BIN, "doctor", "--json", *words], env=kept, capture_output=True, text=True, timeout=TIMEOUT, check=False,
                          stdin=subprocess.DEVNULL)
    shown = done.stdout + done.stderr
    try:
        told = json.loads(done.stdout)
    except ValueError:
        told = {"checks": [], "exitCode": None}
    fine = done.returncode == expected == told["exitCode"] and SECRET not in shown and API_KEY not in shown
    return fine, told["checks"], shown + f"({done.returncode})"


def says(name, found, check_name, level, *parts):
    """Whether one of the checks of that name and level has all the parts, in its text or its cure."""
    fine, checks, shown = found
    right = any(each["check"] == check_name and each["level"] == level
                and all(part in each["text"] + " " + each.get("cure", "") for part in parts) for each in checks)
    return check(name, fine and right, shown)


def test_tls():
    """Certificates."""
    good = Server("good")
    says("a server that is right", doctor("network", expected=0, LOFTY_BASE_URL=good.url("https")), "network", "ok", "TLSv1.",
         "ends in 300 days")
    check("no credential is sent on the way", API_KEY.encode() not in good.received.split(b"\r\n\r\n")[0], good.received)
    says("a certificate that ends soon", doctor("network", expected=0, LOFTY_BASE_URL=Server("soon").url("https")), "network",
         "warning", "ends in 4 days")
    past = Server("past")
    says("one that has ended", doctor("network", expected=5, LOFTY_BASE_URL=past.url("https")), "network", "problem",
         "certificate is refused", "expired", "look at the clock first")
    check("nothing is sent to who shows it", past.received == b"", past.received)
    says("one for another name", doctor("network", expected=5, LOFTY_BASE_URL=Server("other").url("https")), "network", "problem",
         "certificate is refused", "for another name")
    says("one of an authority that is not known", doctor("network", expected=5, LOFTY_BASE_URL=Server("good").url("https"),
         SSL_CERT_FILE=os.path.join(FOLDER, "other.pem")), "network", "problem", "The authority of this test",
         "The authorities of")
    says("no TLS at all", doctor("network", "--timeout", "1", expected=5, LOFTY_BASE_URL=Server().url("https")), "network", "problem", "TLS fails")
    says("one that never says a word", doctor("network", "--timeout", "1", expected=5, LOFTY_BASE_URL=Server("hang").url("https")),
         "network", "problem", "TLS fails")


def test_way():
    """Names, connections, proxies, clocks."""
    says("a name that is not there", doctor("network", expected=5, LOFTY_BASE_URL="https://nosuch.invalid"), "network", "problem",
         "name is not found")
    closed = Closed()
    says("a port where nobody is", doctor("network", "lofty", expected=5, LOFTY_BASE_URL=closed.url("http")), "network", "problem",
         "no connection")
    says("a proxy that is not there", doctor("network", "environment", expected=5, LOFTY_BASE_URL="https://nosuch.invalid",
         https_proxy=f"http://user:{SECRET}@localhost:{closed.port}"), "network", "problem", "https_proxy")
    says("its settings, without the password", doctor("environment", expected=0,
         https_proxy=f"http://user:{SECRET}@localhost:{closed.port}"), "environment", "ok",
         f"https_proxy is localhost:{closed.port}")
    says("a proxy that refuses", doctor("network", expected=5, LOFTY_BASE_URL="https://nosuch.invalid",
         https_proxy=Server().url("http")), "network", "problem", "proxy does not let it through")
    says("a server that hangs", doctor("network", "--timeout", "1", expected=5, LOFTY_BASE_URL=Server("hang").url("http")), "network",
         "problem", "no reply")
    for ahead, code, level, words in ((3600, 3, "problem", "behind"), (-3600, 3, "problem", "ahead of"), (60, 0, "warning", "behind"),
                                      (0, 0, "ok", "agrees")):
        says(f"a server's clock {ahead} s ahead", doctor("clock", expected=code, LOFTY_BASE_URL=Server(ahead=ahead).url("http")),
             "clock", level, words)


def signed_key(days):
    """A key that says when it ends, as Lofty's do."""
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
    return ".".join([part({"alg": "HS256"}), part({"exp": int(time.time() + days * 86400 + 3600)}), "c2lnbmF0dXJl"])


def test_lofty():
    """When a key ends, and how much of the limit is left."""
    sandbox = Sandbox(BIN, "--seed", "empty", "--rate-limit=22/min")
    environment = {"LOFTY_BASE_URL": sandbox.url}
    says("a key that lasts", doctor("credential", "lofty", expected=0, LOFTY_API_KEY=signed_key(100), **environment), "credential", "ok",
         "it ends on ")
    says("a key that ends soon", doctor("credential", "lofty", expected=0, LOFTY_API_KEY=signed_key(3), **environment), "credential",
         "warning", "in 3 days")
    says("a key that says it has ended, and is taken", doctor("credential", "lofty", expected=0, LOFTY_API_KEY=signed_key(-3),
         **environment), "credential", "warning", "it ended on")
    says("one that is not taken", doctor("credential", "lofty", expected=3, LOFTY_API_KEY="expired", **environment), "lofty", "problem",
         "LOFTY_API_KEY", "make a new one")
    says("what is left of the limit", doctor("lofty", expected=0, **environment), "lofty", "ok", "19 of 22 calls are left")
    for _ in range(5):
        doctor("lofty", expected=0, **environment)
    says("a limit that is nearly used up", doctor("lofty", expected=0, **environment), "lofty", "warning", " of 22 calls are left",
         "--priority bulk")
    found = doctor("lofty", expected=0, **environment)
    says("a limit that is used up is no fault", found, "lofty", "warning", "use up the limit")
    sandbox.stop()


def test_certificate():
    """The receiver's own."""
    def files(certificate, key):
        return ["webhooks", "--sandbox", "--cert", os.path.join(FOLDER, certificate), "--key", os.path.join(FOLDER, key)]
    says("the receiver's certificate", doctor(*files("good.pem", "good.key"), expected=0), "webhooks", "ok", "localhost", "300 days")
    says("it ends soon", doctor(*files("soon.pem", "soon.key"), expected=0), "webhooks", "warning", "4 days")
    says("it has ended", doctor(*files("past.pem", "past.key"), expected=3), "webhooks", "problem", "ended 19 days ago")
    says("another's key", doctor(*files("good.pem", "soon.key"), expected=3), "webhooks", "problem", "not the key of the certificate")
    says("no such file", doctor(*files("nosuch.pem", "soon.key"), expected=3), "webhooks", "problem", "nosuch.pem")
    says("a secret that is too short", doctor("webhooks", "--sandbox", expected=3, LOFTYRUN_WEBHOOK_SECRET="short"), "webhooks",
         "problem", "20")


def subscribe(sandbox, url):
    """A subscription in the sandbox."""
    subprocess.run([BIN, "api", "webhooks.create", "listId=2", "callbackUrl=" + url], check=True, capture_output=True,
                   env=dict(os.environ, LOFTY_BASE_URL=sandbox.url, LOFTY_API_KEY="other", HOME=os.path.join(FOLDER, "home")))


def test_callbacks():
    """Our receiver, one with another secret, a stranger's."""
    sandbox, stranger, gone = Sandbox(BIN, "--seed", "empty"), Server("good"), Closed()
    tls = ["--cert", os.path.join(FOLDER, "good.pem"), "--key", os.path.join(FOLDER, "good.key")]
    ours = Receiver(BIN, new_folder(), "127.0.0.1:0", *tls)
    other = Receiver(BIN, new_folder(), "127.0.0.1:0", *tls, environment={"LOFTYRUN_WEBHOOK_SECRET": "another-secret-of-somebody"})
    subscribe(sandbox, f"https://localhost:{ours.port}/hooks/{SECRET}")
    environment = {"LOFTY_BASE_URL": sandbox.url, "LOFTYRUN_WEBHOOK_SECRET": SECRET}
    says("our receiver answers", doctor("webhooks", expected=0, **environment), "webhooks", "ok",
         f"the receiver at localhost:{ours.port} answers")
    says("our receiver, while the secret is changed", doctor("webhooks", expected=0, LOFTY_BASE_URL=sandbox.url,
         LOFTYRUN_WEBHOOK_SECRET="a-new-secret-that-is-long-enough", LOFTYRUN_WEBHOOK_SECRET_PREVIOUS=SECRET), "webhooks", "ok",
         f"the receiver at localhost:{ours.port} answers")
    subscribe(sandbox, f"https://localhost:{stranger.port}/catch/hook?token={SECRET}")
    says("a stranger is only connected to", doctor("webhooks", expected=0, **environment), "webhooks", "ok",
         f"localhost:{stranger.port} can be reached")
    check("and is sent nothing", stranger.received == b"", stranger.received)
    subscribe(sandbox, f"https://localhost:{other.port}/hooks/{SECRET}")
    says("one with another secret", doctor("webhooks", expected=3, **environment), "webhooks", "problem",
         f"localhost:{other.port} answers 404")
    subscribe(sandbox, f"https://localhost:{gone.port}/hooks/{SECRET}")
    says("one that is gone", doctor("webhooks", expected=3, **environment),
         "webhooks", "problem", f"posts to localhost:{gone.port} do not arrive", "nothing answers there")
    for each in (ours, other):
        each.stop()
        shutil.rmtree(each.folder)
    sandbox.stop()


def test_jobs():
    """A daemon that lives, and one that was killed."""
    state, jobs = os.path.join(FOLDER, "state"), os.path.join(FOLDER, "jobs.lua")
    with open(jobs, "w", encoding="utf-8") as out:
        out.write('local lofty = require "lofty"\n'
                  'lofty.on.schedule("0 3 * * *", { name = "nightly", tz = "UTC" }, function() end)\n')
    environment = dict(os.environ, HOME=os.path.join(FOLDER, "home"), LOFTY_API_KEY="other", LOFTY_BASE_URL="http://127.0.0.1:1")
    daemon = subprocess.Popen([BIN, "serve", "--state", state, jobs], env=environment, stderr=subprocess.DEVNULL)

    def listed():
        done = subprocess.run([BIN, "job", "list", "--json", "--state", state], env=environment, capture_output=True, text=True,
                              check=False)
        return done.returncode == 0 and "nightly" in done.stdout
    while not listed() and daemon.poll() is None:
        pass
    words = ("store", "jobs", "--state", state)
    says("a daemon that lives", doctor(*words, expected=0), "store", "ok", "loftyrun serve 1")
    found = doctor(*words, expected=0)
    check("its jobs need nobody", not any(each["level"] != "ok" for each in found[1]), found[2])
    subprocess.run([BIN, "job", "pause", "nightly", "--state", state], env=environment, check=True, capture_output=True)
    says("a paused job", doctor(*words, expected=0), "jobs", "warning", "paused by hand: 1", "loftyrun job resume")
    daemon.send_signal(signal.SIGKILL)
    daemon.wait()
    says("a daemon that was killed", doctor(*words, expected=0), "jobs", "warning", "no loftyrun serve runs now: 1",
         "Start loftyrun serve")
    before = {name: os.stat(os.path.join(state, name)).st_mtime_ns for name in os.listdir(state)}
    doctor(*words, expected=0)
    after = {name: os.stat(os.path.join(state, name)).st_mtime_ns for name in os.listdir(state)}
    check("looking changes nothing", {k: v for k, v in before.items() if not k.endswith("-shm")}
          == {k: v for k, v in after.items() if not k.endswith("-shm")}, (before, after))


make_certificates()
test_tls()
test_way()
test_lofty()
test_certificate()
test_callbacks()
test_jobs()
shutil.rmtree(FOLDER)
finish()
