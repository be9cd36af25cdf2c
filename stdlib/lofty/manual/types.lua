--- The types of an editor's definitions, in LuaLS's notation, from the specifications that calls are checked with.
local values = require "lofty.manual.values"

local M = {}

local SIMPLE = { integer = "integer", number = "number", boolean = "boolean", string = "string" }

local function literal(value)
  return type(value) == "string" and ("%q"):format(value) or tostring(value)
end

--- What is always in a reply: what Lofty's description says so of, and ids, without which no call could follow.
local function is_always_there(name, spec)
  return spec.required or name == "id" or name:find("Id$") ~= nil
end

--- One line for a field or a parameter, its text after the type.
---@param tag string "@field name?" or "@param name"
---@param kind string its type
---@param spec table
---@return string
function M.line(tag, kind, spec)
  return (("---%s %s %s"):format(tag, kind, values.describe(spec, true)):gsub("%s+$", ""))
end

--- A class for an object's fields; its members' classes come before it. What a call does not take is left out.
local function class_of(spec, name, classes, is_reply)
  local lines = {}
  for _, field in ipairs(values.names(spec.fields)) do
    local member = spec.fields[field]
    local key = field:find("^[%a_][%w_]*$") and field or ("[%q]"):format(field)
    local is_there = is_reply and is_always_there(field, member) or not is_reply and member.required
    if is_reply or not member.readonly then
      local kind = M.of(member, name .. "." .. field, classes, is_reply)
      lines[#lines + 1] = M.line(("@field %s%s"):format(key, is_there and "" or "?"), kind, member)
    end
  end
  table.insert(lines, 1, "---@class " .. name)
  classes[#classes + 1] = table.concat(lines, "\n")
  return name
end

--- The type of a value.
---@param spec table as lofty.check explains
---@param name string what a class for it is called
---@param classes string[] definitions of the classes it needs are added here
---@param is_reply boolean|nil the value comes from Lofty
---@return string
function M.of(spec, name, classes, is_reply)
  if spec.enum and not is_reply then
    local words = {}
    for index, value in ipairs(spec.enum) do words[index] = literal(value) end
    return table.concat(words, "|") .. (spec.nullable and "|lofty.Null" or "")
  end
  local kind = SIMPLE[spec.type] or "any"
  if spec.type == "array" then
    local element = M.of(spec.of or {}, name, classes, is_reply)
    kind = element:find("|", 1, true) and ("(%s)[]"):format(element) or element .. "[]"
  elseif spec.type == "object" then
    kind = spec.fields and next(spec.fields) and class_of(spec, name, classes, is_reply) or "table"
  end
  return spec.nullable and not is_reply and kind ~= "any" and kind .. "|lofty.Null" or kind
end

return M
