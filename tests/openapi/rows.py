#!/usr/bin/env python3
"""loftyrun's rows of operations against the OpenAPI file they are said to describe.

    tests/openapi/rows.py --bin build/loftyrun --spec openapi.json

Each documented operation has one row, and no row is made up. Each path parameter, query parameter and body field,
however deep, is in the row and no other is; types are the same; what is required is required; enumerations, lengths
and ranges are at least as tight. Where a row knows better, the tables here and in spec.py say so and why. They are
kept apart from the generator's own overrides: each row's difference has to be given a reason twice.
"""
import argparse
import json
import os
import re
import subprocess
import sys

import spec as openapi

HERE = os.path.dirname(os.path.abspath(__file__))

TEXTS_IN_SCHEMA = "a text in the schema, of this type in its prose"

# Types that a row has otherwise: (operation, parameter) -> (type in the row, reason).
RETYPED = {("calendar.list", name): (kind, TEXTS_IN_SCHEMA) for name, kind in {
    "leadId": "integer", "startTimeMs": "integer", "endTimeMs": "integer", "includeFinished": "boolean",
    "page": "integer", "pageSize": "integer", "desc": "boolean"}.items()}
RETYPED.update({("sales_agent.list_working_leads", name): (kind, TEXTS_IN_SCHEMA) for name, kind in {
    "limit": "integer", "offset": "integer", "desc": "boolean"}.items()})

# What the schema requires and a row does not: (operation, field) -> reason.
OPTIONAL = {
    ("notes.create", "isPin"): "callers without it were seen to succeed; false is sent",
    ("notes.update", "leadId"): "the note knows its lead",
    ("team.add_custom_field", "value"): "documented as unnecessary; an empty text is sent",
}

KINDS = {"integer", "number", "boolean", "string", "array", "object"}


def load_rows(program):
    """The rows by name."""
    command = [program, os.path.join(HERE, "dump_rows.lua")]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=60)
    return json.loads(done.stdout)


class Comparison:
    """One operation's row with its description."""

    def __init__(self, spec, operation, name, row):
        self.spec, self.operation, self.name, self.row = spec, operation, name, row
        self.problems, self.seen = [], 0

    def say(self, where, what):
        """Notes a difference."""
        self.problems.append(f"{where}: {what}")

    def kind(self, where, said, has):
        """The types of one value."""
        wanted = said.get("type")
        retyped = RETYPED.get((self.name, where))
        if retyped:
            wanted = retyped[0]
        if has.get("type") == "any" or wanted not in KINDS:
            self.say(where, f"no type is known of {wanted} and {has.get('type')}")
        elif has.get("type") != wanted:
            self.say(where, f"is {has.get('type')}, documented as {wanted}")

    def limits(self, where, said, has):
        """Enumeration, length and range of one value."""
        documented = said.get("enum")
        if documented and not has.get("enum"):
            span = range(has["min"], has["max"] + 1) if "min" in has and "max" in has else None
            if span is None or [str(value) for value in span] != [str(value) for value in documented]:
                self.say(where, "has no enumeration")
        elif documented and not set(map(str, has["enum"])) <= set(map(str, documented)):
            self.say(where, f"allows {set(map(str, has['enum'])) - set(map(str, documented))}, which is undocumented")
        for key, ours, tighter in (("minimum", "min", max), ("maximum", "max", min), ("maxLength", "max_length", min)):
            if key in said and (ours not in has or tighter(said[key], has[ours]) != has[ours]):
                if not has.get("enum"):
                    self.say(where, f"{ours} is {has.get(ours)}, documented as {said[key]}")

    def value(self, where, said, has):
        """One parameter or field, and all inside it."""
        self.seen += 1
        said, name = self.spec.resolve(said)
        self.kind(where, said, has)
        self.limits(where, said, has)
        if "items" in said:
            if "of" in has:
                self.value(where + "[]", said["items"], has["of"])
            else:
                self.say(where, "does not say what it holds")
        if "properties" in said:
            self.members(where + ".", said, name, has)
        elif has.get("fields"):
            self.say(where, "has fields that are not documented")

    def members(self, prefix, said, name, has):
        """The fields of an object."""
        fields = has.get("fields") or {}
        documented = said["properties"]
        writable = set(self.spec.fields(said, name, True)) - (set() if prefix else set(self.operation.unwritten()))
        for field in sorted(set(documented) - set(fields)):
            self.say(prefix + field, "is not in the row")
        for field in sorted(set(fields) - set(documented)):
            self.say(prefix + field, "is not documented")
        for field in sorted(set(fields) & set(documented)):
            where = prefix + field
            if bool(fields[field].get("readonly")) != (field not in writable):
                self.say(where, "is read-only on one side only")
            if field in said.get("required", []):
                self.required(where, fields[field], field in writable, not prefix)
            self.value(where, documented[field], fields[field])

    def required(self, where, has, is_writable, is_outermost):
        """A field that the schema requires."""
        excused = (self.name, where) in OPTIONAL or is_outermost and self.operation.key in openapi.PARTIAL
        if is_writable and not has.get("required") and not excused:
            self.say(where, "is not required")
        if has.get("required") and (self.name, where) in OPTIONAL:
            self.say(where, "is required, so that its exception can go")

    def path(self):
        """The path parameters, which come by position."""
        names = re.findall(r"\{(.+?)\}", self.operation.path)
        params = self.row.get("params") or []
        if [param.get("name") for param in params] != names:
            self.say("path", f"has {[param.get('name') for param in params]}, documented are {names}")
            return
        for param in params:
            schema = self.operation.parameters["path"][param["name"]]["schema"]
            self.value(param["name"], schema, param)

    def query(self):
        """The query parameters."""
        known, has = self.spec.query(self.operation), self.row.get("query") or {}
        for name in sorted(set(known) ^ set(has)):
            self.say(name, "is not in the row" if name in known else "is not documented")
        for name in sorted(set(known) & set(has)):
            if self.operation.parameters["query"].get(name, {}).get("required") and not has[name].get("required"):
                self.say(name, "is not required")
            self.value(name, known[name], has[name])

    def body(self):
        """The body."""
        if (self.operation.body is None) != ("body" not in self.row):
            self.say("body", "is there on one side only")
        elif self.operation.body is not None:
            said, name = self.spec.resolve(self.operation.body)
            if said.get("type") == "object":
                self.members("", said, name, self.row["body"])
            else:
                self.value("body", said, self.row["body"])

    def run(self):
        """All of it; the differences."""
        self.path()
        self.query()
        self.body()
        return self.problems


def main():
    """Compares all rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/loftyrun")
    parser.add_argument("--spec", required=True, help="the OpenAPI file")
    options = parser.parse_args()
    spec, rows = openapi.Spec(options.spec), load_rows(os.path.abspath(options.bin))
    by_key = {}
    for name, row in rows.items():
        by_key.setdefault((row["method"], row["path"]), []).append(name)
    passed = failed = values = 0
    for operation in spec.operations:
        names = by_key.pop(operation.key, [])
        problems = [] if len(names) == 1 else [f"it has {len(names)} rows"]
        if not problems:
            comparison = Comparison(spec, operation, names[0], rows[names[0]])
            problems = comparison.run()
            values += comparison.seen
        print(f"{'FAIL' if problems else 'ok'} row of {operation.method} {operation.path}")
        for problem in problems:
            print("  " + problem)
        passed, failed = passed + (not problems), failed + bool(problems)
    for names in by_key.values():
        print(f"FAIL {', '.join(names)}: no such operation is documented")
        failed += 1
    print(f"({values} parameters and fields were compared)")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
