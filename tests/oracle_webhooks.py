#!/usr/bin/env python3
"""Clients of the webhook receiver that are slow, wrong, greedy or curious: what is answered with 200 is in the inbox and nothing
else is, memory stays bounded, nothing crashes, and nobody without the secret learns anything. Also TLS, Unix sockets, systemd's.

    tests/oracle_webhooks.py build/loftyrun"""
import hashlib
import hmac
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time

from sandbox_server import Server
from webhook_server import (SECRET, Receiver, batch, check, count, finish, look, new_folder, path, post, read_reply, say,
                            write_profile)

BIN = os.path.abspath(sys.argv[1])
SANITIZED = "asan" in BIN
CHUNKED = "Transfer-Encoding: chunked"


def raw(*lines):
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def start(*options, **more):
    folder = new_folder()
    return folder, Receiver(BIN, folder, *options, **more)


def end(folder, receiver, name, expected=0):
    code = receiver.stop()
    fine = code == expected and "Sanitizer" not in receiver.errors and "runtime error" not in receiver.errors
    check(f"{name}: it ends as it should", fine, (code, receiver.errors[-3000:]))
    shutil.rmtree(folder)


def chunked(*parts):
    return raw(f"POST {path()} HTTP/1.1", "Host: h", CHUNKED) + b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts) + b"0\r\n\r\n"


def test_bodies():
    """Bodies of every kind with the secret: each 200 is one delivery, as it was sent."""
    folder, receiver = start()
    deep = "[" * 100000 + "]" * 100000
    odd = [b"", b"nonsense", b"\x00\xff\xfe", b"null", b"[]", b"{}", deep.encode(), b"{" * 5000,
           b'{"listId":2,"updatedLead":' + b"[" + b"[]," * 500000 + b"[]]}",
           b'{"listId":2,"updatedLead":[' + b'{"a":{"b":{}}},' * 150000 + b'{"leadId":1}]}',
           b'{"listId":2,"updatedLead":[{"leadId":' + b"9" * 100000 + b"}]}",
           b'{"listId":99,"createdThing":[{"id":1}]}', b'{"eventType":"lead.updated","data":{"lead":{"id":1}}}',
           b'"' + b"x" * 3000000 + b'"', json.dumps({f"m{n}": n for n in range(100000)}).encode()]
    statuses = [say(receiver, post(body)) for body in odd]
    check("bodies of unknown shapes are taken", statuses == [200] * len(odd), statuses)
    rows = look(folder, "SELECT body, problem FROM inbox_deliveries ORDER BY id")
    check("and kept whole, with the reason", [bytes(r[0]) for r in rows] == odd and
          sum(1 for r in rows if r[1]) >= len(odd) - 1, [(len(r[0]), r[1]) for r in rows])
    check("nothing personal is in the log", "updatedLead" not in receiver.errors and SECRET not in receiver.errors)
    statuses = [say(receiver, chunked(batch(1, 3).encode())), say(receiver, chunked(b'{"listId":2,', b'"updatedLead":[{"leadId":9}]}')),
                say(receiver, post(batch(10, 5000))),
                say(receiver, post(batch(1, 1), headers=("Content-Type: text/plain; charset=utf-16",)))]
    check("chunked, large and mistyped ones are read", statuses == [200] * 4 and count(folder, "name = 'lead.updated'") >= 5005,
          (statuses, count(folder, "name = 'lead.updated'")))
    large = b'{"x":"' + b"y" * (5 * 1024 * 1024) + b'"}'
    statuses = [say(receiver, post(large)), say(receiver, chunked(*[large[i:i + 65536] for i in range(0, len(large), 65536)])),
                say(receiver, raw(f"POST {path()} HTTP/1.1", "Host: h", "Content-Length: 99999999999999")),
                say(receiver, raw(f"POST {path()} HTTP/1.1", "Host: h", "Content-Length: 99999999999999", "Expect: 100-continue"))]
    before = count(folder)
    check("a body over the limit is 413, and not kept", statuses == [413] * 4, statuses)
    check("its memory stays bounded", receiver.memory() < (800 if SANITIZED else 160), receiver.memory())
    check("and it goes on", say(receiver, post(batch(900000, 2))) == 200 and count(folder) == before + 2)
    end(folder, receiver, "bodies")


def test_framing():
    """Requests that are no requests."""
    folder, receiver = start(profile="{ max_request_seconds = 2 }")
    body = batch(1, 1)
    for name, data, fine in (
        ("no version", f"POST {path()}\r\n\r\n".encode(), (400, None, 404, 200)),
        ("garbage", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200, (400, None)),
        ("a negative length", raw(f"POST {path()} HTTP/1.1", "Host: h", "Content-Length: -5") + body.encode(), (400, 413, None)),
        ("a length in words", raw(f"POST {path()} HTTP/1.1", "Host: h", "Content-Length: five") + body.encode(), (400, None)),
        ("a bad chunk", raw(f"POST {path()} HTTP/1.1", "Host: h", CHUNKED) + b"zz\r\nhello\r\n0\r\n\r\n", (400, None)),
        ("a chunk without end", raw(f"POST {path()} HTTP/1.1", "Host: h", CHUNKED) + b"ffffffffffffffffff\r\nhello", (400, 413, None)),
        ("no host", raw(f"POST {path()} HTTP/1.1", "Content-Length: 2") + b"{}", (400, 200)),
        ("a header line of 100 KB", raw(f"POST {path()} HTTP/1.1", "Host: h", "X: " + "y" * 100000), (431, 413, 400, None)),
        ("ten thousand headers", raw(f"POST {path()} HTTP/1.1", "Host: h", *[f"X{n}: y" for n in range(10000)]), (431, 400, None)),
        ("seventy headers", raw(f"POST {path()} HTTP/1.1", "Host: h", "Content-Length: 0", *[f"X{n}: y" for n in range(70)]), (431,)),
        ("a target of 100 KB", raw("POST /" + "x" * 100000 + " HTTP/1.1", "Host: h"), (414, 400, 431, None)),
        ("a method of 10 KB", raw("X" * 10000 + f" {path()} HTTP/1.1", "Host: h"), (400, 404, 405, 501, None)),
    ):
        before = count(folder)
        status = say(receiver, data)
        kept = count(folder) - before
        check(f"framing: {name}", (fine is None or status in fine) and kept == (1 if status == 200 else 0), (status, kept))
    before = count(folder)
    with receiver.connect() as line:
        line.sendall(post(batch(50, 3))[:-7])
    check("framing: a body that ends early is nothing", say(receiver, post(batch(70, 1))) == 200 and count(folder) == before + 1,
          count(folder) - before)
    with receiver.connect() as line:
        line.sendall(b"".join(post(batch(1000 + 10 * n, 10)) for n in range(20)))
        got = b""
        while got.count(b"\r\n\r\n") < 20:
            part = line.recv(65536)
            if not part:
                break
            got += part
        statuses = re.findall(rb"HTTP/1.1 (\d+)", got)
    check("framing: twenty requests at once on one connection", statuses == [b"200"] * 20 and count(folder, "lead >= 1000") == 200,
          (statuses, count(folder, "lead >= 1000")))
    end(folder, receiver, "framing")


def test_doubts():
    """Headers that leave a doubt about where a body ends: refused, whatever the path, and what comes behind is no request.
    Handlers, a status page and looks at the account are there meanwhile."""
    folder, lofty = new_folder(), Server(BIN, "--seed", "empty")
    handlers = os.path.join(folder, "handlers.lua")
    with open(handlers, "w", encoding="utf-8") as file:
        file.write('require("lofty").on.webhook("*", {}, function(event) event:fetch() end)')
    receiver = Receiver(BIN, folder, "127.0.0.1:0", "--status", "127.0.0.1:0", handlers, profile="{ max_request_seconds = 3 }",
                        environment={"LOFTY_BASE_URL": lofty.url})
    body, hidden = batch(1, 1).encode(), post(batch(666, 1))
    length, framed = f"Content-Length: {len(body)}", b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    for name, fields, rest in (
            ("two lengths", (length, f"Content-Length: {len(body) + len(hidden)}"), body),
            ("the same length twice", (length, length), body),
            ("a length and chunks", (length, CHUNKED), framed),
            ("chunks and a length", (CHUNKED, "Content-Length: 0"), framed),
            ("chunks twice", (CHUNKED, CHUNKED), framed),
            ("chunks of another kind", ("Transfer-Encoding: xchunked",), framed),
            ("chunks of gzip", ("Transfer-Encoding: gzip, chunked",), framed),
            ("no encoding at all", ("Transfer-Encoding: identity", length), body),
            ("a folded line", ("Transfer-Encoding:\r\n chunked",), framed),
            ("a blank before the colon", (f"Content-Length : {len(body)}",), body),
            ("neither length nor chunks", (), body),
            ("two lengths in one", (f"{length}, {len(body)}",), body),
            ("a sign", (f"Content-Length: +{len(body)}",), body),
            ("a hexadecimal length", ("Content-Length: 0x43",), body),
            ("two hosts", ("Host: other", length), body)):
        statuses = []
        for target in (path(), path(SECRET[:-1] + "1"), "/"):
            with receiver.connect() as line:
                line.sendall(raw(f"POST {target} HTTP/1.1", "Host: h", *fields) + rest + hidden)
                reply = read_reply(line)
                statuses.append((reply and reply[0], read_reply(line) if reply and reply[0] == 200 else None))
        check(f"doubts: {name}", statuses[0][0] in (400, 411) and statuses[1] == statuses[2] and
              statuses[1][0] == (404 if statuses[0][0] == 411 else 400) and count(folder) == 0,
              (statuses, count(folder)))
    for name, data in (("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"), ("a proxy's line", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n")):
        status = say(receiver, data)
        check(f"doubts: {name}", status in (400, 505, None) and count(folder) == 0, status)
    fine = [say(receiver, raw(f"POST {path()} HTTP/1.1", "Host: h", CHUNKED) + b'%x;a=b;c="d"\r\n%s\r\n0;e\r\nX-A: b\r\n\r\n' % (len(body), body)),
            say(receiver, raw(f"POST {path()} HTTP/1.0", length) + body)]
    check("chunks with extensions, a trailer, and HTTP/1.0 are taken", fine == [200, 200] and [bytes(row[0]) for row in look(
        folder, "SELECT body FROM inbox_deliveries")] == [body, body], fine)
    bombs = [b'{"listId":2,"updatedLead":[{"leadId":7,"x":' + b"[" * 100000 + b"]" * 100000 + b"}]}",
             b'{"listId":2,"updatedLead":[{' + b",".join(b'"k%d":1' % n for n in range(300000)) + b"}]}",
             b'{"listId":2,"updatedLead":[{"leadId":1e999}]}', b'{"listId":2,"updatedLead":[{"leadId":9223372036854775808}]}',
             b'{"listId":2,"updatedLead":[{"leadId":8,"x":"' + b"a" * 4000000 + b'"}]}',
             b'{"listId":2,"updatedLead":[{"leadId":8}],"updated\\u004cead":[{"leadId":9}]}',
             b'{"listId":2,"updatedLead":[{"leadId":8,"x":"\xff"}]}', b'{"listId":2,"updatedLead":[{"leadId":8,"x":"a\0b"}]}',
             b'\xef\xbb\xbf{"listId":2,"updatedLead":[{"leadId":8}]}', b'{"listId":2,"updatedLead":[{"leadId":8}]}\0',
             b'{"listId":2,"updatedLead":[{"leadId":8,"x":"\\ud800"}]}']
    statuses = [say(receiver, post(bomb)) for bomb in bombs]
    rows = look(folder, "SELECT body, problem FROM inbox_deliveries ORDER BY id LIMIT -1 OFFSET 2")
    check("bombs are kept whole, those that cannot be read with the reason", statuses == [200] * len(bombs) and
          [bytes(row[0]) for row in rows] == bombs and [row[1] is None for row in rows] == [number in (1, 4) for number in range(11)],
          (statuses, [(len(row[0]), row[1]) for row in rows]))
    check("memory stays bounded beside handlers", receiver.memory() < (800 if SANITIZED else 160), receiver.memory())
    end(folder, receiver, "doubts")
    lofty.stop()


def test_slow():
    """Clients that take their time hold up nobody, and are not kept for ever."""
    folder, receiver = start(profile="{ max_request_seconds = 3 }")
    lines = [receiver.connect() for _ in range(100)]
    for number, line in enumerate(lines):
        line.sendall(post(batch(1, 50))[:20 + 10 * (number % 30)])
    began = time.monotonic()
    status = say(receiver, post(batch(500, 1)))
    check("beside a hundred slow clients one is answered", status == 200 and time.monotonic() - began < 10, status)
    gone, sent = set(), 0
    while len(gone) < len(lines) and time.monotonic() - began < 60:
        for number, line in enumerate(lines):
            if number in gone:
                continue
            try:
                line.settimeout(0.001)
                line.send(b"x")
                sent += 1
                if line.recv(10) == b"":
                    gone.add(number)
            except TimeoutError:
                pass
            except OSError:
                gone.add(number)
        time.sleep(0.5)
    took = time.monotonic() - began
    check("a byte now and then does not keep a connection", len(gone) == len(lines) and 2 < took < 20, (len(gone), took, sent))
    check("slow ones have stored nothing", count(folder) == 1, count(folder))
    end(folder, receiver, "slow")


def test_limits():
    """Connections, bodies that are under way together, and connections of one address."""
    folder, receiver = start(profile="{ max_connections = 3 }")
    lines = [receiver.connect() for _ in range(4)]
    for line in lines:
        line.sendall(post(batch(1, 1)))
    replies = [read_reply(line) for line in lines[:3]]
    lines[3].settimeout(0.3)
    waits = read_reply(lines[3]) is None
    lines[0].close()
    lines[3].settimeout(30)
    reply = read_reply(lines[3])
    check("connections over the limit wait until one ends", all(replies) and waits and reply and reply[0] == 200, (replies, waits, reply))
    end(folder, receiver, "connections")
    folder, receiver = start()
    size = 4000000
    lines = [receiver.connect() for _ in range(30)]
    body = b'{"x":"' + b"y" * (size - 8) + b'"}'
    for line in lines:
        line.sendall(post(body)[:-1])
    for line in lines:
        line.sendall(body[-1:])
    statuses = [reply and reply[0] for reply in map(read_reply, lines)]
    taken = statuses.count(200)
    check("bodies of more than 64 MiB together are 503", 10 <= taken < 30 and taken + statuses.count(503) == 30 and
          count(folder) == taken, statuses)
    check("and its memory stays bounded", receiver.memory() < (900 if SANITIZED else 240), receiver.memory())
    check("afterwards there is room", say(receiver, post(body)) == 200)
    end(folder, receiver, "bodies together")
    if SANITIZED:
        return
    with socket.socket() as listening:
        listening.bind(("0.0.0.0", 0))
        listening.listen(50)
        folder, receiver = start("systemd:plain", profile="{ max_connections_per_address = 2 }", socket_of=listening)
    lines = [receiver.connect() for _ in range(3)]
    replies = []
    for line in lines:
        try:
            line.sendall(post(batch(1, 1)))
            replies.append(read_reply(line))
        except OSError:
            replies.append(None)
    check("a third connection of one address is closed, where two may be", [reply and reply[0] for reply in replies] == [200, 200, None],
          replies)
    for line in lines:
        line.close()
    end(folder, receiver, "connections of one address")


def answer(receiver, data):
    """All bytes of an answer but the date."""
    with receiver.connect() as line:
        line.sendall(data)
        reply = read_reply(line)
    return re.sub(rb"Date: [^\r]*", b"Date:", reply[2]) if reply else None


def test_strangers():
    """Without the secret all paths, methods and bodies look alike."""
    folder, receiver = start(environment={"LOFTYRUN_WEBHOOK_SECRET_PREVIOUS": "the-secret-before-this-1"})
    wrong = SECRET[:-1] + "1"
    targets = ["/", "/hooks", "/hooks/", "/hooks/x", path(wrong), path(SECRET[:-1]), path(SECRET + "0"), path() + "/", path() + "/x",
               "/healthz", "/readyz", "/metrics", "/status", path(wrong, "/healthz"), path(wrong, "/readyz"), "//hooks/" + SECRET,
               "/HOOKS/" + SECRET, "/hooks/%74he-secret-of-this-test-0", "/hooks/?" + SECRET, "/hooks/" + "a" * 4000]
    answers = {answer(receiver, post(body, target, method=method))
               for target in targets for method in ("POST", "GET", "PUT", "DELETE", "OPTIONS", "PATCH", "FOO")
               for body in ("", batch(1, 1))}
    check("without the secret every answer is the same", len(answers) == 1 and list(answers)[0].startswith(b"HTTP/1.1 404 "), answers)
    heads = {answer(receiver, post("", target, method="HEAD")) for target in targets}
    check("also to HEAD", len(heads) == 1 and list(heads)[0].startswith(b"HTTP/1.1 404 "), heads)
    huge = b"x" * (6 * 1024 * 1024)
    statuses = {say(receiver, post(huge, target)) for target in ("/hooks/x", path(wrong), "/")}
    check("also for a body over the limit", statuses <= {404, None}, statuses)
    statuses = {say(receiver, raw(f"POST {target} HTTP/1.1", "Host: h", "Content-Length: 99999999999")) for target in (path(wrong), "/")}
    check("also for one that is announced", statuses == {404}, statuses)
    check("and nothing was stored", count(folder) == 0)
    allowed = [say(receiver, post(batch(1, 1))), say(receiver, post(batch(2, 1), path("the-secret-before-this-1"))),
               say(receiver, post("", method="GET")), say(receiver, post("", path(ending="/healthz"), method="GET")),
               say(receiver, post("", path(ending="/readyz"), method="GET")), say(receiver, post(batch(3, 1), method="PUT")),
               say(receiver, post(batch(3, 1), path(ending="/readyz")))]
    check("with it, old or new, they differ", allowed == [200, 200, 200, 200, 200, 405, 405] and count(folder) == 2,
          (allowed, count(folder)))
    end(folder, receiver, "strangers")


def sign(body):
    return hmac.new(b"key", body.encode(), hashlib.sha256).hexdigest()


def test_rules():
    """A header, an HMAC and ranges, from the profile."""
    folder, receiver = start(profile="""{ secret = "%s", header = { name = "X-Token", value = "open" },
      hmac = { header = "X-Signature", secret = "key", prefix = "sha256=" },
      allow = { "203.0.113.0/24" }, proxies = { "127.0.0.1" }, max_requests_per_minute = 4 }""" % SECRET,
                             environment={"LOFTYRUN_WEBHOOK_SECRET": None})
    body = batch(1, 2)
    right = {"X-Token": "open", "X-Signature": "sha256=" + sign(body), "X-Forwarded-For": "9.9.9.9, 203.0.113.7"}

    def send(**changes):
        headers = {**right, **{name.replace("_", "-"): value for name, value in changes.items()}}
        return say(receiver, post(body, headers=[f"{name}: {value}" for name, value in headers.items() if value is not None]))
    check("all rules kept", send() == 200 and look(folder, "SELECT origin FROM inbox_deliveries") == [("203.0.113.7",)])
    statuses = [send(X_Token=None), send(X_Token="opem"), send(X_Signature=None), send(X_Signature="sha256=" + sign(body + " ")),
                send(X_Signature=sign(body)), send(X_Forwarded_For="203.0.113.7, 9.9.9.9"), send(X_Forwarded_For=None),
                send(X_Forwarded_For="garbage")]
    check("one broken is 404", statuses == [404] * 8, statuses)
    statuses = [send() for _ in range(5)]
    check("over the rate it is 503, with when to try again", statuses == [200, 200, 200, 503, 503], statuses)
    check("what was refused is not stored", count(folder) == 8, count(folder))
    end(folder, receiver, "rules")
    for number, (profile, environment, wanted, code) in enumerate((
            ("{}", {"LOFTYRUN_WEBHOOK_SECRET": None}, "no secret", 3),
            ('{ secret = "short" }', {"LOFTYRUN_WEBHOOK_SECRET": None}, "20 to 200", 3),
            ('{ secrets = "x" }', {}, "did you mean", 3),
            ('{ allow = { "203.0.113.7/24" } }', {}, "no range", 3),
            ('{ max_body = 0 }', {}, "max_body", 3),
            ('{ hmac = { header = "X" } }', {}, "hmac", 3))):
        folder, receiver = start(profile=profile, environment=environment)
        exit_code = receiver.child.wait(20)
        check(f"settings that will not do are refused, {number}", exit_code == code and wanted in receiver.errors and
              "short" not in receiver.errors, (exit_code, receiver.errors))
        shutil.rmtree(folder)


def test_new_rules():
    """The secret is changed in the profile while it runs: first both are taken, then the new one alone."""
    new, body = "the-secret-that-comes-2", batch(1, 1)
    folder, receiver = start(profile='{ secret = "%s" }' % SECRET, environment={"LOFTYRUN_WEBHOOK_SECRET": None})

    def reload(profile, wanted):
        """What the two secrets get as soon as the new one gets what is wanted."""
        write_profile(folder, profile)
        receiver.child.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 20
        while say(receiver, post(body, path(new))) != wanted and time.monotonic() < deadline:
            time.sleep(0.01)
        return say(receiver, post(body)), say(receiver, post(body, path(new)))
    check("before, the new secret is none", say(receiver, post(body)) == 200 and say(receiver, post(body, path(new))) == 404)
    statuses = reload('{ secret = "%s", previous_secret = "%s" }' % (new, SECRET), 200)
    check("while it is changed both are taken", statuses == (200, 200), statuses)
    write_profile(folder, '{ secret = "short" }')
    receiver.child.send_signal(signal.SIGHUP)
    said = receiver.wait_for("stay as they were")
    statuses = (say(receiver, post(body)), say(receiver, post(body, path(new))))
    check("rules that will not do change nothing", said and statuses == (200, 200), (receiver.errors, statuses))
    write_profile(folder, "{ secrets = 5 }")
    receiver.child.send_signal(signal.SIGHUP)
    said = receiver.wait_for("unknown setting")
    check("nor does a profile that cannot be read", said and say(receiver, post(body, path(new))) == 200, receiver.errors)
    write_profile(folder, '{ secret = "%s" }' % new)
    receiver.child.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 20
    while say(receiver, post(body)) != 404 and time.monotonic() < deadline:
        time.sleep(0.01)
    statuses = (say(receiver, post(body)), say(receiver, post(body, path(new))))
    check("afterwards the new one alone", statuses == (404, 200), statuses)
    end(folder, receiver, "new rules")


def test_full_inbox():
    """An inbox that is full says 503 until something is dropped."""
    folder, receiver = start(profile="{ max_inbox = 20000 }")
    statuses = [say(receiver, post(batch(n * 100, 100))) for n in range(6)]
    taken = statuses.count(200)
    check("a full inbox is 503", 2 <= taken < 6 and statuses == [200] * taken + [503] * (6 - taken) and
          count(folder) == 100 * taken, statuses)
    done = subprocess.run([BIN, "inbox", "drop", "name=lead.*", "--state", os.path.join(folder, "state")], capture_output=True, text=True,
                          env={**os.environ, "HOME": folder}, timeout=60)
    status, deadline = 503, time.monotonic() + 30
    while status != 200 and time.monotonic() < deadline:
        status = say(receiver, post(batch(9000, 100)))
        time.sleep(0.1)
    check("what is dropped makes room", done.returncode == 0 and status == 200 and "full" in receiver.errors + str(
        receiver.wait_for("the inbox is full")), (done.stdout + done.stderr, status))
    end(folder, receiver, "full inbox")


def certificate(folder, name):
    chain, key = os.path.join(folder, name + ".pem"), os.path.join(folder, name + ".key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", chain],
                   check=True, capture_output=True)
    os.chmod(key, 0o600)
    return chain, key


def shown(receiver):
    """Who the certificate of a new connection is for."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with receiver.connect(context) as line:
        der = line.getpeercert(True)
    text = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-subject"], input=der, capture_output=True).stdout
    return text.decode().split("=")[-1].strip()


def test_tls():
    folder = new_folder()
    chain, key = certificate(folder, "first")
    receiver = Receiver(BIN, folder, "127.0.0.1:0", "--cert", chain, "--key", key)
    trust = ssl.create_default_context(cafile=chain)
    check("TLS: a delivery", say(receiver, post(batch(1, 1)), trust) == 200 and count(folder) == 1)
    check("TLS: plain http is not answered", say(receiver, post(batch(2, 1))) is None)
    old = ssl.create_default_context(cafile=chain)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    check("TLS: 1.2 is spoken", say(receiver, post(batch(3, 1)), old) == 200)
    line = receiver.connect(trust)
    line.sendall(post(batch(10, 1)))
    first = read_reply(line)
    other, other_key = certificate(folder, "second")
    shutil.copy(other, chain)
    receiver.child.send_signal(signal.SIGHUP)
    said = receiver.wait_for("the certificate stays as it was")
    check("TLS: a certificate whose key is another's is not taken", said and shown(receiver) == "first", receiver.errors)
    shutil.copy(other_key, key)
    receiver.child.send_signal(signal.SIGHUP)
    said = receiver.wait_for("read anew")
    line.sendall(post(batch(11, 1)))
    second = read_reply(line)
    line.close()
    check("TLS: both read anew, connections go on", said and shown(receiver) == "second" and first and second and
          (first[0], second[0]) == (200, 200), (receiver.errors, first, second))
    check("TLS: the key is not in the log", "PRIVATE" not in receiver.errors)
    end(folder, receiver, "TLS")
    folder = new_folder()
    chain, key = certificate(folder, "first")
    os.chmod(key, 0o644)
    receiver = Receiver(BIN, folder, "127.0.0.1:0", "--cert", chain, "--key", key)
    check("TLS: a key that everybody can read is refused", receiver.child.wait(20) == 3 and "everybody" in receiver.errors, receiver.errors)
    shutil.rmtree(folder)


def test_places():
    folder = new_folder()
    name = os.path.join(folder, "hooks.sock")
    receiver = Receiver(BIN, folder, "unix:" + name)
    check("a Unix socket for owner and group", say(receiver, post(batch(1, 1))) == 200 and os.stat(name).st_mode & 0o777 == 0o660 and
          look(folder, "SELECT origin FROM inbox_deliveries") == [("unix",)])
    receiver.stop(signal.SIGKILL)
    receiver = Receiver(BIN, folder, "unix:" + name)
    check("one that was left over is replaced", say(receiver, post(batch(2, 1))) == 200)
    second = Receiver(BIN, new_folder(), "unix:" + name)
    check("one that is in use is not", second.child.wait(20) == 5 and "in use" in second.errors and
          say(receiver, post(batch(3, 1))) == 200, second.errors)
    code = receiver.stop()
    check("its name goes with it", code == 0 and not os.path.exists(name))
    for place, code, wanted in (("0.0.0.0:0", 3, "plain http"), ("[::]:0", 3, "plain http"), ("localhost", 2, "no place"),
                                ("127.0.0.1", 2, "no place"), ("127.0.0.1:99999", 2, "no place"), ("systemd", 5, "LISTEN_FDS")):
        receiver = Receiver(BIN, folder, place)
        check(f"--listen {place} is refused", receiver.child.wait(20) == code and wanted in receiver.errors, receiver.errors)
    for address, place, code in (("127.0.0.1", "systemd", None), ("0.0.0.0", "systemd", 3), ("0.0.0.0", "systemd:plain", None)):
        with socket.socket() as listening:
            listening.bind((address, 0))
            listening.listen(50)
            receiver = Receiver(BIN, folder, place, socket_of=listening)
            if code is None:
                check(f"systemd's socket on {address} as {place}", receiver.place == place and say(receiver, post(batch(50, 1))) == 200 and
                      receiver.stop() == 0, receiver.errors)
            else:
                check(f"systemd's socket on {address} as {place} is refused", receiver.child.wait(20) == code and
                      "plain http" in receiver.errors, receiver.errors)
    shutil.rmtree(folder)


for test in (test_bodies, test_framing, test_doubts, test_strangers, test_rules, test_new_rules, test_tls, test_places, test_full_inbox, test_limits, test_slow):
    if len(sys.argv) < 3 or sys.argv[2] in test.__name__:
        test()
finish()
