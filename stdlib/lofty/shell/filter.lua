--- --filter: a Lua expression in which an item's fields are names. It sees the item and a few functions that only
--- compute, so it can neither change, read nor call anything else.
local lofty = require "lofty"
local nearest = require("native.text").nearest
local time = require "lofty.time"
local usage = require "lofty.shell.usage"
local wording = require "lofty.wording"

local M = {}

--- A copy, so that an expression cannot change what others use.
local function copy(library)
  local copied = {}
  for name, value in pairs(library) do copied[name] = value end
  return copied
end

--- lofty.time, which reads a time when it is called itself: time(createTime) < now - 30 * time.DAY.
local function time_functions()
  return setmetatable(copy(time), { __call = function(_, ...) return time.parse(...) end })
end

local function functions()
  return {
    string = copy(string), math = copy(math), table = copy(table), utf8 = copy(utf8),
    tostring = tostring, tonumber = tonumber, type = type, ipairs = ipairs, pairs = pairs, next = next,
    select = select, time = time_functions(), now = lofty.now(),
  }
end

---@class lofty.shell.Filter
---@field private expression function
---@field private known table<string, any> names that items may have
---@field private item any the one looked at
---@field private absent table<string, boolean> names that it does not have, though the expression reads them
---@field private asked table<string, boolean> every name that was ever absent
---@field private seen table<string, boolean> every name that some item had
local Filter = {}
Filter.__index = Filter

local function environment(filter)
  local library = functions()
  return setmetatable({}, {
    __index = function(_, name)
      if name == "item" then return filter.item end
      local value
      if type(filter.item) == "table" then value = filter.item[name] end
      if value ~= nil then
        filter.seen[name] = true
        return value
      end
      -- tasks have a type of their own: where one has none, it is not the function
      if filter.known[name] == nil and library[name] ~= nil then return library[name] end
      filter.absent[name], filter.asked[name] = true, true
    end,
    __newindex = function(_, name) error(("it sets %q; an expression only looks"):format(tostring(name)), 0) end,
  })
end

--- What people write who come from other languages.
local function advice(expression)
  local foreign = expression:find("&&", 1, true) or expression:find("||", 1, true) or expression:find("!", 1, true)
  local lone = (" " .. expression .. " "):find("[^=~<>]=[^=]")
  return (foreign or lone) and "; Lua compares with == and ~=, and joins with and, or, not" or ""
end

--- Compiles an expression; ends the run with exit code 2 where it is none.
---@param expression string
---@param known table<string, any> names that items may have, as far as they are documented
---@return lofty.shell.Filter
function M.new(expression, known)
  local filter = setmetatable({ known = known, absent = {}, asked = {}, seen = {} }, Filter)
  local chunk, problem = load("return " .. expression .. "\n", "=filter", "t", environment(filter))
  if not chunk then
    usage.fail(("--filter: %s is no Lua expression: %s%s"):format(wording.quoted(expression),
      problem:gsub("^filter:%d+: ", ""), advice(expression)))
  end
  filter.expression = chunk
  return filter
end

--- Which item, for a message.
local function label(item, id)
  if type(item) ~= "table" or item[id] == nil then return "an item" end
  return ("the item with %s %s"):format(id, tostring(item[id]))
end

--- Whether the item is wanted. Raises a plain error where the expression fails on it.
---@param item any
---@param id string|nil the name of its id
---@return boolean
function Filter:accepts(item, id)
  self.item, self.absent = item, {}
  if type(item) == "table" then
    for name in pairs(self.asked) do
      if item[name] ~= nil then self.seen[name] = true end
    end
  end
  local ok, wanted = pcall(self.expression)
  if ok then return wanted and true or false end
  local missing = wording.sorted_keys(self.absent)
  local why = #missing > 0 and ("; it has no %s"):format(wording.listed(missing, "and")) or ""
  local said = tostring(wanted):gsub("^filter:%d+: ", ""):gsub("%(global '([^']*)'%)", '("%1")')
  error(("--filter failed on %s: %s%s"):format(label(item, id or "id"), said, why), 0)
end

--- Says which names no item had: a misspelt one would filter everything out in silence.
function Filter:report()
  local names = {}
  for name in pairs(self.known) do names[name] = true end
  if type(self.item) == "table" then
    for name in pairs(self.item) do names[name] = true end
  end
  for _, name in ipairs(wording.sorted_keys(self.asked)) do
    if not self.seen[name] and self.known[name] == nil then
      local near = nearest(name, wording.sorted_keys(names))
      usage.say(("--filter: no item has %s%s"):format(wording.quoted(name),
        near and ("; did you mean %s?"):format(wording.quoted(near)) or ""))
    end
  end
end

return M
