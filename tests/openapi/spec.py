"""An OpenAPI 3.0 file as validators need it: operations by method and path, schemas as JSON Schema.

What is known to differ on the wire is in the tables at the top and nowhere else, each with its reason.
"""
import json
import re

try:
    import jsonschema
except ImportError:
    jsonschema = None

# Members that the description misspells: on the wire they begin with an underscore (seen live).
RENAMED = {"get_metadata": "_metadata", "get_listingMetadata": "_listingMetadata"}

# Query parameters that the description lacks.
MORE_QUERY = {
    ("GET", "/v1.0/notes"): {
        "limit": ({"type": "integer"}, "seen live: without it only a short first page comes"),
    },
}

# Replies that come wrapped although the description shows them bare.
WRAPPED = {
    ("GET", "/v1.0/leads/{leadId}"): ("lead", "seen live"),
}

# Updates whose prose says that what is left out stays, though their schema requires some of it.
PARTIAL = {
    ("PUT", "/v1.0/tasks/{taskId}"): "documented as partial, and as finishing with finishFlag alone",
    ("PUT", "/v1.0/leads/{leadId}/transaction/{transactionId}"): "documented as partial",
}

# Fields that a caller never writes: by schema, or by operation where a schema serves several. Writing one is wrong.
UNWRITTEN = {
    ("LeadRequest", "leadRouting"): "documented as without effect",
    ("LeadTransaction", "leadName"): "documented as ignored in a request",
    ("LeadTransaction", "assignedAgent"): "documented as ignored in a request",
    ("IncomingTransaction", "agentName"): "documented as ignored",
    ("IncomingTransaction", "representing"): "documented as ignored",
    ("IncomingTransaction", "acceptanceDate"): "documented as ignored",
    ("RoutingStrategy", "groupName"): "documented as not needed in a request",
    ("PUT /v1.0/org/office", "id"): "documented as ignored on create",
    ("POST /v1.0/tasks", "finishFlag"): "documented for updates only",
}

# Lists in replies that may be empty every time.
EMPTY = {
    ("GET", "/v2.0/ai/call-summary"): {"data.keywords[].params[]": "nothing is documented about what it holds"},
}

KEPT = "type", "enum", "format", "minimum", "maximum", "maxLength"
RANGES = {"int32": 31, "int64": 63}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def fits(number, kind):
    """Whether an integer is one of int32 or int64."""
    return -(1 << RANGES[kind]) <= number < 1 << RANGES[kind]


def format_checker():
    """Knows the formats that the description uses."""
    checker = jsonschema.FormatChecker(formats=())
    for kind in RANGES:
        checker.checks(kind)(lambda value, kind=kind: not isinstance(value, int) or fits(value, kind))
    checker.checks("date-time")(lambda value: not isinstance(value, str) or bool(TIME.fullmatch(value)))
    return checker


class Operation:
    """One method of one path."""

    def __init__(self, method, path, described):
        self.method, self.path, self.id = method, path, described["operationId"]
        self.parameters = {where: {} for where in ("path", "query", "header")}
        for parameter in described.get("parameters", []):
            self.parameters[parameter["in"]][parameter["name"]] = parameter
        self.replies = described["responses"]
        self.body = None
        if "requestBody" in described:
            self.body = described["requestBody"]["content"]["application/json"]["schema"]
        pattern = re.sub(r"\\{[^/]+?\\}", "([^/]+)", re.escape(path))
        self.pattern = re.compile(pattern)

    @property
    def key(self):
        """How tables refer to it."""
        return self.method, self.path

    def unwritten(self):
        """Fields of its body that are never written although its schema has them."""
        return [field for where, field in UNWRITTEN if where == f"{self.method} {self.path}"]

    def reply_schema(self):
        """(media type, schema) of the reply to success; (None, None) where it is empty."""
        content = self.replies["200"].get("content") or {}
        for kind, described in content.items():
            return kind, described["schema"]
        return None, None


class Spec:
    """The whole file."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as source:
            document = json.load(source)
        self.schemas = document["components"]["schemas"]
        self.operations = [Operation(method.upper(), path, described)
                           for path, methods in document["paths"].items() for method, described in methods.items()]
        # A path without parameters goes before one with: /tasks/my-tasks before /tasks/{taskId}.
        self.by_precision = sorted(self.operations, key=lambda operation: operation.path.count("{"))
        self.validators = {}

    def find(self, method, path):
        """(operation, texts of its path parameters), or (None, None)."""
        for operation in self.by_precision:
            match = operation.pattern.fullmatch(path)
            if match and operation.method == method:
                return operation, dict(zip(re.findall(r"\{(.+?)\}", operation.path), match.groups()))
        return None, None

    def resolve(self, schema):
        """(the schema that a reference means, its name or None)."""
        name = None
        while "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            schema = self.schemas[name]
        return schema, name

    def fields(self, schema, name, writing):
        """The properties of an object as they are on the wire, by name."""
        found = {}
        for field, said in (schema.get("properties") or {}).items():
            if not (writing and (said.get("readOnly") or (name, field) in UNWRITTEN)):
                found[RENAMED.get(field, field)] = said
        return found

    def json_schema(self, schema, writing):
        """JSON Schema (draft 4) of an OpenAPI schema, without references. Unknown members are wrong when writing."""
        schema, name = self.resolve(schema)
        out = {key: schema[key] for key in KEPT if key in schema}
        if "items" in schema:
            out["items"] = self.json_schema(schema["items"], writing)
        if "properties" in schema:
            fields = self.fields(schema, name, writing)
            out["properties"] = {field: {"not": {}} if said.get("writeOnly") and not writing
                                 else self.json_schema(said, writing) for field, said in fields.items()}
            required = [field for field in schema.get("required", []) if field in fields]
            if required:
                out["required"] = required
            if writing:
                out["additionalProperties"] = False
        if schema.get("nullable") and "type" in out:
            out["type"] = [out["type"], "null"]
            if "enum" in out:
                out["enum"] = out["enum"] + [None]
        return out

    def body_schema(self, operation):
        """JSON Schema of a request's body."""
        schema = self.json_schema(operation.body, True)
        for field in operation.unwritten():
            schema["properties"].pop(field)
        if operation.key in PARTIAL:
            del schema["required"]
        return schema

    def reply_schema(self, operation):
        """JSON Schema of the reply to success."""
        schema = self.json_schema(operation.reply_schema()[1], False)
        if operation.key in WRAPPED:
            wrapper = WRAPPED[operation.key][0]
            schema = {"type": "object", "required": [wrapper], "properties": {wrapper: schema}}
        return schema

    def validator(self, operation, writing):
        """Of an operation's body, or of its reply to success."""
        key = operation.key, writing
        if key not in self.validators:
            schema = self.body_schema(operation) if writing else self.reply_schema(operation)
            self.validators[key] = jsonschema.Draft4Validator(schema, format_checker=format_checker())
        return self.validators[key]

    def query(self, operation):
        """The schemas of an operation's query parameters by name."""
        known = {name: said["schema"] for name, said in operation.parameters["query"].items()}
        known.update((name, schema) for name, (schema, _) in MORE_QUERY.get(operation.key, {}).items())
        return known

    def paths(self, schema, writing, prefix=""):
        """Every field of a schema, however deep: {"inquiry", "inquiry.locations[]", "inquiry.locations[].city"}."""
        schema, name = self.resolve(schema)
        if "items" in schema:
            return self.paths(schema["items"], writing, prefix + "[]") | ({prefix + "[]"} if prefix else set())
        found = set()
        for field, said in self.fields(schema, name, writing).items():
            if said.get("writeOnly") and not writing:
                continue
            path = f"{prefix}.{field}" if prefix else field
            found |= {path} | self.paths(said, writing, path)
        return found


def sent_paths(value, prefix=""):
    """The fields that a value has, spelt as Spec.paths spells them."""
    if isinstance(value, list):
        found = {prefix + "[]"} if value and prefix else set()
        return found.union(*(sent_paths(item, prefix + "[]") for item in value))
    found = set()
    if isinstance(value, dict):
        for field, item in value.items():
            path = f"{prefix}.{field}" if prefix else field
            found |= {path} | sent_paths(item, path)
    return found
