--- Rules about several fields of one object, for lofty.check, which explains the keys. Each function here takes the
--- specification of the object, its checked fields and how a message about it begins; it returns the message, or nil
--- when the rule is kept.
local json = require "native.json"
local times = require "lofty.times"
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

local function too_few(spec, fields, subject)
  if not spec.min_fields then return nil end
  for name, value in pairs(fields) do
    if not is_idle(spec, name, value) then return nil end
  end
  return ("%sneeds at least one field%s"):format(subject, next(fields) ~= nil and " that changes something" or "")
end

local function none_given(spec, fields, subject)
  if not spec.at_least_one then return nil end
  for _, name in ipairs(spec.at_least_one) do
    if is_given(fields[name]) then return nil end
  end
  return ("%sneeds at least one of %s"):format(subject, wording.listed(spec.at_least_one, "and"))
end

local function needed(spec, fields, prefix)
  for _, rule in ipairs(spec.needs or {}) do
    for _, value in ipairs(rule.is) do
      if fields[rule.when] == value and not is_given(fields[rule.field]) then
        return ("%s%s is required when %s is %s"):format(prefix, rule.field, rule.when, wording.quoted(value))
      end
    end
  end
end

local function overruled(spec, fields, prefix)
  for _, rule in ipairs(spec.overrules or {}) do
    for _, name in ipairs(fields[rule.field] == rule.is and rule.others or {}) do
      if fields[name] ~= nil then
        return ("%s%s would be ignored beside %s = %s"):format(prefix, name, rule.field, tostring(rule.is))
      end
    end
  end
end

local function out_of_order(spec, fields, prefix)
  local first, last = table.unpack(spec.in_order or {})
  local from, to = times.parse(fields[first]), times.parse(fields[last])
  if from and to and from > to then
    return ("%s%s %s is after %s %s"):format(prefix, first, wording.quoted(fields[first]), last,
      wording.quoted(fields[last]))
  end
end

--- The first rule of an object that its fields break.
---@param spec table the object's specification
---@param fields table<string, any> checked each on its own
---@param path string where the object is; "" for the whole body
---@return string|nil message
function M.broken(spec, fields, path)
  local subject = path ~= "" and path .. " " or ""
  local prefix = path ~= "" and path .. "." or ""
  return too_few(spec, fields, subject) or none_given(spec, fields, subject) or needed(spec, fields, prefix)
    or overruled(spec, fields, prefix) or out_of_order(spec, fields, prefix)
end

return M
