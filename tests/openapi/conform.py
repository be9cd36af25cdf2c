#!/usr/bin/env python3
"""Every operation of an OpenAPI file, called by loftyrun at its own sandbox, with a validator in between.

    tests/openapi/conform.py --bin build/loftyrun --spec openapi.json [--verbose]

The validator is Python's jsonschema and the file: nothing of loftyrun's. The calls are those of calls.lua. An operation
passes when it was called, all its calls succeeded, every request and reply is as the file has it (spec.py lists where
reality is known to differ), every parameter and field was sent at least once, and every list in its replies had
something in it at least once. At the end the validator must refuse each of them with a mistake put in.
"""
import argparse
import http.client
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import urllib.parse

import exchange
import spec as openapi

HERE = os.path.dirname(os.path.abspath(__file__))
HOP = {"connection", "transfer-encoding", "keep-alive", "content-length"}


class Record:
    """What was seen of one operation."""

    def __init__(self, operation):
        self.operation, self.made, self.problems = operation, 0, []
        self.query, self.body, self.reply = set(), set(), set()
        self.last = None  # the last good exchange: (texts, pairs, headers, body, reply)

    def note(self, problem):
        """Keeps a problem once."""
        if problem not in self.problems:
            self.problems.append(problem)


class Watch:
    """All records, and what fits no operation."""

    def __init__(self, spec):
        self.spec, self.lock, self.strangers = spec, threading.Lock(), []
        self.records = {operation.key: Record(operation) for operation in spec.operations}

    def saw(self, method, target, headers, body, reply):
        """Judges one exchange; `reply` is (status, Content-Type, bytes)."""
        path, _, query = target.partition("?")
        operation, texts = self.spec.find(method, urllib.parse.unquote(path))
        with self.lock:
            if operation is None:
                self.strangers.append(f"{method} {path} is not documented")
                return
            record = self.records[operation.key]
            pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
            problems = exchange.request_problems(self.spec, operation, texts, pairs, headers, body)
            problems += exchange.reply_problems(self.spec, operation, *reply)
            for problem in problems:
                record.note(problem)
            record.query |= {name for name, _ in pairs}
            if operation.body is not None and body.strip():
                record.body |= openapi.sent_paths(json.loads(body))
            if reply[0] == 200 and not problems:
                value = json.loads(reply[2]) if operation.reply_schema()[0] == "application/json" else None
                record.reply |= openapi.sent_paths(exchange.unwrapped(operation, value))
                if isinstance(value, list) and value:
                    record.reply.add("[]")
                record.last = texts, pairs, headers, body, reply


def proxy(watch, host, port):
    """A server that hands everything on to the sandbox and shows it to the watch."""
    class Handler(http.server.BaseHTTPRequestHandler):
        """One connection."""
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self):
            """One exchange."""
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            upstream = http.client.HTTPConnection(host, port, timeout=30)
            upstream.request(self.command, self.path, body, {k: v for k, v in headers.items() if k not in HOP})
            reply = upstream.getresponse()
            raw = reply.read()
            upstream.close()
            kind = reply.headers.get("content-type", "")
            try:
                watch.saw(self.command, self.path, headers, body, (reply.status, kind, raw))
            except Exception as problem:  # a mistake of ours must not look like one of the sandbox
                watch.strangers.append(f"{self.command} {self.path}: the validator failed: {problem!r}")
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                if name.lower() not in HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PUT = do_DELETE = answer

        def log_message(self, format, *args):  # pylint: disable=redefined-builtin
            """Says nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def start_sandbox(program, environment):
    """(process, host, port) of a sandbox with the demo account."""
    child = subprocess.Popen([program, "sandbox", "--port", "0", "--seed", "demo"], env=environment, text=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    for line in child.stdout:
        found = re.search(r"http://([\w.]+):(\d+)", line)
        if found:
            threading.Thread(target=child.stdout.read, daemon=True).start()
            return child, found.group(1), int(found.group(2))
    sys.exit("the sandbox did not start")


def make_calls(program, url, environment, watch):
    """Runs call_all.lua; notes what failed; returns the complaints that belong to no operation."""
    done = subprocess.run([program, os.path.join(HERE, "call_all.lua")], text=True, stdin=subprocess.DEVNULL,
                          env=dict(environment, LOFTY_BASE_URL=url, LOFTY_API_KEY="conformance"),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False)
    strangers = [f"call_all.lua ended with {done.returncode}"] if done.returncode else []
    for line in done.stdout.splitlines():
        found = re.match(r"(made|failed) (\S+) (\S+) (.*)", line)
        record = found and watch.records.get((found.group(2), found.group(3)))
        if not record:
            strangers.append(line)
            continue
        record.made += 1
        if found.group(1) == "failed":
            record.note("call: " + found.group(4))
    return strangers


def coverage(spec, record):
    """What of an operation was never seen."""
    operation, problems = record.operation, []
    if not record.made:
        return ["it was not called"]
    problems += [f"query: {name} was never sent" for name in sorted(set(spec.query(operation)) - record.query)]
    if operation.body is not None:
        problems += [f"body: {path} was never sent" for path in sorted(
            spec.paths(operation.body, True) - set(operation.unwritten()) - record.body)]
    schema = operation.reply_schema()[1]
    if schema and record.last:
        lists = {path for path in spec.paths(schema, False) if path.endswith("[]")}
        if spec.resolve(schema)[0].get("type") == "array":
            lists.add("[]")
        lists -= set(openapi.EMPTY.get(operation.key, {}))
        problems += [f"reply: {path} never held anything" for path in sorted(lists - record.reply)]
    return problems


def without_teeth(spec, record):
    """Which mistakes in the operation's last good exchange the validator would let pass."""
    operation, (texts, pairs, headers, body, reply) = record.operation, record.last
    wrong = [("an undocumented parameter", (texts, pairs + [("zz", "1")], headers, body))]
    if operation.method != "GET":
        wrong.append(("no Content-Type", (texts, pairs, dict(headers, **{"content-type": "text/plain"}), body)))
    if operation.body is not None:
        value = json.loads(body)
        more = value + [7] if isinstance(value, list) else dict(value, zz=1)
        wrong.append(("an unknown field", (texts, pairs, headers, json.dumps(more).encode())))
    missed = [what for what, request in wrong if not exchange.request_problems(spec, operation, *request)]
    # Of a text that is no JSON nothing is described but that it is there.
    if "xml" not in reply[1] and not exchange.reply_problems(spec, operation, 200, reply[1], b"7"):
        missed.append("a number for a reply")
    if not exchange.reply_problems(spec, operation, 418, reply[1], b'{"message":"no"}'):
        missed.append("an undocumented status")
    return ["the validator does not notice " + what for what in missed]


def report(spec, watch, verbose):
    """One line for each operation; (passed, failed)."""
    count = [0, 0]
    for record in watch.records.values():
        problems = record.problems + coverage(spec, record)
        if record.last:
            problems += without_teeth(spec, record)
        count[1 if problems else 0] += 1
        print(f"{'FAIL' if problems else 'ok'} {record.operation.method} {record.operation.path}")
        for problem in problems:
            print("  " + problem)
        schema = record.operation.reply_schema()[1]
        unseen = spec.paths(schema, False) - record.reply if schema and record.last else set()
        if verbose and unseen:
            print("  (never in a reply: " + ", ".join(sorted(unseen)) + ")")
    return count


def main():
    """Sandbox, validator and program, one behind the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/loftyrun")
    parser.add_argument("--spec", required=True, help="the OpenAPI file")
    parser.add_argument("--verbose", action="store_true", help="name the members that no reply had")
    options = parser.parse_args()
    if openapi.jsonschema is None:
        sys.exit("Python's jsonschema is missing: apt-get install python3-jsonschema")
    spec = openapi.Spec(options.spec)
    environment = {k: v for k, v in os.environ.items() if not re.match(r"LOFTY|.*_proxy$", k, re.I)}
    program = os.path.abspath(options.bin)
    sandbox, host, port = start_sandbox(program, environment)
    try:
        watch = Watch(spec)
        server = proxy(watch, host, port)
        url = "http://127.0.0.1:%d" % server.server_address[1]
        strangers = make_calls(program, url, environment, watch) + watch.strangers
        server.shutdown()
    finally:
        sandbox.terminate()
        sandbox.wait()
    passed, failed = report(spec, watch, options.verbose)
    for line in strangers:
        print("FAIL " + line)
    failed += len(strangers)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
