#!/usr/bin/env python3
"""What `loftyrun job install` writes, read by those it is written for.

    tests/oracle_install.py build/loftyrun [whole]

systemd's own program tells when the timers of 50 expressions come, on both sides of a change of the clocks, and that is
compared with `loftyrun job next`; it judges the units too. Without systemd-analyze that half is skipped. The crontab's
lines are taken apart as two crons do it, the rest is given to sh, and the script has to see its arguments as they were.
Without `whole` every third expression is asked, in one zone.
"""
import datetime
import os
import re
import shutil
import subprocess
import sys
import tempfile

from oracle_cron import EXPRESSIONS

UTC = datetime.timezone.utc
COUNT = 200
YEARS = 9 * 366 * 86400  # a timer's calendar is exact for ten
# A zone, and a moment some days before its clocks change.
ZONES = [("America/New_York", "2027-03-08T00:00Z"), ("America/New_York", "2027-11-01T00:00Z"),
         ("Europe/Dublin", "2027-10-25T00:00Z"), ("Europe/Dublin", "2027-03-23T00:00Z"),
         ("Australia/Lord_Howe", "2027-03-30T00:00Z"), ("Australia/Lord_Howe", "2027-09-28T00:00Z"),
         ("Asia/Beirut", "2027-03-23T00:00Z"), ("America/Havana", "2027-11-02T00:00Z"),
         ("Asia/Kathmandu", "2027-01-01T00:00Z"), ("Etc/UTC", "2027-01-01T00:00Z"),
         ("Africa/Casablanca", "2027-02-01T00:00Z"), ("Antarctica/Troll", "2027-03-23T00:00Z")]
ARGUMENTS = ["--apply", "it's", "5%", "a\\%b", "\\", "\\\\", "a\\\\%%\\'", "$HOME `id` \"q\"", "a b", "", "*", "~", "#x", ";", "\t",
             "\u00e4\u20ac", "!", "x=y", "&&", "(", "$$", "%n", "%%", "\\n"]


class Report:
    """Counts the tests."""

    def __init__(self):
        self.passed = self.failed = self.instants = 0

    def test(self, name, problem):
        """One test; `problem` is what is wrong, or nothing."""
        print(f"FAIL {name}\n  {problem}" if problem else f"ok {name}")
        self.failed += bool(problem)
        self.passed += not problem


def loftyrun(program, *words, **more):
    """Runs it; what it printed."""
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False, **more)
    if done.returncode != 0:
        raise RuntimeError(f"{words}: exit code {done.returncode}: {done.stderr}")
    return done.stdout


def wanted(program, expression, zone, start):
    """The instants as loftyrun has them, in seconds."""
    lines = loftyrun(program, "job", "next", expression, str(COUNT), "--tz", zone, "--from", start, "-o", "jsonl")
    instants = [int(datetime.datetime.fromisoformat(re.search(r'"at":"([^"]+)"', line).group(1)).timestamp())
                for line in lines.splitlines()]
    return [instant for instant in instants if instant < instants[0] + YEARS]


def written(program, script, expression, zone, start):
    """The lines OnCalendar= of the timer that is written for it."""
    units = loftyrun(program, "job", "install", expression, script, "--systemd=user", "--tz", zone, "--from", start)
    return re.findall(r"^OnCalendar=(.*)$", units, re.M)


def elapses(calendars, start, until):
    """When systemd says that these come, up to a moment, each instant once."""
    base = datetime.datetime.fromisoformat(start.replace("Z", "+00:00")).strftime("%Y-%m-%d %H:%M:%S UTC")
    done = subprocess.run(["systemd-analyze", "calendar", f"--iterations={COUNT}", f"--base-time={base}", *calendars],
                          capture_output=True, text=True, check=False, env={**os.environ, "TZ": "UTC", "LC_ALL": "C"})
    if done.returncode != 0:
        raise RuntimeError(f"systemd-analyze: {done.stderr}")
    times = re.findall(r"(?:elapse|#\d+): \w+ (\d+-\d+-\d+ \d+:\d+:\d+) UTC", done.stdout)
    found = {int(datetime.datetime.strptime(time, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp()) for time in times}
    return sorted(second for second in found if second <= until)


def show(seconds):
    """Some instants for a message."""
    return ", ".join(datetime.datetime.fromtimestamp(second, UTC).strftime("%F %T") for second in sorted(seconds)[:5])


def compare_timers(report, program, script, is_whole):
    """Each expression in some zone, or in all."""
    for index, expression in enumerate(EXPRESSIONS if is_whole else EXPRESSIONS[::3]):
        for zone, start in ZONES if is_whole else [ZONES[index % len(ZONES)]]:
            ours = wanted(program, expression, zone, start)
            theirs = elapses(written(program, script, expression, zone, start), start, ours[-1])
            missing, surplus = set(ours) - set(theirs), set(theirs) - set(ours)
            report.instants += len(ours)
            report.test(f"systemd comes with {expression} in {zone} from {start}", (missing or surplus) and
                        f"{len(missing)} missing: {show(missing)}; {len(surplus)} too many: {show(surplus)}")


def judge_units(report, program, script, folder):
    """What systemd says of the units themselves."""
    units = os.path.join(folder, "units")
    loftyrun(program, "job", "install", "15 6 * * *", script, f"--systemd={units}", "--apply", "--", *ARGUMENTS)
    loftyrun(program, "job", "install", "--service", script, f"--systemd={units}", "--apply")
    files = sorted(os.path.join(units, name) for name in os.listdir(units))
    done = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True, check=False)
    report.test("systemd-analyze verify has nothing to say", done.returncode != 0 and done.stderr or
                [line for line in done.stderr.splitlines() if "loftyrun" in line])
    for file in [name for name in files if name.endswith(".service")]:
        done = subprocess.run(["systemd-analyze", "security", "--offline=yes", file], capture_output=True, text=True, check=False)
        level = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
        report.test(f"the exposure of {os.path.basename(file)} is below 2.5", not level and done.stderr or
                    float(level.group(1)) >= 2.5 and level.group(0))


def as_vixie(command, collapses):
    """The command that sh gets, and what of the line is its input: do_command.c of Vixie cron and of cronie, which differ
    in whether a backslash before another goes away."""
    out, escaped = "", False
    for at, character in enumerate(command):
        if escaped:
            if character == "%" or (collapses and character == "\\"):
                out = out[:-1]
            out += character
            escaped = False
        elif character == "%":
            return out, command[at + 1:]
        else:
            escaped = character == "\\"
            out += character
    return out, None


def compare_crontab(report, program, folder):
    """Crontab lines, through two crons' reading and sh, to the script."""
    script = os.path.join(folder, "it's 100%.lua")
    with open(script, "w", encoding="utf-8") as out:
        # A job is quiet as long as it does not fail.
        out.write('for i = 1, #arg do print(("%q"):format(arg[i])) end\nos.exit(9)\n')
    expected = subprocess.run([program, "--", script, *ARGUMENTS], capture_output=True, check=False).stdout
    text = loftyrun(program, "job", "install", "15 6 * * *", script, "--name", "x", "--", *ARGUMENTS)
    line = [line for line in text.splitlines() if not line.startswith("#")][0]
    for collapses in False, True:
        command, rest = as_vixie(line.split(" ", 5)[5], collapses)
        got = subprocess.run(["sh", "-c", command], capture_output=True, check=False, cwd="/")
        report.test(f"arguments arrive through {'Vixie cron' if collapses else 'cronie'} and sh",
                    rest is not None and f"cut at a %: {rest}" or
                    got.stdout != expected and f"{got.stdout!r} {got.stderr!r}")


def as_systemd(line):
    """The words of an ExecStart= line, by the quoting rules of systemd.service(5) and systemd.syntax(7)."""
    words, word, at, quoted = [], None, 0, False
    while at < len(line):
        character = line[at]
        at += 1
        if character == '"':
            quoted, word = not quoted, word or ""
        elif character == " " and not quoted:
            words, word = words + ([] if word is None else [word]), None
        elif character == "\\":
            if line[at] == "x":
                word, at = (word or "") + chr(int(line[at + 1:at + 3], 16)), at + 3
            else:
                word, at = (word or "") + {"\\": "\\", '"': '"'}[line[at]], at + 1
        else:
            if character in "%$":
                assert line[at] == character, line
                at += 1
            word = (word or "") + character
    return words + ([] if word is None else [word])


def compare_exec(report, program, script):
    """The words of ExecStart=, by an independent reading."""
    units = loftyrun(program, "job", "install", "15 6 * * *", script, "--systemd", "--", *ARGUMENTS)
    words = as_systemd(re.search(r"^ExecStart=(.*)$", units, re.M).group(1))
    report.test("ExecStart= holds the arguments", words[-len(ARGUMENTS):] != ARGUMENTS and words)


def compare_fields(report, program, script):
    """The five fields as they are written for cron mean what was given."""
    with tempfile.TemporaryDirectory() as home:
        for expression in EXPRESSIONS:
            text = loftyrun(program, "job", "install", expression, script, env={**os.environ, "HOME": home})
            fields = [line for line in text.splitlines() if not line.startswith("#")][0].split(" /")[0]
            same = wanted(program, expression, "Etc/UTC", "2027-01-01T00:00Z") == \
                wanted(program, fields, "Etc/UTC", "2027-01-01T00:00Z")
            numbers = re.fullmatch(r"[-0-9*/, ]+", fields) and len(fields.split()) == 5
            stars = [fields.split()[0][0] == "*", fields.split()[1][0] == "*"]
            # Vixie cron takes a * at the front of minutes or hours for a job that goes by the clock.
            by_clock = expression.split()[1] in ("*", "0-23")
            report.test(f"the crontab's fields of {expression}: {fields}",
                        not (same and numbers) and "they mean something else" or any(stars) != by_clock and "wrong stars")


def main():
    """Everything."""
    program = os.path.abspath(sys.argv[1])
    report = Report()
    with tempfile.TemporaryDirectory(prefix="loftyrun-install-") as folder:
        script = os.path.join(folder, "script.lua")
        with open(script, "w", encoding="utf-8") as out:
            out.write("print(1)\n")
        compare_fields(report, program, script)
        compare_crontab(report, program, folder)
        compare_exec(report, program, script)
        if shutil.which("systemd-analyze"):
            compare_timers(report, program, script, "whole" in sys.argv[2:])
            judge_units(report, program, script, folder)
        else:
            print("skip what systemd-analyze says: it is not on this machine")
    print(f"{report.instants} instants compared with systemd")
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
