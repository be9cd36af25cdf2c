"""A proxy before the sandbox that kills its client with SIGKILL at one of its requests, before that is carried out or after;
and what tries all those moments."""
import concurrent.futures
import contextlib
import http.client
import http.server
import signal
import sys
import threading


class Proxy(http.server.BaseHTTPRequestHandler):
    """Passes requests on, and kills the client at one of them. Each trial has a subclass."""

    protocol_version = "HTTP/1.1"
    upstream, client, left, forward, killed, requests, port = None, None, 0, False, False, 0, None

    def log_message(self, *_):
        """Nothing."""

    def passed_on(self):
        """The reply of the sandbox."""
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        connection.request(self.command, self.path, body, dict(self.headers))
        reply = connection.getresponse()
        return reply.status, reply.read(), reply.headers

    def do_GET(self):  # pylint: disable=invalid-name
        """Any request."""
        proxy = type(self)
        proxy.left -= 1
        proxy.requests += 1
        if proxy.left == 0 and not proxy.forward:
            self.kill()
            return
        status, body, headers = self.passed_on()
        if proxy.left == 0:
            self.kill()
            return
        self.send_response(status)
        for name in ("Content-Type", "Date"):
            if headers[name]:
                self.send_header(name, headers[name])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_DELETE = do_GET

    def kill(self):
        """Ends the client with SIGKILL."""
        proxy = type(self)
        # Told first: whoever waits for the client goes on as soon as it has ended.
        proxy.killed, self.close_connection = True, True
        proxy.client.send_signal(signal.SIGKILL)


@contextlib.contextmanager
def before(port):
    """A proxy of its own before the sandbox at that port."""
    proxy = type("ProxyOfOne", (Proxy,), {"upstream": port})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), proxy) as server:
        proxy.port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield proxy
        finally:
            server.shutdown()


def try_all(one):
    """Ends the program. `one(at, forward)` gives the requests of a run that is killed at one of them (0: at none), whether it
    was killed, and what is wrong in the end."""
    requests, _, wrong = one(0, False)
    moments = [(at, forward) for at in range(1, requests + 1) for forward in (False, True)]
    failures = [f"not killed: {'; '.join(wrong)}"] if wrong else []
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for (at, forward), (_, killed, wrong) in zip(moments, pool.map(lambda moment: one(*moment), moments)):
            # What was just made does not show at once, so that one run asks once more than another.
            if wrong or not killed and at < requests:
                failures.append(f"killed {'after' if forward else 'before'} request {at}: {'; '.join(wrong) or 'not at all'}")
    for failure in failures:
        print(failure)
    print(f"killed at {'20 moments or more' if len(moments) >= 20 else len(moments)}, {len(failures)} failures")
    sys.exit(1 if failures else 0)
