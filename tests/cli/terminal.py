#!/usr/bin/env python3
"""Runs a command on a terminal of its own and answers what it asks, once each and in order:

    terminal.py [PATTERN ANSWER]... -- COMMAND [WORD...]

When the terminal shows PATTERN, ANSWER is typed and Enter pressed; `\\1` in it is what the pattern's group matched. Of an
ANSWER that begins with ! the rest is run by the shell, and what it prints is typed, if it prints anything. Shows in the
end what the terminal showed, without what was typed, and ends with the command's exit code.
"""
import os
import pty
import re
import select
import subprocess
import sys
import termios
import time

PATIENCE = 15  # seconds for each pattern and for the end


def spawn(command):
    """(process, our end of its terminal). The terminal does not echo."""
    ours, theirs = pty.openpty()
    attributes = termios.tcgetattr(theirs)
    attributes[3] &= ~termios.ECHO
    attributes[1] &= ~termios.OPOST
    termios.tcsetattr(theirs, termios.TCSANOW, attributes)
    child = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    return child, ours


def read_more(terminal, deadline):
    """What it shows next; nothing when it has closed. Raises TimeoutError."""
    if not select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]:
        raise TimeoutError
    try:
        return os.read(terminal, 65536).decode("utf-8", "replace")
    except OSError:
        return ""  # that is how Linux says that nobody holds the other end any more


def typed(found, answer):
    """What is typed for an answer, Enter included."""
    if not answer.startswith("!"):
        return found.expand(answer) + "\n"
    return subprocess.run(found.expand(answer[1:]), shell=True, stdout=subprocess.PIPE, text=True, check=True).stdout


def main():
    """The exit code."""
    words = sys.argv[1:]
    split = words.index("--")
    answers = list(zip(words[0:split:2], words[1:split:2]))
    child, terminal = spawn(words[split + 1:])
    shown, seen = "", 0
    try:
        for pattern, answer in answers:
            deadline = time.monotonic() + PATIENCE
            while not (found := re.compile(pattern).search(shown, seen)):
                more = read_more(terminal, deadline)
                if not more:
                    raise EOFError(pattern)
                shown += more
            seen = found.end()
            os.write(terminal, typed(found, answer).encode())
        deadline = time.monotonic() + PATIENCE
        while more := read_more(terminal, deadline):
            shown += more
        status = child.wait(PATIENCE)
    except (TimeoutError, EOFError) as problem:
        print(f"terminal: {type(problem).__name__} {problem}")
        child.kill()
        status = child.wait()
    sys.stdout.write(shown)
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
