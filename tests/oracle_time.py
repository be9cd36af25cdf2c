#!/usr/bin/env python3
"""Clocks of many zones, as the shipped program and as Python's zoneinfo read them from the same database.

    tests/oracle_time.py build/loftyrun [HOW_MANY [SEED]]

Two questions, each about random zones and about the zones with strange habits: what a clock shows at an instant, and at
which instant it shows a time. Half of the times are near a change of that zone's clocks. Python's rule for a time that
is skipped or comes twice (fold=0) is the one that lofty.time states.
"""
import datetime
import os
import random
import subprocess
import sys
import tempfile
import zoneinfo

SCRIPT = r"""
local time = require("lofty").time
for line in io.lines() do
  local kind, zone, number = line:match("^(%a) (%S+) (%S+)$")
  if kind == "i" then
    local f = time.fields(math.tointeger(tonumber(number)) * 1000, zone)
    print(("%04d-%02d-%02dT%02d:%02d:%02d %d %d"):format(f.year, f.month, f.day, f.hour, f.minute, f.second, f.weekday,
      f.offset))
  else
    local year, month, day, hour, minute, second = number:match("^(%d+)%-(%d+)%-(%d+)T(%d+):(%d+):(%d+)$")
    local function n(text) return math.tointeger(tonumber(text)) end
    print(time.moment { year = n(year), month = n(month), day = n(day), hour = n(hour), minute = n(minute),
      second = n(second), zone = zone } // 1000)
  end
end
"""

STRANGE = ["Pacific/Apia", "Australia/Lord_Howe", "Europe/Dublin", "America/St_Johns", "Asia/Kathmandu",
           "Africa/Casablanca", "America/Havana", "Asia/Beirut", "America/Sao_Paulo", "Antarctica/Troll", "Asia/Gaza",
           "Africa/Monrovia", "Pacific/Kwajalein", "Pacific/Chatham", "America/Los_Angeles", "Europe/London",
           "America/Nuuk", "Asia/Tehran"]
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
SECOND = datetime.timedelta(seconds=1)
# March 1970 to 2100: as milliseconds, the first weeks of 1970 look like seconds of today, and are refused as such.
FIRST, LAST = 59 * 86400, 4133980800


def moment(seconds, zone=UTC):
    """The instant as a time of the zone."""
    return (EPOCH + seconds * SECOND).astimezone(zone)


def changes(zone):
    """The instants at which the zone's offset changes."""
    found, step = [], 6 * 86400  # no two changes are nearer to each other
    before = moment(FIRST, zone).utcoffset()
    for day in range(FIRST, LAST, step):
        after = moment(day + step, zone).utcoffset()
        if after != before:
            low, high = day, day + step
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if moment(middle, zone).utcoffset() == before else (low, middle)
            found.append(high)
        before = after
    return found


class Questions:
    """Lines for the script, each with the answer that Python gives."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines, self.answers = [], []
        known = sorted(name for name in zoneinfo.available_timezones() if "/" in name)
        self.zones = [name for name in STRANGE if name in known] + self.random.sample(known, 30)
        self.changes = {name: changes(zoneinfo.ZoneInfo(name)) for name in self.zones}

    def instant(self, name, seconds):
        """What a clock shows at an instant."""
        shown = moment(seconds, zoneinfo.ZoneInfo(name))
        self.lines.append(f"i {name} {seconds}")
        offset = int(shown.utcoffset().total_seconds())
        self.answers.append(f"{shown.replace(tzinfo=None).isoformat()} {shown.isoweekday()} {offset}")

    def wall(self, name, seconds):
        """When a clock shows a time, here as seconds since the clock showed 1970."""
        naive = moment(seconds).replace(tzinfo=None)
        self.lines.append(f"w {name} {naive.isoformat()}")
        instant = naive.replace(tzinfo=zoneinfo.ZoneInfo(name), fold=0)
        self.answers.append(str((instant.astimezone(UTC) - EPOCH) // SECOND))

    def near_change(self, name):
        """An instant at most a day and a bit from a change; often within the hour, sometimes to the second."""
        at = self.random.choice(self.changes[name])
        reach = self.random.choice([1, 3600, 7200, 100000])
        return max(at + self.random.randint(-reach, reach), FIRST)

    def ask(self):
        """One more question."""
        name = self.random.choice(self.zones)
        seconds = self.random.randrange(FIRST, LAST)
        if self.changes[name] and self.random.random() < 0.5:
            seconds = self.near_change(name)
        if self.random.random() < 0.5:
            self.instant(name, seconds)
        else:
            offset = moment(seconds, zoneinfo.ZoneInfo(name)).utcoffset() // SECOND
            self.wall(name, seconds + offset + self.random.choice([0, 0, -3600, 1800, 3600]))


def answers(program, lines):
    """What the script says to all lines. The machine's zone is a strange one, and must not get in."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT)
        script.flush()
        environment = dict(os.environ, TZ="Pacific/Chatham")
        done = subprocess.run([program, script.name], input="\n".join(lines) + "\n", capture_output=True, text=True,
                              env=environment, timeout=120, check=False)
    return done.stdout.split("\n")[:-1], done.stderr


def main():
    """Asks, compares, counts."""
    program = sys.argv[1]
    how_many = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.SystemRandom().randrange(1 << 32)
    questions = Questions(seed)
    for _ in range(how_many):
        questions.ask()
    got, said = answers(program, questions.lines)
    wrong = [(line, expected, answer)
             for line, expected, answer in zip(questions.lines, questions.answers, got) if expected != answer]
    if len(got) != len(questions.lines):
        wrong.append((f"{len(questions.lines)} questions", "as many answers", f"{len(got)}: {said.strip()[-300:]}"))
    for line, expected, answer in wrong[:20]:
        print(f"FAIL {line} (seed {seed})\n  expected {expected}, got {answer}")
    print(f"{len(questions.lines) - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
