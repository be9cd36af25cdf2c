--- Finds mistakes in a call before it is sent, because Lofty often does not: it ignores what it does not know,
--- cuts what is too long, and refuses the rest without saying which field it was.
---
--- Keys of a field's specification in lofty/operations/:
---   type        string, integer, number, boolean, array, object or any
---   of, fields  what an array holds; an object's fields by name, without which it may have any
---   required    must be there, and not as lofty.null; with nullable = true lofty.null counts as well
---   not_null    may be left out, but not written as lofty.null
---   min, max, enum, max_length (in characters), min_items, max_items, format (see lofty.formats)
---   not_blank   neither empty nor only white space
---   alone       a query parameter that suffers no other beside it
---   readonly    Lofty ignores it when written, so writing it is a mistake
---   default     what Lofty takes when it is left out; with always = true it is sent instead of left out
---   hint, note  what to do instead, said where the value is refused; low_hint: where it is below min; a habit to know
---   multiple    { above=, of= }: a larger integer must be a multiple
---   deprecated  Lofty asks to use something else
---   field       for an id: how the thing it belongs to calls it, where that is not the id's own name
---   example     Lua for help's sample call, where a made-up value would be a poor one
--- Keys of an object, and of a row's `rules` for its query (lofty.rules):
---   at_least_one  names, of which one must be there, neither null nor blank nor false
---   min_fields  how many fields there must be; those named in `idle` do not count when empty, false or null
---   needs       { field=, when=, is= }: field is required when the field named by `when` has one of the values in `is`
---   only        { field=, when=, is= }: field is ignored unless the field named by `when` has one of the values in `is`
---   one_of      lists of names, of each of which at most one may be there; with required = true exactly one
---   overrules   { field=, is=, others= }: with that value, Lofty ignores the others; { field=, above=, others= }: with
---               a larger integer; { field=, others= }: with any value
---   together    { field=, with= }: field is ignored without the field named by `with`
---   in_order    the names of two times, of which the first must not be after the second
---   max_sum     { names, max= }: what the numbers may be together
---   max_span    the most milliseconds between those two
---
--- Every function here returns a message first, nil when all is well, and then the value as it will be sent: a copy
--- in which integral floats are integers and defaults are filled in. What the script passed is never changed.
local formats = require "lofty.formats"
local json = require "native.json"
local nearest = require("native.text").nearest
local plans = require "lofty.plan"
local rules = require "lofty.rules"
local wording = require "lofty.wording"

local describe, listed, quoted = wording.describe, wording.listed, wording.quoted
local sorted_keys, suggestion = wording.sorted_keys, wording.suggestion
local find, math_type, to_integer, utf8_length, null = string.find, math.type, math.tointeger, utf8.len, json.null
local object_plans, query_specs = plans.objects, plans.queries

local M = {}

local checkers = {} -- by type: function(spec, value, path) -> message | nil, value

local function check_enum(spec, value, path)
  local message, clean = checkers[spec.type](spec, value, path)
  if message then return message end
  for _, allowed in ipairs(spec.enum) do
    if clean == allowed then return nil, clean end
  end
  local near
  for _, allowed in ipairs(spec.enum) do
    if tostring(allowed):lower() == tostring(clean):lower() then near = tostring(allowed) end
  end
  near = near or type(clean) == "string" and nearest(clean, spec.enum)
  return ("%s must be one of %s, got %s%s"):format(path, listed(spec.enum, "or"), describe(value),
    near and ("; did you mean %s?"):format(quoted(near)) or "")
end

local function check_value(spec, value, path)
  return (spec.enum and check_enum or checkers[spec.type])(spec, value, path)
end

function checkers.any(_, value) return nil, value end

function checkers.boolean(_, value, path)
  if type(value) == "boolean" then return nil, value end
  return ("%s must be true or false, got %s"):format(path, describe(value))
end

--- A table where one text belongs: either several at once, which Lofty documents no way to write, or the thing itself.
local function text_hint(spec, value)
  if type(value) ~= "table" then return "" end
  if #value > 0 then return "; it takes one text" end
  return spec.hint and "; " .. spec.hint or ""
end

function checkers.string(spec, value, path)
  if type(value) ~= "string" then
    return ("%s must be a string, got %s%s"):format(path, describe(value), text_hint(spec, value))
  end
  local length = utf8_length(value)
  if not length then return path .. " is not valid UTF-8" end
  if spec.not_blank and not find(value, "%S") then return path .. " must not be blank" end
  if spec.max_length and length > spec.max_length then
    return ("%s must be at most %d characters long, got %d"):format(path, spec.max_length, length)
  end
  local wrong = spec.format and formats[spec.format](value)
  if wrong then return ("%s %s %s"):format(path, quoted(value), wrong) end
  return nil, value
end

local function out_of_range(spec, value, path)
  local low, high = spec.min, spec.max
  if (not low or value >= low) and (not high or value <= high) then return nil end
  local range = low and high and ("between %s and %s"):format(low, high)
    or low and ("at least %s"):format(low) or ("at most %s"):format(high)
  local hint = low and value < low and spec.low_hint
  return ("%s must be %s, got %s%s"):format(path, range, value, hint and "; " .. hint or "")
end

function checkers.number(spec, value, path)
  if type(value) ~= "number" then return ("%s must be a number, got %s"):format(path, describe(value)) end
  if value ~= value or value == math.huge or value == -math.huge then
    return ("%s must be a finite number, got %s"):format(path, value)
  end
  return out_of_range(spec, value, path), value
end

--- People pass the whole lead where its id belongs; say how the id is reached.
local function id_hint(spec, value, path)
  if type(value) == "string" and to_integer(tonumber(value)) then return "; write it without quotes" end
  local name = path:match("([%a_][%w_]*)$")
  if type(value) ~= "table" or not name or not name:find("Id$") then return "" end
  for _, field in ipairs { name, spec.field or "id" } do
    if value[field] ~= nil then return "; pass its " .. field end
  end
  return ""
end

local EXACT_FLOAT = 2 ^ 53 -- beyond, a float does not hold every integer: it may have been made from another id

function checkers.integer(spec, value, path)
  local kind = math_type(value)
  if kind == "integer" and value >= (spec.min or value) and not (spec.format or spec.multiple or spec.max) then
    return nil, value -- mostly it is an id
  end
  local integer = kind == "integer" and value or kind == "float" and to_integer(value)
  if integer and kind == "float" and (value >= EXACT_FLOAT or value <= -EXACT_FLOAT) then
    return ("%s must be an integer, got the float %.17g, which may have lost digits"):format(path, value)
  end
  if not integer then
    return ("%s must be an integer, got %s%s"):format(path, describe(value), id_hint(spec, value, path))
  end
  local wrong = spec.format and formats[spec.format](integer)
  if wrong then return ("%s %d %s"):format(path, integer, wrong) end
  local multiple = spec.multiple
  if multiple and integer > multiple.above and integer % multiple.of ~= 0 then
    return ("%s must be a multiple of %d above %d, got %d"):format(path, multiple.of, multiple.above, integer)
  end
  return out_of_range(spec, integer, path), integer
end

function checkers.array(spec, value, path)
  local label = path == "" and "the body" or path
  if type(value) ~= "table" then return ("%s must be an array, got %s"):format(label, describe(value)) end
  local count, fields = 0, false
  for key in pairs(value) do
    count = count + 1
    fields = fields or math_type(key) ~= "integer"
  end
  if fields then
    local brace = spec.of.type == "object" and "; put another pair of braces around it" or ""
    return ("%s must be an array, got a table with named fields%s"):format(label, brace)
  end
  local clean = json.array {}
  for index = 1, count do
    if value[index] == nil then return ("%s is an array with a hole at [%d]"):format(label, index) end
    local message, item = check_value(spec.of, value[index], ("%s[%d]"):format(path, index))
    if message then return message end
    clean[index] = item
  end
  if spec.min_items and count < spec.min_items then
    return ("%s must not be empty%s"):format(label, spec.hint and "; " .. spec.hint or "")
  end
  if spec.max_items and count > spec.max_items then
    return ("%s must have at most %d items, got %d"):format(label, spec.max_items, count)
  end
  return nil, clean
end

--- Some key of the value is no field.
local function unknown_field(fields, value, path, what)
  local inside = path ~= "" and " in " .. path or ""
  local keys = sorted_keys(value)
  for _, key in ipairs(keys) do
    if key == 1 and #keys == 1 and type(value[1]) == "table" then
      return (path ~= "" and path .. " has " or "") .. "one pair of braces too many"
    elseif type(key) ~= "string" then
      return ("unknown %s [%s]%s: every value needs a name"):format(what, tostring(key), inside)
    elseif not fields[key] then
      return ("unknown %s %s%s%s"):format(what, quoted(key), inside, suggestion(key, fields))
    end
  end
end

local function missing_fields(required, fields, value, prefix)
  local missing
  for place = 1, #required do
    local name = required[place]
    if value[name] == nil then
      missing = missing or {}
      missing[#missing + 1] = prefix .. name
    end
  end
  if not missing then return nil end
  local hint = #missing == 1 and fields[missing[1]:match("[%w_]+$")].hint
  return ("%s %s required%s"):format(listed(missing, "and"), #missing == 1 and "is" or "are",
    hint and "; " .. hint or "")
end

local function refuse_readonly(spec, _, path)
  return ("%s cannot be written%s"):format(path, spec.note and ": " .. spec.note or ": Lofty ignores it")
end

--- What lofty.null may stand for, as a member of an object.
local function check_null(spec, value, path, what)
  if spec.readonly then return refuse_readonly(spec, value, path) end
  if what == "field" and (spec.nullable or not spec.required and not spec.not_null) then return nil, value end
  return ("%s must not be null%s"):format(path, spec.hint and "; " .. spec.hint or "")
end

--- An object whose names Lofty does not list.
local function check_open_object(value, path)
  for key in pairs(value) do
    if type(key) ~= "string" then return ("%s must be a table with named fields, got %s"):format(path, describe(value)) end
  end
  return nil, value
end

--- Writes out what Lofty would take, where that is not what it documents.
local function fill_in(always, fields, clean)
  for place = 1, #always do
    local name = always[place]
    if clean[name] == nil then clean[name] = fields[name].default end
  end
end

--- A parameter that suffers no other has company.
local function not_alone(alone, query)
  for _, name in ipairs(alone) do
    local names = query[name] ~= nil and sorted_keys(query) or {}
    if #names > 1 then
      return ("%s goes on with the search it came from and must be the only parameter; %s would be ignored")
        :format(name, names[1] == name and names[2] or names[1])
    end
  end
end

--- What the first wrong field has to say comes after those that are missing, and before rules about several.
local function wrong_in_all(plan, spec, value, clean, path, message)
  local prefix = path == "" and "" or path .. "."
  return plan.required and missing_fields(plan.required, spec.fields, value, prefix)
    or message or plan.rules and rules.broken(plan.rules, clean, path)
    or plan.alone and not_alone(plan.alone, value)
end

local function check_object(spec, value, path, what)
  if type(value) ~= "table" then
    local expected = path == "" and "expected" or path .. " must be"
    return ("%s a table of %ss, got %s"):format(expected, what, describe(value))
  end
  if not spec.fields then return check_open_object(value, path) end
  local fields, plan = spec.fields, object_plans[spec]
  local prefix = path == "" and "" or path .. "."
  local clean, first, message = {}, nil, nil -- of several wrong fields always the same one is told
  for name, member in pairs(value) do
    local field = fields[name]
    if not field then return unknown_field(fields, value, path, what) end
    local wrong
    local checker = member == null and check_null or field.readonly and refuse_readonly or check_value
    wrong, clean[name] = checker(field, member, prefix .. name, what)
    if wrong and (not first or name < first) then first, message = name, wrong end
  end
  message = wrong_in_all(plan, spec, value, clean, path, message)
  if message then return message end
  if plan.always then fill_in(plan.always, fields, clean) end
  return nil, clean
end

function checkers.object(spec, value, path)
  return check_object(spec, value, path, "field")
end

M.value, M.object = check_value, check_object -- for who looks at calls that nobody makes (lofty.checks)

local function prefixed(row, message, clean)
  if message then return row.name .. ": " .. message end
  return nil, clean
end

--- Whether the fields stand where the path parameter belongs, with that parameter among them perhaps.
local function is_misplaced(row, value, fields)
  if not row.params or type(fields) == "table" and next(fields) ~= nil then return false end
  if row.body then return true end
  for name in pairs(row.query or {}) do
    if value[name] ~= nil then return true end
  end
  return false
end

--- Checks the path parameters, which come by position.
---@param row table the operation
---@param values table as many values as the operation has parameters; unlike a script's tables it is changed, and returned
---@param fields any what was passed after them
---@return string|nil message
---@return table|nil clean
function M.params(row, values, fields)
  if type(values[1]) == "table" and is_misplaced(row, values[1], fields) then
    local name = row.params[1].name
    return ("%s: %s comes first: %s(%s, { ... })"):format(row.name, name, row.name, name)
  end
  local params = row.params
  for index = 1, params and #params or 0 do
    local spec, value = params[index], values[index]
    if value == nil then return ("%s: %s is required"):format(row.name, spec.name) end
    local message, clean = check_value(spec, value, spec.name)
    if message then return prefixed(row, message) end
    values[index] = clean
  end
  return nil, values
end

--- Checks what the path demands of the fields: a row's `needs_by_path` are rules as `needs`, whose `when` names a
--- parameter of the path.
---@param row table the operation, which has them
---@param values any[] the path parameters
---@param fields table checked
---@return string|nil message
function M.beside_path(row, values, fields)
  local all = {}
  for name, value in pairs(fields) do all[name] = value end
  for index, param in ipairs(row.params) do all[param.name] = values[index] end
  return prefixed(row, rules.broken(rules.of { needs = row.needs_by_path }, all, ""))
end

--- Checks the query of a GET or DELETE.
---@param row table the operation
---@param query table
---@return string|nil message
---@return table|nil clean
function M.query(row, query)
  return prefixed(row, check_object(query_specs[row], query, "", "parameter"))
end

--- Checks the body of a POST or PUT.
---@param row table the operation
---@param body table
---@return string|nil message
---@return table|nil clean
function M.body(row, body)
  return prefixed(row, check_value(row.body, body, ""))
end

return M
