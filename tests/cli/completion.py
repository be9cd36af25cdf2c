"""Types into a shell on a terminal of its own and presses TAB, as a person does: completion.py SHELL.

`loftyrun` is a stand-in on PATH: it answers completion like the program and otherwise prints the words that it was
called with. Nothing is waited for but the shell's own answers: a line editor reads its input in order, and the line is
entered by the same bytes as the TAB."""
import os
import pty
import select
import shutil
import subprocess
import sys

# What is typed, TAB where it is pressed, and the words that come of it.
LINES = [
    ("loftyrun insp\b\b\b\bapi leads.update_p\t", ["api", "leads.update_property"]),
    ("loftyrun compl\t", ["completion"]),
    ("loftyrun api leads.creat\t", ["api", "leads.create"]),
    ("loftyrun api leads.update 12 tagsA\tvip", ["api", "leads.update", "12", "tagsAdd=vip"]),
    ("loftyrun --log-lev\tdeb\t", ["--log-level", "debug"]),
    ("loftyrun --log-level=w\t", ["--log-level=warn"]),
    ("loftyrun api --outp\tcsv-\t", ["api", "--output", "csv-plain"]),
    ("loftyrun --sandbox=la\t100 x.lua", ["--sandbox=large:100", "x.lua"]),
    ("loftyrun history und\t", ["history", "undo"]),
    ("loftyrun help TASK_IS_S\t", ["help", "TASK_IS_SMARTPLAN"]),
    ("loftyrun job run nigh\t", ["job", "run", "nightly"]),
    ("loftyrun --profile tea\t", ["--profile", "team"]),
    ("loftyrun --record some\t", ["--record", "some tape"]),
    ("loftyrun some\t", ["some tape"]),
    ("loftyrun state backup --state fold\t", ["state", "backup", "--state", "folder"]),
    ("loftyrun job next --tz America/New_Y\t", ["job", "next", "--tz", "America/New_York"]),
]

# Only bash has a key for all of them at once: what the ambiguous ones may become.
ALL = [
    ("loftyrun ap\x1b*", ["api", "apply"]),
    ("loftyrun --log-level \x1b*", ["--log-level", "debug", "error", "info", "warn"]),
    ("loftyrun job res\x1b*", ["job", "resume"]),
    ("loftyrun api leads.up\x1b*", ["api", "leads.update", "leads.update_property"]),
]

STAND_IN = """#!/bin/sh
case "$1 $2" in
  "completion words" | "completion %s") exec "%s" "$@" ;;
esac
printf 'CALLED'
for word; do printf '<%%s>' "$word"; done
echo 'END'
"""

BEGIN = {
    "bash": (["bash", "--noprofile", "--norc", "-i"], "bind 'set bell-style none'; bind 'set enable-bracketed-paste off'\n"
             ". <(loftyrun completion bash)\n"),
    "zsh": (["zsh", "-f", "-i"], "unsetopt prompt_cr prompt_sp zle_bracketed_paste; unset zle_bracketed_paste\n"
            "autoload -Uz compinit; compinit -D -u\n. <(loftyrun completion zsh)\n"),
}


def prepare():
    """A folder with the stand-in, a file, and what is remembered."""
    program = shutil.which("loftyrun")
    os.mkdir("bin")
    with open("bin/loftyrun", "w", encoding="utf-8") as out:
        out.write(STAND_IN % (sys.argv[1], program))
    os.chmod("bin/loftyrun", 0o755)
    os.mkdir("folder")
    with open("some tape", "w", encoding="utf-8"):
        pass
    environment = dict(os.environ, PATH=os.path.abspath("bin") + ":" + os.environ["PATH"], TERM="dumb", PS1="$ ")
    environment.pop("LOFTY_BASE_URL", None)
    environment.pop("LOFTY_API_KEY", None)
    return environment


def read_until(fd, text, so_far=""):
    """All that the terminal shows up to the text."""
    while text not in so_far:
        if not select.select([fd], [], [], 15)[0]:
            raise TimeoutError(f"no {text!r} in {so_far[-400:]!r}")
        so_far += os.read(fd, 65536).decode("utf-8", "replace")
    return so_far


def called(shown):
    """The words of the last call."""
    call = shown[shown.rindex("CALLED<"):shown.rindex("END")]
    return [word.rstrip("/") for word in call[len("CALLED<"):-1].replace("\r", "").replace("\n", "").split("><")]


def interactive(shell, environment):
    """One shell, line after line."""
    command, begin = BEGIN[shell]
    child, fd = pty.fork()
    if child == 0:
        os.execvpe(command[0], command, environment)
    os.write(fd, (begin + "loftyrun ready\n").encode())
    read_until(fd, "<ready>END")
    results = []
    for typed, expected in LINES + (ALL if shell == "bash" else []):
        os.write(fd, (typed + "\n").encode())
        results.append((typed, expected, called(read_until(fd, ">END"))))
    os.write(fd, b"exit\n")
    os.close(fd)
    os.waitpid(child, 0)
    return results


def fish(environment):
    """fish says itself what a line may become."""
    results = []
    for typed, expected in LINES + ALL:
        line = typed.replace("insp\b\b\b\b", "").split("\t")[0].replace("\x1b*", "")
        done = subprocess.run(["fish", "--no-config", "-c", "loftyrun completion fish | source; complete -C $argv[1]", line],
                              env=environment, capture_output=True, text=True, check=False)
        words = [each.split("\t")[0].rstrip("/") for each in done.stdout.splitlines()]
        last = line.rsplit(" ", 1)[-1]
        wanted = sorted(each for each in expected if each.startswith(last.split("=")[0]) and each != last)
        if last == "tagsA":
            wanted = ["tagsAdd="]
        elif last == "--sandbox=la":
            wanted = ["--sandbox=large:"]
        elif not last:
            wanted = sorted(expected[1:])
        else:
            wanted = [each for each in wanted if each.startswith(last)]
        results.append((typed, wanted, sorted(words) if sorted(words) != wanted else wanted))
    return results


def main():
    """Says what did not become what it should."""
    shell = sys.argv[1]
    if not shutil.which(shell):
        print("as expected")
        return
    environment = prepare()
    results = fish(environment) if shell == "fish" else interactive(shell, environment)
    wrong = [result for result in results if result[1] != result[2]]
    for typed, expected, got in wrong:
        print(f"{typed!r}: expected {expected}, got {got}")
    if not wrong and results:
        print("as expected")


main()
