"""Compares lines of output with the lines a case expects.

    ~ REGEX   a line in which the regular expression is found, from its start to its end
    ...       any number of lines, none included
    other     the line, exactly
"""
import re


def lines_of(text):
    """The lines of a text; blank ones at its end do not count."""
    return text.rstrip("\n").split("\n") if text.strip("\n") else []


def line_matches(expected, actual):
    """Whether one expected line, not `...`, stands for one line of output."""
    if expected.startswith("~ "):
        return re.fullmatch(expected[2:], actual) is not None
    return expected == actual


def difference(expected, actual):
    """None where the lists of lines agree, else a readable list of lines that shows where they part."""
    reached = {0}  # how many lines of output the expected lines so far may have used
    for number, line in enumerate(expected):
        if line == "...":
            after = set(range(min(reached), len(actual) + 1))
        else:
            after = {at + 1 for at in reached if at < len(actual) and line_matches(line, actual[at])}
        if not after:
            return shown(expected, actual, number, max(reached))
        reached = after
    return None if len(actual) in reached else shown(expected, actual, len(expected), max(reached))


def shown(expected, actual, number, at):
    """Both sides in full, the first that disagree marked."""
    def listing(lines, mark):
        return [("> " if i == mark else "  ") + line for i, line in enumerate(lines + ([""] if mark == len(lines) else []))]
    return ["expected:"] + listing(expected, number) + ["got:"] + listing(actual, at)
