#!/usr/bin/env python3
"""Drives loftyrun through a real terminal (tmux) and compares its screens: `run.py PATH...` runs dialogues, files of
sections like a case's, or directories of them. tests/README.md describes them."""
import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "cli"))

import expect  # noqa: E402
from case import PER_CASE, Run, read_sections  # noqa: E402

STEPS = {"command", "type", "keys", "paste", "resize", "screen", "never", "exit"}
PATIENCE = 30  # seconds for a screen; it is there as soon as it is right
PROMPT = re.compile(r"(\S+( \(dry\))?>| +>>)$")
CONFIGURATION = """\
set -g remain-on-exit on
set -g status off
set -g default-terminal screen
set -s escape-time 0
set -g history-limit 5000
"""


class Dialogue:
    """What a file says: sections of the whole dialogue, and steps in their order."""

    def __init__(self, path):
        self.path, self.steps, self.sections = path, [], []
        self.name = os.path.basename(path)
        for section in read_sections(path):
            if section.name in PER_CASE - {"received"}:
                self.sections.append(section)
            elif section.name in STEPS:
                self.steps.append(section)
            else:
                raise ValueError(f"{path}:{section.number}: unexpected section `{section.name}`")
        if not self.steps or self.steps[0].name != "command":
            raise ValueError(f"{path}: the first step is no command")

    def all(self, name):
        """The sections of the whole dialogue with this name."""
        return [section for section in self.sections if section.name == name]


class Conversation(Run):
    """One run of a dialogue. A case's Run prepares directory, environment and servers, and looks back in the end."""

    def prepare(self, top):
        super().prepare(top)
        self.servers["(terminal)"] = self
        self.socket = os.path.join(top, "tmux")
        self.started, self.step_number = False, 0
        self.environment.setdefault("TERM", "screen")
        with open(self.socket + ".conf", "w", encoding="utf-8") as out:
            out.write(CONFIGURATION)

    def tmux(self, *words, check=True, stdin=None):
        """What a command of tmux prints."""
        environment = {**self.environment, "TERM": "screen"}
        done = subprocess.run(["tmux", "-u", "-S", self.socket, "-f", self.socket + ".conf", *words], check=False,
                              capture_output=True, text=True, env=environment, cwd=self.directory, input=stdin)
        if check and done.returncode != 0:
            raise ValueError(f"tmux {words[0]}: {done.stderr.strip()}")
        return done.stdout

    def close(self):
        """As a server of the run: it ends before the directory goes."""
        self.tmux("kill-server", check=False)

    def step(self, step):
        """One step; after the first that fails the others mean nothing."""
        if not self.problems:
            getattr(self, "do_" + step.name)(step)
            if self.problems:
                self.problems[0] = f"line {step.number}: {self.problems[0]}"

    def do_command(self, step):
        """Starts the program on a screen of the size that is named, 80 by 24 where none is."""
        if self.started:
            self.tmux("kill-server", check=False)
            self.wait(lambda: not self.tmux("list-sessions", check=False))
        columns, rows = step.arguments or ("80", "24")
        command = self.substitute("\n".join(step.body()))
        # A wait that keeps what the program printed last on the screen before tmux says that it is dead.
        self.tmux("new-session", "-d", "-x", columns, "-y", rows, "-s", "s",
                  f"exec 3>exit; {command}; echo $? >&3; exec sleep 1000")
        self.started = True

    def text(self, step):
        return self.substitute("\n".join(step.body()))

    def do_type(self, step):
        """Types text as it is, with Enter behind each line; the next line when there is a prompt again."""
        for number, line in enumerate(step.body()):
            if number > 0 and not self.wait(lambda: PROMPT.match((self.screen() or [""])[-1])):
                self.problems.append(f"no prompt for: {line}")
                return
            text = self.substitute(line)
            self.tmux("send-keys", "-t", "s", "-l", "--", text)
            # Enter only when the line is on the screen: until then the row may be the prompt of before.
            self.wait(lambda shown=text.strip()[-8:]: shown in "".join(self.screen()[-2:]))
            self.tmux("send-keys", "-t", "s", "Enter")

    def do_keys(self, step):
        """Presses keys by their names in tmux; a line that begins with ' is text."""
        for line in step.body():
            if line.startswith("'"):
                self.tmux("send-keys", "-t", "s", "-l", "--", self.substitute(line[1:]))
            else:
                self.tmux("send-keys", "-t", "s", *line.split())

    def do_paste(self, step):
        """Pastes lines, bracketed where the program has asked for that."""
        self.tmux("load-buffer", "-", stdin=self.text(step) + "\n")
        self.tmux("paste-buffer", "-p", "-t", "s")

    def do_resize(self, step):
        self.tmux("resize-window", "-t", "s", "-x", step.arguments[0], "-y", step.arguments[1])

    def screen(self):
        """The rows of the screen, without blanks at their ends and without blank rows at the end."""
        return expect.lines_of("\n".join(line.rstrip() for line in self.tmux("capture-pane", "-p", "-t", "s").split("\n")))

    def wait(self, is_there):
        """Waits until something is there; whether it came."""
        until = time.monotonic() + PATIENCE * self.slow
        while not is_there():
            if time.monotonic() > until:
                return False
            time.sleep(0.03)
        return True

    def do_screen(self, step):
        """Waits for a screen."""
        expected = self.expected(step)
        if not self.wait(lambda: not expect.difference(expected, self.screen())):
            self.compare("the screen", step, self.screen())
            self.problems = self.problems or ["the screen came too late"]

    def do_never(self, step):
        """What must not have been on the screen up to now."""
        shown = self.tmux("capture-pane", "-p", "-S", "-", "-t", "s")
        self.problems += [f"the screen showed {line}" for line in self.expected(step) if line in shown]

    def do_exit(self, step):
        """Waits for the program's end and its exit code."""
        path = os.path.join(self.directory, "exit")

        def ended():
            with open(path, encoding="utf-8") as written:
                return written.read().strip()
        if not self.wait(lambda: os.path.exists(path) and ended()):
            self.problems.append("it still runs")
        elif ended() != step.argument("0"):
            self.problems.append(f"exit code {ended()}, expected {step.argument('0')}")


def run(job):
    """(path, what went wrong) of one dialogue."""
    path, program, slow = job
    try:
        return path, Conversation(Dialogue(path), [program], slow).run()
    except Exception as problem:  # one that cannot be read has failed, the others still run
        return path, [f"{type(problem).__name__}: {problem}"]


def main():
    """Every dialogue of the directories named, this one by default."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", default=[HERE])
    parser.add_argument("--bin", default="build/loftyrun")
    parser.add_argument("--slow", type=float, default=1, help="multiplies every time limit")
    options = parser.parse_args()
    if not shutil.which("tmux"):
        print("FAIL terminal: tmux is not on this machine; make deps installs it\n0 passed, 1 failed")
        return 1
    files = [file for path in options.paths
             for file in (sorted(glob.glob(path + "/*.dialogue")) if os.path.isdir(path) else [path])]
    jobs = [(path, os.path.abspath(options.bin), options.slow) for path in files]
    passed = 0
    with concurrent.futures.ThreadPoolExecutor(max(2, min(4, os.cpu_count() or 2))) as pool:
        for path, problems in pool.map(run, jobs):
            print(f"{'FAIL' if problems else 'ok'} {os.path.relpath(path)}")
            for line in problems:
                print("  " + line)
            sys.stdout.flush()
            passed += not problems
    print(f"{passed} passed, {len(jobs) - passed} failed")
    return 0 if jobs and passed == len(jobs) else 1


if __name__ == "__main__":
    sys.exit(main())
