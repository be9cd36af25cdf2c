"""Headless Chromium, driven through its DevTools protocol: a WebSocket of our own (RFC 6455) and what the test of the status page
needs of the protocol, so that nothing has to be installed besides the browser."""
import base64
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import urllib.request

TIMEOUT = 60
NAMES = ("chromium", "chromium-browser", "google-chrome")


def find():
    """The browser's path, or None."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Socket:
    """One WebSocket, of texts."""

    def __init__(self, url):
        host, port, target = re.fullmatch(r"ws://([^:/]+):(\d+)(/.*)", url).groups()
        self.line = socket.create_connection((host, int(port)), timeout=TIMEOUT)
        key = base64.b64encode(os.urandom(16)).decode()
        self.line.sendall((f"GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            self.rest += self.line.recv(4096)
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise ConnectionError(head.decode())

    def read(self, count):
        while len(self.rest) < count:
            part = self.line.recv(65536)
            if not part:
                raise ConnectionError("the browser has hung up")
            self.rest += part
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def send(self, text, kind=1):
        data, mask = text.encode() if isinstance(text, str) else text, os.urandom(4)
        size = len(data)
        length = bytes([0x80 | size]) if size < 126 else struct.pack(">BH", 0x80 | 126, size) if size < 65536 \
            else struct.pack(">BQ", 0x80 | 127, size)
        self.line.sendall(bytes([0x80 | kind]) + length + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def receive(self):
        """The next text."""
        whole = b""
        while True:
            first, second = self.read(2)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack(">H", self.read(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self.read(8))[0]
            data = self.read(size)
            if first & 0x0F == 9:
                self.send(data, 10)
            elif first & 0x0F in (0, 1):
                whole += data
                if first & 0x80:
                    return whole.decode()


class Browser:
    """A browser with one page. What it asks for, and what it complains of, is kept."""

    def __init__(self, path, *options):
        self.folder = tempfile.mkdtemp(prefix="browser.")
        self.child = subprocess.Popen(
            [path, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-port=0",
             "--no-first-run", "--disable-background-networking", "--user-data-dir=" + self.folder, *options, "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        line = ""
        while "DevTools listening on" not in line:
            line = self.child.stderr.readline()
            if not line:
                raise RuntimeError("the browser did not begin")
        port = re.search(r"ws://[^:]+:(\d+)/", line).group(1)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=TIMEOUT) as reply:
            page = next(one for one in json.load(reply) if one["type"] == "page")
        self.socket, self.number, self.events = Socket(page["webSocketDebuggerUrl"]), 0, []
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.ask(domain + ".enable")

    def ask(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.receive())
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def wait(self, method):
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end:
            for event in self.events:
                if event.get("method") == method:
                    return event["params"]
            self.events.append(json.loads(self.socket.receive()))
        raise TimeoutError(method)

    def go(self, url):
        """Loads a page; what was seen before is forgotten. The status of its reply."""
        self.events = []
        self.ask("Page.navigate", url=url)
        self.wait("Page.loadEventFired")
        self.evaluate("document.fonts.ready.then(() => 1)")
        replies = [e["params"]["response"] for e in self.events if e.get("method") == "Network.responseReceived"]
        return next((reply["status"] for reply in replies if reply["url"].split("#")[0] == url), None)

    def evaluate(self, expression):
        result = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"])
        return result["result"].get("value")

    def asked(self):
        """The URLs that it has asked for."""
        return [e["params"]["request"]["url"] for e in self.events if e.get("method") == "Network.requestWillBeSent"]

    def complaints(self):
        """What is on the console."""
        return [json.dumps(e["params"])[:500] for e in self.events
                if e.get("method") in ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")]

    def look(self, width, height, dark):
        """A window of that size, in light or dark."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2, mobile=width < 600)
        self.ask("Emulation.setEmulatedMedia",
                 features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def picture(self, file):
        """All of the page, as PNG."""
        picture = self.ask("Page.captureScreenshot", captureBeyondViewport=True, format="png")
        with open(file, "wb") as out:
            out.write(base64.b64decode(picture["data"]))

    def close(self):
        try:
            self.ask("Browser.close")
            self.child.wait(TIMEOUT)
        except (OSError, RuntimeError, subprocess.TimeoutExpired):
            self.child.kill()
            self.child.wait()
        self.child.stderr.close()
        shutil.rmtree(self.folder, ignore_errors=True)
