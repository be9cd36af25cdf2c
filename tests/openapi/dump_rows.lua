--- Prints what every operation's row says about paths, parameters and fields, as one JSON object by name. For rows.py.
local json = require "native.json"
local operations = require "lofty.operations"

local KEYS = { "name", "type", "required", "readonly", "enum", "min", "max", "max_length" }

local function facts(spec)
  local copy = {}
  for _, key in ipairs(KEYS) do copy[key] = spec[key] end
  if spec.of then copy.of = facts(spec.of) end
  for name, field in pairs(spec.fields or {}) do
    copy.fields = copy.fields or {}
    copy.fields[name] = facts(field)
  end
  return copy
end

local function row_facts(row)
  local copy = { method = row.method, path = row.path, params = json.array {}, query = {} }
  for index, param in ipairs(row.params or {}) do copy.params[index] = facts(param) end
  for name, spec in pairs(row.query or {}) do copy.query[name] = facts(spec) end
  copy.body = row.body and facts(row.body)
  return copy
end

local rows = {}
for _, name in ipairs(operations.names()) do rows[name] = row_facts(operations.find(name)) end
print(assert(json.encode(rows)))
