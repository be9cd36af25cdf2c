--- Rules about several fields of one object, for lofty.check, which explains the keys. Each rule is a function that takes
--- the specification of the object, its checked fields and how a message about it begins; it returns the message, or nil
--- when the rule is kept. It is only called where the specification has the rule's key.
local arrays = require "lofty.arrays"
local json = require "native.json"
local wording = require "lofty.wording"

local M = {}

local function is_given(value)
  return value ~= nil and value ~= json.null and (type(value) ~= "string" or value:find("%S") ~= nil)
end

--- Whether a field that is listed in `idle` would change nothing: false, null or an empty array.
local function is_idle(spec, name, value)
  for _, idle in ipairs(spec.idle or {}) do
    if idle == name then return not value or value == json.null or type(value) == "table" and next(value) == nil end
  end
  return false
end

--- The names of the fields without which there is nothing to count.
local function required_names(spec)
  local names = {}
  for _, name in ipairs(wording.sorted_keys(spec.fields or {})) do
    if spec.fields[name].required then names[#names + 1] = name end
  end
  return names
end

local function too_few(spec, fields, subject)
  local count = 0
  for name, value in pairs(fields) do
    if not is_idle(spec, name, value) then count = count + 1 end
  end
  if count >= spec.min_fields then return nil end
  local names = required_names(spec)
  local beside = #names > 0 and " beside " .. wording.listed(names, "and") or ""
  local idle = next(fields) ~= nil and beside == "" and " that changes something" or ""
  return ("%sneeds at least one field%s%s"):format(subject, beside, idle)
end

local function none_given(spec, fields, subject)
  for _, name in ipairs(spec.at_least_one) do
    if is_given(fields[name]) and fields[name] ~= false then return nil end
  end
  return ("%sneeds at least one of %s"):format(subject, wording.listed(spec.at_least_one, "and"))
end

local function needed(spec, fields, prefix)
  for _, rule in ipairs(spec.needs) do
    local value = fields[rule.when]
    if arrays.has(rule.is, value) and not is_given(fields[rule.field]) then
      return ("%s%s is required when %s is %s"):format(prefix, rule.field, rule.when, wording.quoted(value))
    end
  end
end

--- Whether a field has a value with which Lofty passes over others.
local function overrules(rule, value)
  if rule.above then return math.type(value) == "integer" and value > rule.above end
  if rule.is ~= nil then return value == rule.is end
  return is_given(value)
end

local function overruled(spec, fields, prefix)
  for _, rule in ipairs(spec.overrules) do
    local value = fields[rule.field]
    for _, name in ipairs(overrules(rule, value) and rule.others or {}) do
      if fields[name] ~= nil then
        local beside = rule.is ~= nil and ("%s = %s"):format(rule.field, tostring(value)) or rule.field
        return ("%s%s would be ignored beside %s"):format(prefix, name, beside)
      end
    end
  end
end

--- Fields that say nothing without another one.
local function alone(spec, fields, prefix)
  for _, rule in ipairs(spec.together) do
    if is_given(fields[rule.field]) and not is_given(fields[rule.with]) then
      return ("%s%s would be ignored without %s"):format(prefix, rule.field, rule.with)
    end
  end
end

--- Fields that Lofty would not look at beside what else is there.
local function not_applicable(spec, fields, prefix)
  for _, rule in ipairs(spec.only) do
    if fields[rule.field] ~= nil and fields[rule.when] ~= nil and not arrays.has(rule.is, fields[rule.when]) then
      return ("%s%s would be ignored: it is for %s %s"):format(prefix, rule.field, rule.when,
        wording.listed(rule.is, "or"))
    end
  end
end

--- Two spellings of one thing, of which Lofty would pass over the second.
local function too_many(spec, fields, prefix)
  for _, names in ipairs(spec.one_of) do
    local given = {}
    for _, name in ipairs(names) do
      if is_given(fields[name]) then given[#given + 1] = name end
    end
    if #given > 1 then return ("%s%s: write one of them, not both"):format(prefix, wording.listed(given, "and")) end
    if #given == 0 and names.required then return ("%s%s is required"):format(prefix, wording.listed(names, "or")) end
  end
end

--- Numbers that are each right and together beyond what Lofty reaches.
local function too_much(spec, fields, prefix)
  local rule, sum = spec.max_sum, 0
  for _, name in ipairs(rule) do sum = sum + (fields[name] or 0) end
  if sum > rule.max then
    return ("%s%s may be at most %d together, got %d"):format(prefix, wording.listed(rule, "and"), rule.max, sum)
  end
end

local DAY = 86400000

--- Two moments in the wrong order, or too far apart. The name of a moment in milliseconds ends in Ms beside its twin.
local function out_of_order(spec, fields, prefix)
  local first, last = table.unpack(spec.in_order)
  if fields[first] == nil then first = first .. "Ms" end
  if fields[last] == nil then last = last .. "Ms" end
  local parse_time = require("lofty.time.reading").parse
  local from, to = parse_time(fields[first]), parse_time(fields[last])
  if not from or not to then return nil end
  if from > to then
    return ("%s%s %s is after %s %s"):format(prefix, first, wording.quoted(tostring(fields[first])), last,
      wording.quoted(tostring(fields[last])))
  end
  if spec.max_span and to - from > spec.max_span then
    local most = spec.max_span > DAY and ("%d days"):format(spec.max_span // DAY) or "24 hours"
    return ("%s%s may be at most %s after %s"):format(prefix, last, most, first)
  end
end

--- All rules, in the order in which they are looked at: the key that asks for one, and whether messages begin with the
--- object instead of with one of its fields.
local RULES = {
  { key = "min_fields", broken = too_few, of_object = true },
  { key = "at_least_one", broken = none_given, of_object = true },
  { key = "needs", broken = needed },
  { key = "overrules", broken = overruled },
  { key = "together", broken = alone },
  { key = "only", broken = not_applicable },
  { key = "one_of", broken = too_many },
  { key = "max_sum", broken = too_much },
  { key = "in_order", broken = out_of_order },
}

---@class lofty.Rules those of one object
---@field spec table the object's specification

--- The rules that a specification asks for.
---@param spec table
---@return lofty.Rules|nil rules nil where there are none
function M.of(spec)
  local found
  for _, rule in ipairs(RULES) do
    if spec[rule.key] then
      found = found or { spec = spec }
      found[#found + 1] = rule
    end
  end
  return found
end

--- The first rule of an object that its fields break.
---@param asked lofty.Rules|nil
---@param fields table<string, any> checked each on its own
---@param path string where the object is; "" for the whole body
---@return string|nil message
function M.broken(asked, fields, path)
  if not asked then return nil end
  local subject = path ~= "" and path .. " " or ""
  local prefix = path ~= "" and path .. "." or ""
  for _, rule in ipairs(asked) do
    local message = rule.broken(asked.spec, fields, rule.of_object and subject or prefix)
    if message then return message end
  end
end

return M
