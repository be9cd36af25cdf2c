#!/usr/bin/env python3
"""Schedules of 50 expressions in 12 zones, as `loftyrun job next` and as two other implementations have them.

    tests/oracle_cron.py build/loftyrun [whole] [SEED]

What an expression names on the calendar is worked out here, day by day, and compared with croniter's answer (Debian's
python3-croniter; without it that half is skipped). Where clocks change, croniter follows a rule of its own, and these
days are gone through minute by minute, with the offsets of Python's zoneinfo and the rule that runtime/core/cron.h
states. Without `whole` it is a sample: for each expression, a change of the clocks in some zone or some weeks. The
whole is every instant of five years for each expression in each zone, and takes minutes.
"""
import datetime
import random
import subprocess
import sys
import zoneinfo

try:
    from croniter import croniter
except ImportError:
    sys.path.append("/usr/lib/python3/dist-packages")  # this may be another Python than Debian's
    try:
        from croniter import croniter
    except ImportError:
        croniter = None

EXPRESSIONS = """
* * * * *|*/5 * * * *|*/15 * * * *|*/20 * * * *|*/7 * * * *|0 * * * *|30 * * * *|0 * 1 6 *|5,35 * * * *|10-20/5 * * * *
0 0 * * *|30 2 * * *|0 2 * * *|0 3 * * *|15 1 * * *|30 1 * * *|45 1 * * *|30 0 * * *|30 23 * * *|59 23 * * *
0,30 2,3 * * *|0,30 1-3 * * *|*/15 2 * * *|*/10 0-6 * * *|0 */2 * * *|30 */3 * * *|15 1-23 * * *|0 0-22/2 * * *
*/15 8-18 * * 1-5|*/30 22,23,0,1 * * *|0 9 * * 1|0 0 * * 0|30 2 * * 7|30 1 * * SAT,SUN|0 6 * * MON-FRI|30 2 * * 5-7
0 0 1 * *|30 2 1,15 * *|0 12 31 * *|0 9 30 12 *|0 * 30 12 *|0 0 29 2 *|30 2 8-14 3 *|0 1 * 11 *|0 0 1 */3 *|5 4 * JAN-MAR 2-4/2
0 0 13 * 5|30 2 */2 * 0|*/30 * 25-31 3,10 0|0 2 1-7 * */3
""".replace("\n", "|").strip("|").split("|")

# A zone, and the first of its five years.
ZONES = [("America/New_York", 2022), ("Europe/Dublin", 2022), ("Australia/Lord_Howe", 2022), ("Asia/Beirut", 2022),
         ("America/Havana", 2022), ("Africa/Casablanca", 2022), ("Africa/El_Aaiun", 2019), ("America/Sao_Paulo", 2015),
         ("America/Asuncion", 2015), ("Pacific/Apia", 2009), ("Antarctica/Troll", 2022), ("Pacific/Kiritimati", 2022)]

MINUTE, DAY = 60, 86400
NEAR = 26 * 3600  # on either side of a change; none of these zones has changed by more than a day
UTC = datetime.timezone.utc
NAMES = {name: str(i) for i, name in enumerate("SUN MON TUE WED THU FRI SAT".split())}
NAMES.update((name, str(i + 1)) for i, name in enumerate("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()))


def seconds(year, month, day):
    """The beginning of a day, as if in UTC."""
    return int(datetime.datetime(year, month, day, tzinfo=UTC).timestamp())


class Expression:
    """What an expression names: sets of numbers, and how its two fields of days go together."""

    def __init__(self, text):
        self.text = text
        words = text.upper().split()
        ranges = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]
        self.minutes, self.hours, self.days, self.months, weekdays = (
            self.values(word, *bounds) for word, bounds in zip(words, ranges))
        self.weekdays = {day % 7 for day in weekdays}
        self.day_or = words[2][0] != "*" and words[4][0] != "*"
        self.by_the_clock = len(self.hours) == 24
        self.of_day = sorted((hour * 60 + minute) * MINUTE for hour in self.hours for minute in self.minutes)

    @staticmethod
    def values(word, low, high):
        """The numbers that a field lets through."""
        found = set()
        for item in word.split(","):
            item, _, step = item.partition("/")
            first, _, last = item.partition("-")
            first, last = (NAMES.get(part, part) for part in (first, last))
            if first == "*":
                first, last = low, high
            found.update(range(int(first), int(last or first) + 1, int(step or 1)))
        return found

    def names_day(self, date):
        """Whether it can run on a date."""
        if date.month not in self.months:
            return False
        by_day, by_weekday = date.day in self.days, date.isoweekday() % 7 in self.weekdays
        return by_day or by_weekday if self.day_or else by_day and by_weekday

    def names(self, wall):
        """Whether it names a minute that clocks show."""
        return wall.minute in self.minutes and wall.hour in self.hours and self.names_day(wall)

    def walls(self, start, end):
        """Every time of the calendar that it names, start <= time < end, as seconds."""
        for day in range(start // DAY * DAY, end, DAY):
            if self.names_day(datetime.datetime.fromtimestamp(day, UTC)):
                for second in self.of_day:
                    if start <= day + second < end:
                        yield day + second


class Zone:
    """A zone, its years, and the instants at which its clocks change."""

    def __init__(self, name, year):
        self.name, self.info = name, zoneinfo.ZoneInfo(name)
        self.start, self.end = seconds(year, 1, 1), seconds(year + 5, 1, 1)
        self.changes = []
        for day in range(self.start - 2 * NEAR, self.end + 2 * NEAR, DAY):
            low, high = day, day + DAY
            if self.offset(low) == self.offset(high):
                continue
            while high - low > MINUTE:
                middle = (low + high) // 2 // MINUTE * MINUTE
                low, high = (middle, high) if self.offset(middle) == self.offset(day) else (low, middle)
            self.changes.append(high)

    def offset(self, instant):
        """Seconds east of UTC."""
        return int(datetime.datetime.fromtimestamp(instant, self.info).utcoffset().total_seconds())

    def minute_by_minute(self, expression, start, end):
        """The instants of some days, by the rule as it is put into words."""
        naive = lambda at: datetime.datetime.fromtimestamp(at, self.info).replace(tzinfo=None)
        latest = naive(start - MINUTE)  # the latest time that clocks have shown
        for instant in range(start, end, MINUTE):
            wall = naive(instant)
            if expression.by_the_clock:
                if expression.names(wall):
                    yield instant
                continue
            runs = False
            while latest < wall:
                latest += datetime.timedelta(minutes=1)
                runs = expression.names(latest) or runs
            if runs:
                yield instant

    def expected(self, expression, start, end):
        """Every instant, start <= instant < end, at which the expression runs."""
        found, at = [], start
        for change in self.changes:
            if change + NEAR <= at or change - NEAR >= end:
                continue
            found += self.plain(expression, at, change - NEAR)
            # Begun before `at` where that is: what clocks have shown must be known.
            slow = self.minute_by_minute(expression, change - NEAR, change + NEAR)
            found += [instant for instant in slow if at <= instant < end]
            at = change + NEAR
        return found + self.plain(expression, at, end)

    def plain(self, expression, start, end):
        """The same where the offset is one."""
        if start >= end:
            return []
        offset = self.offset(start)
        return [wall - offset for wall in expression.walls(start + offset, end + offset)]


def asked(program, expression, zone, start, end):
    """What loftyrun says, start <= instant < end; nothing more once an answer is wrong in form."""
    since = datetime.datetime.fromtimestamp(start - 1, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    command = [program, "job", "next", expression.text, "1000000", "--tz", zone.name, "--from", since, "-o", "jsonl"]
    found = []
    while True:
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            for line in child.stdout:
                instant = int(datetime.datetime.fromisoformat(line[7:32]).timestamp())
                if instant >= end:
                    child.kill()
                    return found
                found.append(instant)
        if child.returncode != 0 or not found:
            return found
        command[command.index("--from") + 1] = datetime.datetime.fromtimestamp(found[-1], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Report:
    """Counts what agrees, and shows what does not."""

    def __init__(self, seed):
        self.seed, self.passed, self.failed, self.instants = seed, 0, 0, 0

    def compare(self, what, expected, got):
        """Two sorted lists of seconds."""
        self.instants += len(expected)
        if expected == got:
            self.passed += 1
            return
        self.failed += 1
        if self.failed > 20:
            return
        shown = lambda some: ", ".join(datetime.datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%MZ") for at in some[:5])
        print(f"FAIL {what} (seed {self.seed})")
        print(f"  left out: {shown(sorted(set(expected) - set(got))) or 'nothing'}")
        print(f"  too many: {shown(sorted(set(got) - set(expected))) or 'nothing'}")


def compare_with_croniter(report, expression, start, most):
    """The next `most` times of the calendar from a beginning, at the longest to the end of 2030."""
    times = croniter(expression.text, datetime.datetime.fromtimestamp(start, UTC).replace(tzinfo=None),
                     ret_type=datetime.datetime, day_or=expression.day_or)
    last, found = seconds(2031, 1, 1), []
    while len(found) < most:
        at = int(times.get_next().replace(tzinfo=UTC).timestamp())
        if at >= last:
            break
        found.append(at)
    end = last if len(found) < most else found[-1] + 1
    report.compare(f"{expression.text}: croniter from {datetime.datetime.fromtimestamp(start, UTC)}",
                   list(expression.walls(start + 1, end)), found)


def sample(report, program, expressions, zones, chance):
    """For each expression, some days around a change of the clocks, or some weeks anywhere."""
    changing = [zone for zone in zones if zone.changes]
    for expression in expressions:
        if chance.random() < 0.6:
            zone = chance.choice(changing)
            change = chance.choice(zone.changes)
            begin, end = change + chance.randrange(-26 * 60, 180) * MINUTE, change + NEAR
        else:
            zone = chance.choice(zones)
            begin = chance.randrange(zone.start, zone.end - 60 * DAY) // MINUTE * MINUTE
            end = begin + (3 if len(expression.of_day) > 100 else 50) * DAY
        report.compare(f"{expression.text} in {zone.name}", zone.expected(expression, begin, end),
                       asked(program, expression, zone, begin, end))
        if croniter:
            start = chance.randrange(seconds(2009, 1, 1), seconds(2026, 1, 1)) // MINUTE * MINUTE
            compare_with_croniter(report, expression, start, 20)


def whole(report, program, expressions, zones, chance):
    """Every instant of five years, and croniter's of 22 where they are not too many."""
    for expression in expressions:
        for zone in zones:
            report.compare(f"{expression.text} in {zone.name}", zone.expected(expression, zone.start, zone.end),
                           asked(program, expression, zone, zone.start, zone.end))
        if croniter and len(expression.of_day) <= 30:
            compare_with_croniter(report, expression, seconds(2009, 1, 1), 250000)
        elif croniter:
            for _ in range(50):
                start = chance.randrange(seconds(2009, 1, 1), seconds(2026, 1, 1)) // MINUTE * MINUTE
                compare_with_croniter(report, expression, start, 2000)
        print(f"ok so far: {expression.text}: {report.instants} instants, {report.failed} failed", flush=True)


def main():
    """Asks, compares, counts."""
    program, words = sys.argv[1], sys.argv[2:]
    is_whole = "whole" in words
    words = [word for word in words if word != "whole"]
    seed = int(words[0]) if words else random.SystemRandom().randrange(1 << 32)
    report, chance = Report(seed), random.Random(seed)
    expressions = [Expression(text) for text in EXPRESSIONS]
    zones = [Zone(name, year) for name, year in ZONES]
    if not croniter:
        print("skip the comparison with croniter: this Python does not have it")
    (whole if is_whole else sample)(report, program, expressions, zones, chance)
    print(f"{len(expressions)} expressions, {len(zones)} zones, {sum(len(zone.changes) for zone in zones)} changes, "
          f"{report.instants} instants compared")
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
