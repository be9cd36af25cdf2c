--- How tests show values, compare them, and say where two of them differ.
local json = require "native.json"
local lofty_error = require "lofty.error"
local wording = require "lofty.wording"

local M = {}

local DEEPEST, LONGEST, MOST_DIFFERENCES = 8, 400, 20

local function key_text(key)
  if type(key) == "string" and key:find("^[%a_][%w_]*$") then return key end
  return "[" .. M.show(key) .. "]"
end

local function show_table(value, depth)
  if depth >= DEEPEST then return "{...}" end
  local parts, length = {}, #value
  for index = 1, length do parts[index] = M.show(value[index], depth + 1) end
  for _, key in ipairs(wording.sorted_keys(value)) do
    if not (math.type(key) == "integer" and key >= 1 and key <= length) then
      parts[#parts + 1] = key_text(key) .. " = " .. M.show(value[key], depth + 1)
    end
  end
  return "{" .. table.concat(parts, ", ") .. "}"
end

--- A value on one line: strings in quotes, floats told from integers, members in order.
---@param value any
---@param depth integer|nil
---@return string
function M.show(value, depth)
  if type(value) == "string" then
    local text = ("%q"):format(value):gsub("\\\n", "\\n")
    if utf8.len(text) then return text end
    return (text:gsub("[\128-\255]", function(byte) return ("\\%d"):format(byte:byte()) end))
  end
  if value == json.null then return "lofty.null" end
  if lofty_error.is_error(value) then return ("the error %s (%s)"):format(value.code, tostring(value)) end
  if type(value) == "table" then return show_table(value, depth or 0) end
  return tostring(value)
end

--- The same, cut where it would fill the screen.
---@param value any
---@return string
function M.short(value)
  local text = M.show(value)
  if #text <= LONGEST then return text end
  return text:sub(1, (utf8.offset(text, 0, LONGEST) or LONGEST) - 1) .. "..."
end

local function same_plain(a, b)
  return math.type(a) == math.type(b) and (a == b or a ~= a and b ~= b)
end

--- Deep, and exact: 1 is not 1.0; two that are not a number are the same; tables that hold themselves are compared once.
---@param a any
---@param b any
---@param seen table|nil
---@return boolean
function M.same(a, b, seen)
  if type(a) ~= "table" or type(b) ~= "table" then return same_plain(a, b) end
  if rawequal(a, b) then return true end
  seen = seen or {}
  if seen[a] == b then return true end
  seen[a] = b
  for key, value in pairs(a) do
    if not M.same(value, b[key], seen) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end

local function path_to(path, key)
  if type(key) == "string" and key:find("^[%a_][%w_]*$") then return path .. "." .. key end
  return ("%s[%s]"):format(path, M.show(key))
end

--- Where two texts of several lines part.
local function add_text(found, path, expected, actual)
  local line, from = 1, 1
  while true do
    local to_expected, to_actual = expected:find("\n", from, true), actual:find("\n", from, true)
    local one, other = expected:sub(from, to_expected), actual:sub(from, to_actual)
    if one ~= other or not to_expected then
      found[#found + 1] = ("%s line %d: expected %s, got %s"):format(path, line, M.short(one), M.short(other))
      return
    end
    line, from = line + 1, to_expected + 1
  end
end

local function add(found, path, expected, actual, seen)
  if M.same(expected, actual) or #found > MOST_DIFFERENCES then return end
  if type(expected) == "table" and type(actual) == "table" and not seen[expected] then
    seen[expected] = true
    local keys = {}
    for key in pairs(expected) do keys[key] = true end
    for key in pairs(actual) do keys[key] = true end
    for _, key in ipairs(wording.sorted_keys(keys)) do
      add(found, path_to(path, key), expected[key], actual[key], seen)
    end
  elseif expected == nil then
    found[#found + 1] = ("%s: not expected: %s"):format(path, M.short(actual))
  elseif actual == nil then
    found[#found + 1] = ("%s: missing: %s"):format(path, M.short(expected))
  elseif type(expected) == "string" and type(actual) == "string" and (expected .. actual):find("\n.") then
    add_text(found, path, expected, actual)
  else
    found[#found + 1] = ("%s: expected %s, got %s"):format(path, M.short(expected), M.short(actual))
  end
end

--- A line for each place in which two values differ; none for plain values, which one sentence holds.
---@param expected any
---@param actual any
---@return string[]
function M.lines(expected, actual)
  local found = {}
  local texts = type(expected) == "string" and type(actual) == "string"
  local tables = type(expected) == "table" and type(actual) == "table"
  if texts and (expected .. actual):find("\n.") then
    add_text(found, "", expected, actual)
  elseif tables then
    add(found, "", expected, actual, {})
  end
  for index = #found, MOST_DIFFERENCES + 1, -1 do found[index] = nil end
  if #found == MOST_DIFFERENCES then found[#found] = "..." end
  for index, line in ipairs(found) do found[index] = line:gsub("^:? ", "") end
  return found
end

return M
