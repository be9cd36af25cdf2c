--- Whether a specification says only what lofty.check can keep: known keys, each with a type that it means something
--- for, and rules about fields that are there. A field whose type changed in the description would otherwise lose its
--- range in silence, and a rule about a renamed field would never apply.
local formats = require "lofty.formats"

local M = {}

--- Which types a key means something for; true for all.
local KEYS = {
  type = true, required = true, not_null = true, nullable = true, enum = true, readonly = true, default = true,
  always = true, hint = true, note = true, deprecated = true, name = true, field = true, example = true,
  min = { integer = true, number = true }, max = { integer = true, number = true }, low_hint = { integer = true },
  multiple = { integer = true }, max_length = { string = true }, not_blank = { string = true },
  alone = true, format = { string = true, integer = true },
  of = { array = true }, min_items = { array = true }, max_items = { array = true },
  fields = { object = true },
}

--- Rules of an object, and of a row's query: how to list the names of fields they speak of.
local RULES = {
  at_least_one = function(names) return names end,
  idle = function(names) return names end,
  in_order = function(names) return names end,
  one_of = function(groups)
    local names = {}
    for _, group in ipairs(groups) do table.move(group, 1, #group, #names + 1, names) end
    return names
  end,
  together = function(rules)
    local names = {}
    for _, rule in ipairs(rules) do table.move({ rule.field, rule.with }, 1, 2, #names + 1, names) end
    return names
  end,
  overrules = function(rules)
    local names = {}
    for _, rule in ipairs(rules) do
      names[#names + 1] = rule.field
      table.move(rule.others, 1, #rule.others, #names + 1, names)
    end
    return names
  end,
  min_fields = function() return {} end,
  max_span = function() return {} end,
  max_sum = function(names) return names end,
}

local function conditions(rules)
  local names = {}
  for _, rule in ipairs(rules) do table.move({ rule.field, rule.when }, 1, 2, #names + 1, names) end
  return names
end
RULES.needs, RULES.only = conditions, conditions

local TYPES = { string = true, integer = true, number = true, boolean = true, array = true, object = true, any = true }

local LUA_TYPES = { string = "string", integer = "number", number = "number", boolean = "boolean" }

--- The formats that are about numbers of milliseconds; the others are about text.
local function format_suits(spec)
  return formats[spec.format] and (spec.format:find("^epoch%-ms") ~= nil) == (spec.type == "integer")
end

local function wrong(where, message, ...)
  error(("%s: %s"):format(where, message:format(...)), 0)
end

local function check_rules(holder, fields, where)
  for rule, names_of in pairs(RULES) do
    for _, name in ipairs(holder[rule] and names_of(holder[rule]) or {}) do
      if not fields[name] then wrong(where, "%s speaks of %s, which is not there", rule, name) end
    end
  end
end

local function check_values(spec, where)
  for _, value in ipairs(spec.enum or {}) do
    if type(value) ~= LUA_TYPES[spec.type] then wrong(where, "%s is no %s", tostring(value), spec.type) end
  end
  if spec.default ~= nil and type(spec.default) ~= LUA_TYPES[spec.type] then
    wrong(where, "the default %s is no %s", tostring(spec.default), spec.type)
  end
  if spec.always and spec.default == nil then wrong(where, "there is no default to send always") end
  if spec.format and not format_suits(spec) then wrong(where, "format %s does not suit %s", spec.format, spec.type) end
end

--- Raises a text where a specification cannot be kept. Named schemas within it are looked at on their own.
---@param spec table
---@param where string what it is called
function M.check(spec, where)
  if spec.ref then return end
  if not TYPES[spec.type] then wrong(where, "there is no type %s", tostring(spec.type)) end
  for key in pairs(spec) do
    local suits = KEYS[key] or RULES[key] and { object = true }
    if not suits then wrong(where, "there is no key %s", key) end
    if suits ~= true and not suits[spec.type] then wrong(where, "%s means nothing for type %s", key, spec.type) end
  end
  check_values(spec, where)
  check_rules(spec, spec.fields or {}, where)
  if spec.of then M.check(spec.of, where .. "[]") end
  for name, field in pairs(spec.fields or {}) do M.check(field, where .. "." .. name) end
end

--- Raises a text where a row's specifications cannot be kept.
---@param row table
---@param name string the operation's
function M.check_row(row, name)
  for _, param in ipairs(row.params or {}) do M.check(param, ("%s.%s"):format(name, param.name)) end
  for key, param in pairs(row.query or {}) do M.check(param, ("%s.%s"):format(name, key)) end
  if row.body then M.check(row.body, name) end
  for rule in pairs(row.rules or {}) do
    if not RULES[rule] then wrong(name, "there is no rule %s", rule) end
  end
  check_rules(row.rules or {}, row.query or {}, name)
end

return M
