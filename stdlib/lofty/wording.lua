--- How messages about mistakes name values, lists and the right spelling.
local json = require "native.json"
local nearest = require("native.text").nearest

local M = {}

--- The keys of a table in an order that is the same every time.
---@param map table
---@return any[]
function M.sorted_keys(map)
  local keys, names = {}, true
  for key in pairs(map) do
    keys[#keys + 1] = key
    names = names and type(key) == "string"
  end
  if #keys > 1 then table.sort(keys, not names and function(a, b) return tostring(a) < tostring(b) end or nil) end
  return keys
end

--- Text in quotes, cut where it would fill the line.
---@param text string
---@return string
function M.quoted(text)
  if utf8.len(text) and utf8.len(text) > 60 then text = text:sub(1, utf8.offset(text, 58) - 1) .. "..." end
  return '"' .. text .. '"'
end

--- A value with its kind: integer 5, string "abc", an array, null, nothing.
---@param value any
---@return string
function M.describe(value)
  local kind = math.type(value) or type(value)
  if value == nil then return "nothing" end
  if value == json.null then return "null" end
  if kind == "string" then return "string " .. M.quoted(value) end
  if kind == "table" then return #value > 0 and "an array" or "a table" end
  if kind == "function" or kind == "userdata" or kind == "thread" then return "a " .. kind end
  return kind .. " " .. tostring(value)
end

--- "a, b and c" with "and" or another word before the last.
---@param values any[] at least one
---@param last string
---@return string
function M.listed(values, last)
  if #values < 2 then return tostring(values[1]) end
  return table.concat(values, ", ", 1, #values - 1) .. " " .. last .. " " .. tostring(values[#values])
end

--- What the author may have meant by `name`: '; did you mean "limit"?', or all names where none is near and they
--- are few, or "".
---@param name string
---@param fields table<string, any> the right names
---@param has string|nil what comes before all names; "it takes" by default
---@return string
function M.suggestion(name, fields, has)
  local found = {}
  local key = name:lower():gsub("_", "")
  for _, list in ipairs { "lofty.wrong_names", "lofty.wrong_verbs" } do
    for _, right in ipairs(require(list)[key] or {}) do
      if fields[right] and #found < 2 then found[#found + 1] = M.quoted(right) end
    end
  end
  if #found == 0 then
    local names = M.sorted_keys(fields)
    local near = nearest(name, names)
    if near then
      found[1] = M.quoted(near)
    elseif #names > 0 and #names <= 12 then
      return ("; %s %s"):format(has or "it takes", table.concat(names, ", "))
    end
  end
  return #found > 0 and ("; did you mean %s?"):format(M.listed(found, "or")) or ""
end

return M
