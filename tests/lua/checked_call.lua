--- What `loftyrun check` says of a call that a test makes: the call is written as a script, in several ways.
local checks = require "lofty.checks"
local lofty = require "lofty"

local M = {}

local written

local function key_text(key)
  if type(key) == "string" and key:find("^[%a_][%w_]*$") and not load("local " .. key) then return ("[%q]"):format(key) end
  return type(key) == "string" and key:find("^[%a_][%w_]*$") and key or "[" .. written(key) .. "]"
end

local function table_text(value)
  local parts, keys = {}, {}
  for index, item in ipairs(value) do parts[index] = written(item) end
  for key in pairs(value) do
    if not (math.type(key) == "integer" and key >= 1 and key <= #parts) then keys[#keys + 1] = key end
  end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  for _, key in ipairs(keys) do parts[#parts + 1] = key_text(key) .. " = " .. written(value[key]) end
  return "{" .. table.concat(parts, ", ") .. "}"
end

--- A value as Lua; raises for one that no text is.
function written(value)
  if value == lofty.null then return "lofty.null" end
  local kind = type(value)
  if kind == "table" then return table_text(value) end
  if kind == "function" then return "print" end
  if kind == "number" and (value ~= value or value == math.huge or value == -math.huge) then error("no text", 0) end
  if kind == "number" or kind == "string" or kind == "boolean" or kind == "nil" then return ("%q"):format(value) end
  error("no text", 0)
end

local WAYS = {
  "local lofty = require 'lofty'\nlofty.%s(%s)\n",
  "local lofty = require 'lofty'\nlocal f = lofty.%s\nlocal _ = lofty.try(f, %s)\n",
}

local function messages(text)
  local found = {}
  for _, finding in ipairs(checks.find("call.lua", text, { held = {}, wrong = {} }, function() return true end)) do
    if finding.level == "mistake" then found[#found + 1] = finding.message end
  end
  return found
end

--- All spoilt calls in all ways take a minute; these many of them are written, each in another way than the one before.
local EVERY <const> = 12
local turn = 0

--- What is wrong with what check says of a call; nil where it is as it should be.
---@param name string
---@param arguments table with n
---@param problem string|nil what a run says, with the name; nil where it says nothing
---@return string|nil
function M.compare(name, arguments, problem)
  turn = turn + 1
  if problem and turn % EVERY ~= 0 then return nil end
  local parts = {}
  for index = 1, math.max(arguments.n or 0, #arguments) do
    local fine, text = pcall(written, arguments[index])
    if not fine then return nil end
    parts[index] = text
  end
  local list = table.concat(parts, ", ")
  local texts = { WAYS[1]:format(name, list) }
  if #parts > 0 then texts[2] = WAYS[2]:format(name, list) end
  if #parts > 0 and type(arguments[#parts]) == "table" then
    local last = table.remove(parts)
    parts[#parts + 1] = "given"
    texts[3] = ("local lofty = require 'lofty'\nlocal given = %s\nlofty.%s(%s)\n"):format(last, name, table.concat(parts, ", "))
  end
  local text = texts[turn // EVERY % #texts + 1]
  local found = messages(text)
  local all = table.concat(found, "\n")
  if not problem and #found > 0 then return ("check says: %s\nof\n%s"):format(all, text) end
  if problem and not ("\n" .. all .. "\n"):find("\n" .. problem .. "\n", 1, true) then
    return ("a run says: %s\ncheck says: %s\nof\n%s"):format(problem, all, text)
  end
end

return M
