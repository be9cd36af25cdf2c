"""Whether one request and its reply are as the description has them. Every function returns a list of what is wrong."""
import json
import re

from spec import WRAPPED, fits

# How Lofty refuses: a number with a message, a message alone with the number inside or none, or a text (documented and
# seen live); with any of them, whatever the description says about that status.
GATES = {400, 401, 403, 404, 405, 406, 415, 429, 500}


def text_problem(text, schema):
    """What is wrong with a value written in a URL, or None."""
    kind = schema.get("type")
    if kind == "integer":
        if not re.fullmatch(r"-?\d+", text) or not fits(int(text), schema.get("format", "int64")):
            return "is no " + schema.get("format", "integer")
        value = int(text)
    elif kind == "number":
        try:
            value = float(text)
        except ValueError:
            return "is no number"
    elif kind == "boolean":
        if text not in ("true", "false"):
            return "is neither true nor false"
        value = text == "true"
    else:
        value = text
    # The description writes numbers of an enumeration as texts where they are part of the path.
    if "enum" in schema and text not in map(str, schema["enum"]):
        return f"is not one of {schema['enum']}"
    if "minimum" in schema and value < schema["minimum"] or "maximum" in schema and value > schema["maximum"]:
        return "is out of range"
    return None


def query_problems(spec, operation, pairs):
    """The query, as a list of (name, text)."""
    known, problems, seen = spec.query(operation), [], set()
    for name, text in pairs:
        schema = known.get(name)
        if schema is None:
            problems.append(f"query: {name} is not documented")
            continue
        repeated = schema.get("type") == "array"
        if name in seen and not repeated:
            problems.append(f"query: {name} is there twice")
        seen.add(name)
        wrong = text_problem(text, schema["items"] if repeated else schema)
        if wrong:
            problems.append(f"query: {name}={text} {wrong}")
    problems += [f"query: {name} is missing" for name, said in operation.parameters["query"].items()
                 if said.get("required") and name not in seen]
    return problems


def header_problems(operation, headers):
    """The headers every request must have, by lower-case name."""
    problems = []
    if not re.fullmatch(r"(token|Bearer) \S+", headers.get("authorization", "")):
        problems.append("header: no Authorization of a known kind")
    kind = headers.get("content-type", "").split(";")[0].strip()
    if operation.parameters["header"].get("Content-Type", {}).get("required") and kind != "application/json":
        problems.append("header: Content-Type is not application/json")
    media = operation.reply_schema()[0]
    accept = headers.get("accept", "*/*")
    if media and "*/*" not in accept and media not in accept:
        problems.append(f"header: Accept does not allow {media}")
    return problems


def schema_problems(validator, value, what):
    """What a JSON Schema has against a value."""
    problems = []
    for error in validator.iter_errors(value):
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
        problems.append(f"{what}{where}: {error.message[:160]}")
    return problems


def body_problems(spec, operation, raw):
    """The body of a request, as bytes."""
    if operation.body is None:
        return ["body: there should be none"] if raw.strip() else []
    try:
        value = json.loads(raw)
    except ValueError:
        return ["body: is no JSON"]
    return schema_problems(spec.validator(operation, True), value, "body")


def request_problems(spec, operation, texts, pairs, headers, raw):
    """One request."""
    problems = header_problems(operation, headers) + query_problems(spec, operation, pairs)
    for name, text in texts.items():
        wrong = text_problem(text, operation.parameters["path"][name]["schema"])
        if wrong:
            problems.append(f"path: {name}={text} {wrong}")
    return problems + body_problems(spec, operation, raw)


def refusal_problems(operation, status, raw):
    """A reply that is no success."""
    problems = []
    if str(status) not in operation.replies and status not in GATES:
        problems.append(f"reply: the status {status} is not documented")
    try:
        value = json.loads(raw)
    except ValueError:
        return problems + ["reply: the refusal is no JSON"]
    fault = value.get("status", value) if isinstance(value, dict) else value
    known = isinstance(fault, str) or isinstance(fault, dict) and (
        isinstance(fault.get("message", fault.get("msg", fault.get("errorMsg"))), str))
    return problems if known else problems + ["reply: no known shape of a refusal"]


def reply_problems(spec, operation, status, kind, raw):
    """One reply: status, Content-Type, bytes."""
    if status != 200:
        return refusal_problems(operation, status, raw)
    media, schema = operation.reply_schema()
    if media is None:
        return ["reply: should be empty"] if raw.strip() else []
    if kind.split(";")[0].strip().lower() != media:
        return [f"reply: is {kind or 'of no kind'}, not {media}"]
    if media != "application/json":
        return [] if raw.strip() else ["reply: is empty"]
    try:
        value = json.loads(raw)
    except ValueError:
        return ["reply: is no JSON" if raw.strip() else "reply: is empty"]
    return schema_problems(spec.validator(operation, False), value, "reply") if schema else []


def unwrapped(operation, value):
    """The part of a reply that the description shows."""
    wrapper = WRAPPED.get(operation.key)
    return value.get(wrapper[0]) if wrapper and isinstance(value, dict) else value
