#!/usr/bin/env python3
"""The guide in docs/ as its reader would go through it: every file in it is written, every command run, and what the
page says comes out must come out.

    tests/guide.py build/loftyrun [PAGE...]

A page is read from top to bottom, in an empty folder, by one shell, with a HOME of its own:

    ```lua finish.lua          the block becomes that file
    ```console                 "$ " is typed, "> " goes on with it; the lines below are what it prints
    ```text                    only looked at

"..." stands for anything on its line, and alone on a line for any number of lines. A command that ends with anything but 0
says so, in a line of its own: "(exit code 4)". What a reader does not see stands in comments of the page:

    <!-- sandbox: demo -->     $LOFTY_BASE_URL is a pretend account of that seed, as if it were the reader's own
    <!-- port: 8765 -->        this number stands for a free one
    <!-- until: COMMAND -->    the reader takes a moment: goes on when the command succeeds
"""
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from checks import check, finish  # noqa: E402
from sandbox_server import Server  # noqa: E402

BIN = os.path.abspath(sys.argv[1])
FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "docs")
PATIENCE = 60  # seconds for one command
DONE = "-- the command is over --"


def pieces(text):
    """What a page has, in its order: (line, kind, words behind the kind, body)."""
    found, kind, words, body, start = [], None, "", [], 0
    for number, line in enumerate(text.splitlines(), 1):
        fence = re.fullmatch(r"```(\w+)? ?(.*)", line)
        comment = re.fullmatch(r"<!-- (\w+): (.*) -->", line)
        if kind is None and fence:
            kind, words, body, start = fence[1] or "nothing", fence[2], [], number
        elif kind is not None and line == "```":
            found.append((start, kind, words, body))
            kind = None
        elif kind is not None:
            body.append(line)
        elif comment:
            found.append((number, comment[1], comment[2], []))
    assert kind is None, f"line {start}: the block has no end"
    return found


def commands(body):
    """(what is typed, the lines that it prints, its exit code) of a console."""
    found = []
    for line in body:
        code = re.fullmatch(r"\(exit code (\d+)\)", line)
        if line.startswith("$ "):
            found.append([line[2:], [], 0])
        elif line.startswith("> ") and not found[-1][1]:
            found[-1][0] += "\n" + line[2:]
        elif code:
            found[-1][2] = int(code[1])
        else:
            found[-1][1].append(line)
    return found


def matches(wanted, lines):
    """Whether the lines are those that the page has."""
    expression = ""
    for line in wanted:
        if line.strip() == "...":
            expression += r"(?:[^\n]*\n)*"
        else:
            expression += r"[^\n]*?".join(re.escape(part) for part in line.rstrip().split("...")) + r"\s*?\n"
    return re.fullmatch(expression, "".join(line + "\n" for line in lines)) is not None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Shell:
    """One bash that reads what is typed, with what it has started."""

    def __init__(self, folder, environment):
        self.output = os.path.join(folder, ".output")
        self.bash = subprocess.Popen(["bash", "--norc"], cwd=folder, env=environment, stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)

    def run(self, command):
        """The lines that the command has printed, and its exit code."""
        self.bash.stdin.write(f"{{ {command}\n}} >{self.output} 2>&1 </dev/null\necho \"{DONE} $?\"\n")
        self.bash.stdin.flush()
        ready, _, _ = select.select([self.bash.stdout], [], [], PATIENCE)
        line = self.bash.stdout.readline() if ready else ""
        with open(self.output, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
        if not line.startswith(DONE):
            raise TimeoutError("\n".join([command, *lines, line]))
        return [line.expandtabs() for line in lines], int(line.rsplit(" ", 1)[1])

    def until(self, command):
        end = time.time() + PATIENCE
        while True:
            lines, code = self.run(command)
            if code == 0:
                return
            if time.time() > end:
                raise TimeoutError("\n".join([command, *lines]))
            time.sleep(0.05)

    def close(self):
        os.killpg(self.bash.pid, signal.SIGTERM)
        try:
            self.bash.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.bash.pid, signal.SIGKILL)
            self.bash.wait()


class Reader:
    """Goes through one page."""

    def __init__(self, name, folder):
        self.name, self.folder, self.ports, self.sandbox = name, folder, {}, None
        home = os.path.join(folder, "home")
        self.work = os.path.join(folder, "work")
        os.makedirs(home)
        os.makedirs(self.work)
        environment = {key: value for key, value in os.environ.items() if not key.startswith("LOFTY")}
        environment.update(HOME=home, PATH=os.path.dirname(BIN) + ":" + environment["PATH"], TZ="UTC", LC_ALL="C.UTF-8")
        self.shell = Shell(self.work, environment)

    def plain(self, text):
        for shown, port in self.ports.items():
            text = text.replace(shown, port)
        return text

    def console(self, line, body):
        for typed, wanted, code in commands(body):
            said, ended = self.shell.run(self.plain(typed))
            fine = ended == code and matches([self.plain(line) for line in wanted], said)
            check(f"{self.name}:{line}: {typed.splitlines()[0]}", fine,
                  "\n".join([f"exit code {ended}, wanted {code}", *said, "-- wanted", *wanted]))

    def take(self, line, kind, words, body):
        if kind == "sandbox":
            self.sandbox = Server(BIN, "--seed", words)
            self.shell.run(f"export LOFTY_BASE_URL={self.sandbox.url} LOFTY_API_KEY=sandbox")
        elif kind == "port":
            self.ports[words] = str(free_port())
        elif kind == "until":
            self.shell.until(self.plain(words))
        elif kind == "console":
            self.console(line, body)
        elif kind == "text":
            pass
        elif words:
            with open(os.path.join(self.work, words), "w", encoding="utf-8") as file:
                file.write(self.plain("\n".join(body) + "\n"))
        else:
            check(f"{self.name}:{line}: the block is tried", False, f"nobody tries ```{kind} without a file's name")

    def close(self):
        self.shell.close()
        if self.sandbox:
            self.sandbox.stop()


def read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        found = pieces(file.read())
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(name, folder)
        try:
            for piece in found:
                reader.take(*piece)
        except TimeoutError as problem:
            check(f"{name}: in time", False, problem)
        finally:
            reader.close()


if __name__ == "__main__":
    pages = sys.argv[2:] or sorted(page for page in os.listdir(FOLDER) if page.endswith(".md"))
    check("there is a guide", len(pages) > 0, FOLDER)
    for page in pages:
        read(page)
    finish()
