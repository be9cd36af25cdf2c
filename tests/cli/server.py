"""A scripted HTTP server on a loopback port: says, byte for byte, what a case tells it to, and remembers what it was asked."""
import re
import socket
import threading
import time


class Reply:
    """One answer. `kind` is reply, drop (hang up without a word) or hang (never answer)."""

    def __init__(self, kind, options, lines):
        self.kind, self.repeat = kind, "repeat" in options
        values = dict(option.split("=", 1) for option in options if "=" in option)
        self.cut = int(values["cut"]) if "cut" in values else None
        self.delay = float(values.get("delay", 0))
        unknown = set(values) - {"cut", "delay"} | {o for o in options if "=" not in o} - {"repeat"}
        if unknown or kind not in ("reply", "drop", "hang"):
            raise ValueError(f"server: cannot read `-- {kind} {' '.join(options)}`")
        blank = lines.index("") if "" in lines else len(lines)
        self.head, self.body = lines[:blank], "\n".join(lines[blank + 1:])

    def parts(self, substitute):
        """(bytes to send, whether the connection stays open). `Content-Length: auto` is filled in."""
        body = substitute(self.body).encode()
        head = [re.sub(r"(?i)^(content-length:) auto$", rf"\1 {len(body)}", substitute(line)) for line in self.head]
        raw = ("\r\n".join(head) + "\r\n\r\n").encode() + body
        framed = any(re.match(r"(?i)content-length:|transfer-encoding:", line) for line in head)
        closing = any(re.match(r"(?i)connection: *close", line) for line in head)
        if self.cut is not None:
            return raw[:self.cut] if self.cut >= 0 else raw[:len(raw) + self.cut], False
        return raw, framed and not closing


def parse_replies(lines):
    """The replies of a `== server` section, each headed by a line `-- reply`, `-- drop` or `-- hang`."""
    replies, current = [], None
    for line in lines + ["-- "]:
        if line.startswith("-- "):
            if current is not None:
                while current[1] and not current[1][-1]:
                    current[1].pop()
                replies.append(Reply(current[0][0], current[0][1:], current[1]))
            words = line[3:].split()
            current = (words, []) if words else None
        elif current is not None:
            current[1].append(line)
        elif line.strip():
            raise ValueError("server: expected a line `-- reply`")
    return replies


class Server:
    """Listens from its creation until close(); answers the n-th request with the n-th reply."""

    def __init__(self, replies):
        self.replies, self.substitute = replies, lambda text: text
        self.requests, self.lock, self.open = [], threading.Lock(), []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            with connection, connection.makefile("rb") as stream:
                while self._answer(connection, stream):
                    pass
        except (OSError, ValueError):
            pass  # the program hung up, as it may

    def _answer(self, connection, stream):
        """Answers one request. False when the connection is over."""
        head = []
        while (line := stream.readline()) not in (b"\r\n", b""):
            head.append(line.decode("latin-1").rstrip("\r\n"))
        if not head:
            return False
        headers = dict(map(str.strip, line.split(":", 1)) for line in head[1:])
        length = next((int(v) for k, v in headers.items() if k.lower() == "content-length"), 0)
        reply = self._record(head[0], headers, stream.read(length).decode("utf-8", "replace"))
        if reply is None:
            connection.sendall(b"HTTP/1.1 500 Unscripted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return False
        time.sleep(reply.delay)
        if reply.kind == "hang":
            return stream.read(1) != b""
        if reply.kind == "drop":
            return False
        raw, stays = reply.parts(self.substitute)
        connection.sendall(raw)
        return stays

    def _record(self, request_line, headers, body):
        """Notes a request; returns its reply, or None after the last."""
        with self.lock:
            number = len(self.requests)
            lines = [request_line.rsplit(" ", 1)[0]]
            lines += sorted(f"{name.lower()}: {value}" for name, value in headers.items())
            self.requests.append(lines + (["", *body.split("\n")] if body else []))
        if number < len(self.replies):
            return self.replies[number]
        return self.replies[-1] if self.replies and self.replies[-1].repeat else None

    def received(self):
        """All requests as lines: `GET /target`, the headers in order, a blank line, the body; one blank line between."""
        with self.lock:
            return [line for i, request in enumerate(self.requests) for line in ([""] if i else []) + request]

    def close(self):
        """Stops listening and hangs up."""
        for listening_or_open in [self.listener, *self.open]:
            try:
                listening_or_open.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # hung up already
        self.listener.close()
