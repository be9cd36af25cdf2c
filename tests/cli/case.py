"""One case: read from its file, run in a directory and an environment of its own, and judged. The format: tests/README.md."""
import errno
import os
import re
import shlex
import signal
import socket
import subprocess
import tempfile
import threading
import time

import expect
from server import Server, parse_replies

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PER_STEP = {"stdin", "stdout", "stderr", "exit", "signal", "never", "timeout"}
PER_CASE = {"env", "file", "sandbox", "server", "received", "wrote"}


class Section:
    """`== NAME ARGUMENT...` and the lines below it."""

    def __init__(self, line, number):
        words = line[3:].split()
        self.name, self.arguments, self.number, self.lines = words[0] if words else "", words[1:], number, []

    def body(self):
        """Its lines, without the blank ones that part it from the next section."""
        return expect.lines_of("\n".join(self.lines))

    def argument(self, default=None):
        """Its one argument."""
        return self.arguments[0] if self.arguments else default


class Case:
    """What a case file says: sections of the whole case, and steps, each a command with sections of its own."""

    def __init__(self, path):
        self.path, self.steps, self.sections = path, [], []
        self.name = os.path.basename(path).removesuffix(".case")
        for section in read_sections(path):
            if section.name == "command":
                self.steps.append({"command": section})
            elif section.name in PER_CASE:
                self.sections.append(section)
            elif section.name not in PER_STEP or not self.steps:
                raise ValueError(f"{path}:{section.number}: unexpected section `{section.name}`")
            elif section.name in self.steps[-1]:
                raise ValueError(f"{path}:{section.number}: a second `{section.name}` for one command")
            else:
                self.steps[-1][section.name] = section
        if not self.steps:
            raise ValueError(f"{path}: no command")

    def all(self, name):
        """The sections of the whole case with this name."""
        return [section for section in self.sections if section.name == name]


def read_sections(path):
    """The sections of a file; what stands above the first must be a comment."""
    sections = []
    with open(path, encoding="utf-8") as source:
        for number, line in enumerate(source.read().split("\n"), 1):
            if line.startswith("== "):
                sections.append(Section(line, number))
            elif sections:
                sections[-1].lines.append(line)
            elif line.strip() and not line.startswith("#"):
                raise ValueError(f"{path}:{number}: neither a comment nor a section")
    return sections


def spawn(command, **options):
    """Starts a program. A file written a moment ago may still be open in what another thread has just forked, and then
    the system refuses to run it (ETXTBSY) until that has become its own program."""
    for _ in range(100):
        try:
            return subprocess.Popen(command, **options)
        except OSError as problem:
            if problem.errno != errno.ETXTBSY:
                raise
        time.sleep(0.02)
    raise OSError(errno.ETXTBSY, "still being written", command[0])


class Process:
    """A child of ours with both outputs collected as they come."""

    def __init__(self, command, directory, environment, stdin=None):
        self.text, self.open = {"stdout": b"", "stderr": b""}, 2
        self.changed = threading.Condition()
        self.child = spawn(command, cwd=directory, env=environment, start_new_session=True,
                           stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.threads = [threading.Thread(target=self._collect, args=(name, getattr(self.child, name)), daemon=True)
                        for name in self.text]
        if stdin is not None:
            self.threads.append(threading.Thread(target=self._feed, args=(stdin,), daemon=True))
        for thread in self.threads:
            thread.start()

    def _feed(self, text):
        try:
            with self.child.stdin as pipe:
                pipe.write(text)
        except OSError:
            pass  # it need not read all of it

    def _collect(self, name, pipe):
        while data := os.read(pipe.fileno(), 65536):
            with self.changed:
                self.text[name] += data
                self.changed.notify_all()
        pipe.close()
        with self.changed:
            self.open -= 1
            self.changed.notify_all()

    def output(self, name):
        """What it wrote so far, or altogether once it has ended."""
        return self.text[name].decode("utf-8", "replace")

    def wait_for(self, pattern, names, seconds):
        """Waits until a pattern shows in one of the outputs: the match, or None in the end."""
        def look():
            return next((m for m in (re.search(pattern, self.output(n), re.M) for n in names) if m), None)
        with self.changed:
            self.changed.wait_for(lambda: look() or not self.open, seconds)
            return look()

    def end(self, seconds):
        """Its exit code as a shell shows it, or None when it had to be killed."""
        try:
            status = self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()
            status = None
        for thread in self.threads:
            thread.join(5)
        return status if status is None or status >= 0 else 128 - status


class Run:
    """One run of a case: its directory, its servers, its findings."""

    def __init__(self, case, program, slow):
        self.case, self.program, self.slow = case, program, slow
        self.values, self.problems, self.servers, self.sandboxes = {"PROJECT": ROOT}, [], {}, []
        self.closed = None

    def substitute(self, text, quote=str):
        """Puts values for ${SANDBOX}, ${SERVER}, ${SERVER_NAME}, ${CLOSED}, ${DIR} and ${PROJECT}."""
        return re.sub(r"\$\{([A-Z_]+)\}", lambda m: quote(self.values.get(m.group(1), m.group(0)))
                      if m.group(1) in self.values else m.group(0), text)

    def expected(self, section):
        """The expected lines of a section with values put in."""
        return [self.substitute(line, re.escape if line.startswith("~ ") else str)
                for line in (section.body() if section else [])]

    def compare(self, what, section, actual):
        """Notes where lines are not as expected."""
        parted = expect.difference(self.expected(section), actual)
        if parted:
            self.problems += [f"{what} is not as expected"] + ["  " + line for line in parted]

    def run(self):
        """Runs the case; the list of what went wrong is empty when it passed."""
        with tempfile.TemporaryDirectory(prefix="loftyrun-case-") as top, socket.socket() as self.closed:
            try:
                self.prepare(top)
                for number, step in enumerate(self.case.steps, 1):
                    before = len(self.problems)
                    self.step(step)
                    if len(self.case.steps) > 1 and len(self.problems) > before:
                        self.problems.insert(before, f"command {number} of {len(self.case.steps)}:")
                self.look_back()
            except (ValueError, OSError) as problem:
                self.problems.append(str(problem))
            finally:
                for server in self.servers.values():
                    server.close()
                for sandbox in self.sandboxes:
                    self.stop(sandbox)
        return self.problems

    def prepare(self, top):
        """The directory, the environment, the servers, the files."""
        self.directory = self.values["DIR"] = os.path.join(top, "work")
        for name in ("work", "home", "bin"):
            os.mkdir(os.path.join(top, name))
        self.program_path = os.path.join(top, "bin", "loftyrun")
        with open(self.program_path, "w", encoding="utf-8") as wrapper:
            wrapper.write("#!/bin/sh\nexec " + " ".join(map(shlex.quote, self.program)) + ' "$@"\n')
        os.chmod(self.program_path, 0o755)
        kept = {k: v for k, v in os.environ.items() if re.match(r"(ASAN|UBSAN|LSAN)_OPTIONS$|LD_LIBRARY_PATH$", k)}
        self.environment = {**kept, "PATH": os.path.join(top, "bin") + ":" + os.environ.get("PATH", "/usr/bin:/bin"),
                            "HOME": os.path.join(top, "home"), "LANG": "C.UTF-8", "TMPDIR": top}
        # Bound, so that nobody else gets the port meanwhile, and never listening.
        self.closed.bind(("127.0.0.1", 0))
        self.values["CLOSED"] = f"http://127.0.0.1:{self.closed.getsockname()[1]}"
        self.start_servers()
        for line in [line for section in self.case.all("env") for line in section.body()]:
            name, equals, value = self.substitute(line).partition("=")
            self.environment.pop(name, None)
            if equals:
                self.environment[name] = value
        for section in self.case.all("file"):
            path = os.path.join(self.directory, section.argument())
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as out:
                out.write("".join(self.substitute(line) + "\n" for line in section.body()))
            os.chmod(path, 0o755 if "executable" in section.arguments else 0o644)

    def start_servers(self):
        """Servers and sandboxes; the first of them is what loftyrun talks to unless the case says otherwise."""
        for section in self.case.all("server"):
            server = Server(parse_replies(section.lines))
            server.substitute = self.substitute
            self.servers[section.argument("")] = server
            self.point_at("_".join(filter(None, ["SERVER", section.argument("").upper()])), server.url)
        for section in self.case.all("sandbox"):
            command = [self.program_path, "sandbox", "--port", "0"]
            sandbox = Process(command + ["--seed", section.argument("demo")], self.directory, self.environment)
            self.sandboxes.append(sandbox)
            found = sandbox.wait_for(r"http://[\w.]+:\d+", ("stdout", "stderr"), 20 * self.slow)
            if not found:
                raise ValueError("the sandbox did not say where it listens: " + sandbox.output("stderr"))
            self.point_at("SANDBOX", found.group(0))

    def point_at(self, name, url):
        """Makes a server known by name, and the default where there is none yet."""
        self.values[name] = url
        self.environment.setdefault("LOFTY_BASE_URL", url)
        self.environment.setdefault("LOFTY_API_KEY", "test-key")

    def step(self, step):
        """Runs one command and judges what it did."""
        command = shlex.split(self.substitute("\n".join(step["command"].body())))
        stdin = self.substitute("\n".join(step["stdin"].body() + [""])).encode() if "stdin" in step else None
        command[0] = self.which(command[0])
        process = Process(command, self.directory, self.environment, stdin)
        seconds = float(step["timeout"].argument() if "timeout" in step else 20) * self.slow
        if "signal" in step:
            self.send(process, step["signal"], seconds)
        status = process.end(seconds)
        if status is None:
            self.problems.append(f"still running after {seconds:g} s, killed")
        wanted = int(step["exit"].argument()) if "exit" in step else 0
        if status is not None and status != wanted:
            self.problems.append(f"exit code {status}, expected {wanted}")
        for name in ("stdout", "stderr"):
            self.compare(name, step.get(name), expect.lines_of(process.output(name)))
        for pattern in self.expected(step.get("never")):
            for name in ("stdout", "stderr"):
                if re.search(pattern.removeprefix("~ "), process.output(name)):
                    self.problems.append(f"{name} holds what it never should: {pattern}")

    def which(self, name):
        """Where a command is: loftyrun is the program under test."""
        return next((path for path in (os.path.join(directory, name) for directory in self.environment["PATH"].split(":"))
                     if os.access(path, os.X_OK)), name) if "/" not in name else name

    def send(self, process, section, seconds):
        """`== signal INT when stdout`: sends it once the body's pattern shows there."""
        stream = section.arguments[2] if len(section.arguments) > 2 else "stdout"
        pattern = "\n".join(self.expected(section)).removeprefix("~ ")
        if not process.wait_for(pattern, (stream,), seconds):
            self.problems.append(f"no signal sent: {stream} never showed {pattern}")
        process.child.send_signal(getattr(signal, "SIG" + section.argument()))

    def look_back(self):
        """What the servers were asked and what was left in files."""
        for section in self.case.all("received"):
            self.compare(f"what the server{' ' + section.argument('') if section.arguments else ''} received",
                         section, self.servers[section.argument("")].received())
        for section in self.case.all("wrote"):
            with open(os.path.join(self.directory, section.argument()), encoding="utf-8") as written:
                self.compare("file " + section.argument(), section, expect.lines_of(written.read()))

    def stop(self, sandbox):
        """Ends a sandbox as a person would; a sanitizer's finding in it counts."""
        sandbox.child.terminate()
        status = sandbox.end(10 * self.slow)
        if status not in (0, 143):
            self.problems += [f"the sandbox ended with {status}"] + expect.lines_of(sandbox.output("stderr"))
