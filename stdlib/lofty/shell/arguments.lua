--- Takes apart what the command hands over: options as names and values by turns, "--", then the words.
local usage = require "lofty.shell.usage"

local M = {}

---@class lofty.shell.Options
---@field all boolean|nil every page
---@field max integer|nil at most this many items
---@field output string json, jsonl, csv, csv-plain or table
---@field fields string[]|nil paths such as "inquiry.priceMin"
---@field filter string|nil a Lua expression
---@field body string|nil JSON, or @FILE, or @- for standard input
---@field unchecked boolean|nil
---@field query lofty.shell.Pair[] given with -q
---@field width integer columns of the terminal

---@class lofty.shell.Pair one NAME=VALUE, or NAME:=JSON
---@field name string
---@field text string
---@field json boolean|nil

--- Where no terminal and no COLUMNS says how wide a line may be.
local WIDTH = 100

--- Splits NAME=VALUE and NAME:=JSON. A word that does not look like one is none: an id, or an account's email.
---@param word string
---@return lofty.shell.Pair|nil
function M.pair(word)
  local name, text = word:match("^([^=%s/@]+)=(.*)$")
  if not name then return nil end
  local before = name:match("^(.+):$")
  return { name = before or name, text = text, json = before and true or nil }
end

local function split_fields(text)
  local paths, seen = {}, {}
  for path in (text .. ","):gmatch("([^,]*),") do
    path = path:match("^%s*(.-)%s*$")
    if path == "" or path:find("^%.") or path:find("%.$") or path:find("..", 1, true) then
      usage.fail(('--fields: "%s" is no list of names such as leadId,inquiry.priceMin'):format(text))
    elseif seen[path] then
      usage.fail(('--fields: "%s" is named twice'):format(path))
    end
    seen[path], paths[#paths + 1] = true, path
  end
  return paths
end

local readers = {
  all = function() return true end,
  unchecked = function() return true end,
  max = function(value) return math.tointeger(tonumber(value)) end,
  width = function(value) return math.tointeger(tonumber(value)) end,
  fields = split_fields,
}

local function read_query(word)
  return M.pair(word) or usage.fail(('-q "%s": write NAME=VALUE'):format(word))
end

--- The width that a table may have: COLUMNS says it, else the terminal (api.c asks it).
local function width_of(options)
  local columns = math.tointeger(tonumber(os.getenv("COLUMNS") or ""))
  return columns and columns > 0 and columns or options.width or WIDTH
end

--- Reads what a command hands over: options as names and values by turns, "--", the words.
---@param given string[]
---@param take fun(name: string, value: string)
---@return string[] words
function M.split(given, take)
  local index = 1
  while given[index] and given[index] ~= "--" do
    take(given[index], given[index + 1])
    index = index + 2
  end
  return table.move(given, index + 1, #given, 1, {})
end

--- The same for commands whose options are yes, a number `max`, or text.
---@param ... string
---@return table<string, any> options
---@return string[] words
function M.plain(...)
  local options = {}
  local words = M.split({ ... }, function(name, value) options[name] = value == "true" or value end)
  options.max = options.max and math.tointeger(tonumber(options.max))
  return options, words
end

---@param given string[]
---@return lofty.shell.Options
---@return string[] words
function M.read(given)
  local options = { query = {} }
  local words = M.split(given, function(name, value)
    if name == "query" then
      table.insert(options.query, read_query(value))
    else
      options[name] = (readers[name] or tostring)(value)
    end
  end)
  options.output = options.output or "json"
  options.width = width_of(options)
  return options, words
end

return M
