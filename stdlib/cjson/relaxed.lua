--- lua-cjson's leniency: what it encodes although JSON has no such thing. The copy made here says in
--- JSON's terms what lua-cjson would have written: null in the holes of an array, numbers among the
--- keys of a table as names.

local json = require "native.json"

local M = {}

local copy_value

-- The length of the table as an array, or nil if it is none by lua-cjson's rules.
local function array_length(t, sparse)
  local length, items = 0, 0
  for key in next, t do
    if math.type(key) ~= "integer" or key < 1 then return nil end
    length, items = math.max(length, key), items + 1
  end
  if items == 0 then return getmetatable(t) == json.array_mt and 0 or nil end
  if sparse.ratio > 0 and length > items * sparse.ratio and length > sparse.safe then
    if sparse.convert then return nil end
    error({ "Cannot serialise table: excessively sparse array" }, 0)
  end
  return length
end

local function copy_object(t, object, settings, copies, depth)
  for key, value in next, t do
    local name = key
    if type(key) == "number" then name = json.encode(key) end
    if type(name) ~= "string" then
      error({ ("Cannot serialise %s: table key must be a number or string"):format(type(key)) }, 0)
    elseif object[name] ~= nil then
      error({ ("Cannot serialise table: it has both the number and the string %s as a key"):format(name) }, 0)
    end
    object[name] = copy_value(value, settings, copies, depth)
  end
end

-- A table gets one copy, however often it is met: one that contains itself has such a copy, too.
local function copy_table(t, settings, copies, depth)
  if copies[t] then return copies[t] end
  local length = array_length(t, settings.encode_sparse_array)
  local copy = length and json.array() or {}
  copies[t] = copy
  if not length then
    copy_object(t, copy, settings, copies, depth - 1)
  else
    for i = 1, length do copy[i] = copy_value(rawget(t, i), settings, copies, depth - 1) end
  end
  return copy
end

function copy_value(value, settings, copies, depth)
  if type(value) == "table" and depth > 0 then return copy_table(value, settings, copies, depth) end
  local invalid = math.type(value) == "float" and value - value ~= 0
  if value == nil or invalid and settings.encode_invalid_numbers == "null" then return json.null end
  return value
end

--- Copies a value that native.json refused. What it cannot do anything about it leaves in the copy,
--- for native.json to say what is wrong with it.
---@param value any
---@param settings table of a cjson.instance
---@param max_depth integer
---@return any copy
---@return string|nil problem instead of a copy
function M.copy(value, settings, max_depth)
  local fine, result = pcall(copy_value, value, settings, {}, max_depth)
  if fine then return result end
  if type(result) == "table" then return nil, result[1] end
  error(result, 0)
end

return M
