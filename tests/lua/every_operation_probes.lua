--- For every_operation_test: all the ways to get a call wrong, derived from an operation's row. A probe is
---   { kind, path, value, says }
--- kind   what is wrong: name, type, range, enum, length, blank, format, items, missing, null, readonly, rule, count
--- path   the keys that lead from the list of arguments to the wrong value: { 2, "inquiry", "locations", 1, "city" }
--- value  what stands there instead; nil takes away what is there; a function makes it of what is there
--- says   a text that the message must hold: the name of what is wrong
local json = require "native.json"
local rules = require "every_operation_rules"

local M = {}

--- Values that are of no other type than these, by what a specification asks for.
local WRONG_TYPES = {
  string = { 5, true, { "a" }, { a = 1 } },
  integer = { "5", 1.5, 2.0 ^ 53, true, { 1 } },
  number = { "5", true, { 1 } },
  boolean = { "true", 1, { true } },
  array = { "a", 5, true, { a = 1 } },
  object = { "a", 5, true, { { a = 1 } } },
  any = {},
}

local NO_SUCH = "zzUnknown"

--- What is right in no format: a text, and a moment in seconds where milliseconds belong.
local ILL_FORMED = { string = "<no such thing>", integer = 1747272300 }

local function extended(path, key)
  local longer = table.move(path, 1, #path, 1, {})
  longer[#longer + 1] = key
  return longer
end

--- How a message calls the value at the end of a path: by its name, or by its place in a named array.
local function called(path, name)
  return type(path[#path]) == "number" and #path > 1 and ("[%d]"):format(path[#path]) or name
end

local function outside(enum)
  if type(enum[1]) == "string" then return "no such value" end
  return math.max(table.unpack(enum)) + 1000
end

local probe_value

--- `spec` has the fields and the rules about them.
local function probe_members(add, spec, path)
  add("name", extended(path, NO_SUCH), 1, NO_SUCH)
  for name, field in pairs(spec.fields) do
    local inner = extended(path, name)
    if field.required then add("missing", inner, nil, name) end
    if field.readonly then
      add("readonly", inner, WRONG_TYPES[field.type][1], name)
    else
      probe_value(add, field, inner, name)
    end
  end
  rules.probe(spec, function(says, value) add("rule", path, value, says) end)
end

local function probe_limits(add, spec, path, says)
  if spec.min then add("range", path, spec.min - 1, says) end
  if spec.max then add("range", path, spec.max + 1, says) end
  if spec.multiple then add("range", path, spec.multiple.above + 1, says) end
  if spec.enum then add("enum", path, outside(spec.enum), says) end
  if spec.max_length then add("length", path, ("x"):rep(spec.max_length + 1), says) end
  if spec.not_blank then add("blank", path, " ", says) end
  if spec.format then add("format", path, ILL_FORMED[spec.type], says) end
  if spec.min_items then add("items", path, json.array {}, says) end
  if spec.max_items then
    add("items", path, function(items)
      local many = {}
      for index = 1, spec.max_items + 1 do many[index] = items[1] end
      return many
    end, says)
  end
end

function probe_value(add, spec, path, name)
  local says = called(path, name)
  for _, value in ipairs(assert(WRONG_TYPES[spec.type], spec.type)) do add("type", path, value, says) end
  if spec.required and not spec.nullable or spec.not_null then add("null", path, json.null, says) end
  probe_limits(add, spec, path, says)
  if spec.of and spec.type == "array" then probe_value(add, spec.of, extended(path, 1), name) end
  if spec.fields then probe_members(add, spec, path) end
end

--- All probes of one operation.
---@param row table
---@return table[]
function M.of(row)
  local probes = {}
  local function add(kind, path, value, says)
    probes[#probes + 1] = { kind = kind, path = path, value = value, says = says }
  end
  local params = row.params or {}
  for index, spec in ipairs(params) do
    add("missing", { index }, nil, spec.name)
    probe_value(add, spec, { index }, spec.name)
  end
  local place = #params + 1
  if row.body or row.query then add("type", { place }, "a", row.name) end
  if row.body and row.body.type == "array" then
    probe_value(add, row.body, { place }, "body")
  elseif row.body then
    probe_members(add, row.body, { place })
  elseif row.query then
    local query = { fields = row.query }
    for rule, value in pairs(row.rules or {}) do query[rule] = value end
    probe_members(add, query, { place })
  else
    add("name", { place }, { [NO_SUCH] = 1 }, row.name)
  end
  add("count", { place + 2 }, {}, "takes at most")
  return probes
end

return M
