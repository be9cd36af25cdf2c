#!/usr/bin/env python3
"""Ten thousand random documents, and as many with a byte changed, through the shipped program and Python's json.

    tests/oracle_json.py build/loftyrun [HOW_MANY [SEED]]

A script decodes each document with cjson, describes what it got, encodes it again. The description must be that of what
Python reads in the document, and in what was encoded: integers apart from floats, floats by their bits, strings by their
bytes, empty arrays apart from empty objects. What Python refuses, or JSON cannot hold exactly, must be refused.
"""
import json
import math
import os
import random
import struct
import subprocess
import sys
import tempfile

SCRIPT = r"""
local cjson = require "cjson"
local describe
local function describe_table(t)
  local parts = {}
  if getmetatable(t) == cjson.array_mt then
    for i = 1, #t do parts[i] = describe(t[i]) end
    return "[" .. table.concat(parts) .. "]"
  end
  for key, value in pairs(t) do parts[#parts + 1] = describe(key) .. describe(value) end
  table.sort(parts)
  return "{" .. table.concat(parts) .. "}"
end
function describe(value)
  if value == cjson.null then return "n" end
  if type(value) == "table" then return describe_table(value) end
  if type(value) == "string" then return "s" .. #value .. ":" .. value end
  if math.type(value) == "integer" then return ("i%d;"):format(value) end
  if math.type(value) == "float" then
    return "d" .. (">d"):pack(value):gsub(".", function(c) return ("%02x"):format(c:byte()) end)
  end
  return tostring(value):sub(1, 1)
end
local function answer(text) io.write(#text, "\n", text) end
while true do
  local length = io.read("n", "l")
  if not length then break end
  local text = length == 0 and "" or io.read(length)
  local fine, value = pcall(cjson.decode, text)
  answer(fine and describe(value) or "refused")
  answer(fine and cjson.encode(value) or value)
end
"""

IDS = [651095960136641, 9007199254740992, 9007199254740993, -9007199254740993, 9223372036854775807,
       -9223372036854775808, 9223372036854775808, -9223372036854775809, 99999999999999, 100000000000000]
SPECIAL = ["[]", "{}", "[[],{}]", '{"":[]}', "null", '""', "", " ", "-0", "-0.0", "0.0", "1e400", "-1e400", "1e-400",
           "5e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "2.2250738585072014e-308",
           "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "0.99999999999999999999",
           "4503599627370496.5", "9007199254740993.0", "123456789012345678.5", '{"a":1,"a":2}', '{"a":1,"a":-0.0}', '{"a":[1],"a":{}}', '{"a":[],"a":{}}',
           '{"a":1.0,"a":1}', '{"a":1,"a":1.0}', '{"a":{"b":1},"a":{"b":1.0,"c":[]}}', '{"a":[[1]],"a":[[1.0]]}',
           '{"a":{"b":1},"a":7}', '{"a":[7],"a":{"b":[]}}', '{"\\u0061":1,"a":2.5}', '{"\\u0061":3}', '{"a":[],"a":-0.0}',
           '{"a":1,"a":null}',
           '"\\u0000"', '"\\ud83d\\ude00"', '"\\ud83d"', "\ufeff[]", "NaN", "[Infinity]", "[1,]", "01", "1.", "[NaN,1.0]"]


class Writer:
    """Writes random documents, the same for the same seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def space(self):
        return self.random.choice(["", "", "", "", " ", "\n", "\t", "\r\n  "])

    def number(self):
        r = self.random
        kind = r.randrange(8)
        if kind == 0:
            return str(r.randint(-1000, 1000))
        if kind == 1:
            return str(r.randint(-2**63, 2**63 - 1) >> r.randrange(64))
        if kind == 2:
            return str(r.choice([2**53, -2**53, 10**14, 10**15, 10**16, 2**63 - 8]) + r.randint(-4, 4))
        if kind == 3:
            value = struct.unpack(">d", r.randbytes(8))[0]
            return repr(value) if math.isfinite(value) else "0.5"
        if kind == 4:
            return repr(round(r.uniform(-200, 200), r.randrange(8)))
        if kind == 5:
            return f"{r.randint(-99, 99)}.{'0' * r.randrange(4)}"+ str(r.choice([0, 5, 25, 10**16 + 1]))
        if kind == 6:
            return f"{r.randint(-999, 999)}{r.choice(['e', 'E'])}{r.choice(['', '+', '-'])}{r.randrange(30):0{r.randrange(1, 4)}}"
        return f"{r.randint(0, 10**20)}.{r.randint(0, 10**20)}e{r.randint(-330, 280)}"

    def string(self):
        r = self.random
        parts = []
        for _ in range(r.choice([0, 1, 2, 5, 9, 20])):
            kind = r.randrange(12)
            if kind == 0:
                parts.append(r.choice(['\\"', "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "/"]))
            elif kind == 1:
                parts.append(f"\\u{r.choice([0, 9, 0x41, 0xE9, 0x20AC, 0xFFFF, r.randrange(0xD800)]):04{r.choice('xX')}}")
            elif kind == 2:
                rest = r.randrange(0x100000)
                parts.append(f"\\u{0xD800 + (rest >> 10):04x}\\u{0xDC00 + (rest & 0x3FF):04X}")
            elif kind == 3:
                parts.append(chr(r.choice([0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF])))
            else:
                parts.append(r.choice(["lead", "NaN", "[]", "{}", "a", " ", "1e5", "651095960136641", "null", ":", ","]))
        return '"' + "".join(parts) + '"'

    def value(self, depth):
        r = self.random
        kind = r.randrange(10) if depth < 7 else r.randrange(5)
        if kind < 2:
            return self.number()
        if kind < 4:
            return self.string()
        if kind == 4:
            return r.choice(["true", "false", "null"])
        many = r.choice([0, 1, 2, 3, 6])
        if kind < 7:
            items = [self.space() + self.value(depth + 1) + self.space() for _ in range(many)]
            return "[" + (",".join(items) or self.space()) + "]"
        items = [self.space() + self.string() + self.space() + ":" + self.space() + self.value(depth + 1) + self.space()
                 for _ in range(many)]
        return "{" + (",".join(items) or self.space()) + "}"

    def document(self):
        return (self.space() + self.value(0) + self.space()).encode()

    def spoilt(self, document):
        r = self.random
        at = r.randrange(len(document))
        byte = bytes([r.choice([r.randrange(256), ord(r.choice('0123456789-+.eE[]{}",:\\u \x00'))])])
        return r.choice([document[:at] + document[at + 1:], document[:at] + byte + document[at + 1:],
                         document[:at] + byte + document[at:], document[:at]])


def refuse(*_):
    raise ValueError


def exact_integer(digits):
    value = int(digits)
    return value if -2**63 <= value < 2**63 else refuse()


def exact_float(digits):
    value = float(digits)
    return value if math.isfinite(value) else refuse()


def members(pairs):
    for key, value in pairs: # those that a later one of the same name replaces, too
        describe([key, value])
    return dict(pairs)


def describe(value):
    """The same text that the script writes; raises ValueError where there is half a surrogate pair."""
    if value is None:
        return b"n"
    if isinstance(value, bool):
        return b"t" if value else b"f"
    if isinstance(value, int):
        return b"i%d;" % value
    if isinstance(value, float):
        return b"d" + struct.pack(">d", value).hex().encode()
    if isinstance(value, str):
        text = value.encode("utf-8")
        return b"s%d:" % len(text) + text
    if isinstance(value, list):
        return b"[" + b"".join(map(describe, value)) + b"]"
    return b"{" + b"".join(sorted(describe(key) + describe(item) for key, item in value.items())) + b"}"


def expected(document):
    """What the script must answer."""
    try:
        return describe(json.loads(document.decode("utf-8"), parse_constant=refuse, parse_int=exact_integer,
                                   parse_float=exact_float, object_pairs_hook=members))
    except ValueError: # JSONDecodeError and UnicodeError are such
        return b"refused"


def answers(program, documents):
    """(description, text) for each document."""
    with tempfile.TemporaryDirectory() as directory:
        script = os.path.join(directory, "oracle.lua")
        with open(script, "w", encoding="utf-8") as out:
            out.write(SCRIPT)
        done = subprocess.run([program, script], input=b"".join(b"%d\n" % len(d) + d for d in documents),
                              stdout=subprocess.PIPE, timeout=500, check=False)
    parts, at, output = [], 0, done.stdout
    while at < len(output):
        line = output.index(b"\n", at)
        end = line + 1 + int(output[at:line])
        parts.append(output[line + 1:end])
        at = end
    if done.returncode != 0:
        print(f"FAIL the program ended with {done.returncode} after {len(parts) // 2} documents")
    return list(zip(parts[::2], parts[1::2]))


def main():
    """Compares, and counts documents."""
    program = sys.argv[1] if len(sys.argv) > 1 else "build/loftyrun"
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
    writer = Writer(int(sys.argv[3]) if len(sys.argv) > 3 else 20260812)
    documents = [shape % number for number in IDS for shape in (b"%d", b"[%d]", b'{"id":%d}', b"%d.0")]
    documents += [text.encode() for text in SPECIAL]
    whole = [writer.document() for _ in range(count)]
    documents += whole + [writer.spoilt(document) for document in whole]

    passed = refusals = 0
    results = answers(program, documents)
    for document, (description, text) in zip(documents, results):
        wanted = expected(document)
        refusals += wanted == b"refused"
        problem = None
        if description != wanted:
            problem = f"decoded as {description[:300]!r}, expected {wanted[:300]!r}"
        elif wanted != b"refused" and expected(text) != wanted:
            problem = f"encoded as {text[:300]!r}"
        if problem:
            print(f"FAIL {document[:300]!r}\n  {problem}")
        passed += not problem
    print(f"{len(documents)} documents, {refusals} of them to be refused")
    print(f"{passed} passed, {len(documents) - passed} failed")
    return 0 if passed == len(documents) else 1


if __name__ == "__main__":
    sys.exit(main())
