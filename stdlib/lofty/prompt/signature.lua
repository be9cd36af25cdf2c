--- The hint below the line: what the call at the cursor takes, or what the field at the cursor may be, in half a line.
local place_of = require("lofty.prompt.place").of
local values = require "lofty.manual.values"
local words = require "lofty.prompt.words"

local M = {}

local function positional(params)
  local names = {}
  for index, param in ipairs(params or {}) do names[index] = param.name end
  return names
end

--- Names of fields, those that are required first and marked.
local function field_names(fields)
  local names, required = {}, {}
  for name, spec in pairs(fields) do
    table.insert(spec.required and required or names, spec.required and name .. "*" or name)
  end
  table.sort(names)
  table.sort(required)
  return table.move(names, 1, #names, #required + 1, required)
end

--- "leads.update(leadId, { assignedUserId, birthday, ... })"
---@param row table an operation's or a helper's
---@return string
function M.of(row)
  local parts = positional(row.params)
  local fields = row.body and (row.body.fields or row.body.of and row.body.of.fields) or row.query or row.fields
  if fields and next(fields) then
    local list = "{ " .. table.concat(field_names(fields), ", ") .. " }"
    parts[#parts + 1] = row.body and row.body.type == "array" and "{ " .. list .. ", ... }" or list
  end
  local call = ("%s(%s)"):format(row.name, table.concat(parts, ", "))
  return (call:gsub("^([%w_.]+)%(({.*})%)$", "%1 %2"))
end

local function describe(name, spec)
  local ok, text = pcall(values.describe, spec)
  return name .. ": " .. (ok and text or spec.type or "") .. (spec.required and ", required" or "")
end

--- Of a name that is not called yet.
local function of_name(scope, place)
  local row, helper = words.operation(scope, not place.in_text and place.word or nil)
  return (row or helper) and M.of(row or helper)
end

--- What helps at the cursor, or nil.
---@param scope lofty.prompt.Scope
---@param line string up to the cursor
---@return string|nil
function M.hint(scope, line)
  local place = not line:find("^%s*[?.]") and place_of(line)
  if not place then return nil end
  local call = place.call
  if not call then return of_name(scope, place) end
  local row, helper = words.operation(scope, call.callee)
  local called = row or helper
  if not called then return of_name(scope, place) end
  local spec = words.value_spec(row, helper, place)
  if spec then return describe(place.key, spec) end
  local fields = place.is_table and #place.path > 0 and words.fields(row, helper, place.path)
  if fields then return place.path[#place.path] .. ": { " .. table.concat(field_names(fields), ", ") .. " }" end
  return M.of(called)
end

return M
