--- What a script remembers from one run to the next: values under keys, on this machine.
---
---   local state = lofty.state
---   local last = state.get("last report", 0)
---   state.set("last report", lofty.now())
---   local number = state.incr("reports")
---   for key, value in state.each("lead:") do ... end
---
--- Values are what JSON can hold, and come back as they were, with every digit: text (UTF-8), numbers, booleans, arrays,
--- tables with names, lofty.null; at most 1 MiB each. Keys are text of 1 to 512 bytes without control characters, or
--- integers, where 5 is "5"; they are told apart, and put in order, by their bytes.
---
--- Keys belong to a profile and a base URL, as the names of lofty.resume do, and to nothing else: two scripts that use
--- the same key for one account share it, which is how one tells the other something. A script that wants keys of its
--- own takes a space: `local state = lofty.state.space("welcome")` has the same functions.
---
--- What was set is on the disk when `set` returns: neither a kill nor a power cut undoes it. A run with --sandbox
--- remembers in memory, as its sandbox keeps its leads, unless --state names a folder.
local json = require "native.json"
local misuse = require "lofty.misuse"
local store = require "lofty.store"
local wording = require "lofty.wording"

local M = {}

local VALUE_MAX = 1024 * 1024
local DURABLE = true

---@class lofty.State.Loop one that is under way
---@field space string
---@field last string|nil the key that was given last
---@field is_stale boolean|nil whether what was read ahead may be out of date, for this run changed something else

local loops = setmetatable({}, { __mode = "k" }) ---@type table<lofty.State.Loop, boolean>

local function space_of(name)
  return "state " .. store.account() .. (name and " " .. name or "")
end

--- Tells the loops over a space that an entry of it changes; without a key, that any may.
local function touch(space, key)
  for loop in pairs(loops) do
    if loop.space == space and (key == nil or key ~= loop.last) then loop.is_stale = true end
  end
  return space
end

local function check_key(what, key, members)
  if rawequal(key, members) then misuse(("%s: use a dot, not a colon"):format(what)) end
  return store.check_key(what, key)
end

local function encode(what, key, value)
  local text, _, message = json.encode(value)
  if not text then misuse(("%s: %s cannot be kept: %s"):format(what, wording.quoted(key), message)) end
  if #text > VALUE_MAX then
    misuse(("%s: %s has %d bytes as JSON, and a value may have %d"):format(what, wording.quoted(key), #text, VALUE_MAX))
  end
  return text
end

local function decode(text)
  return (json.decode(text, { keep_null = true }))
end

local function get(members, name, key, default)
  local text = store.ask("state.get", "get", space_of(name), check_key("lofty.state.get", key, members))
  if text == nil then return default end
  return decode(text)
end

local function set(members, name, key, value)
  local what = "lofty.state.set"
  key = check_key(what, key, members)
  if value == nil then
    store.ask("state.set", "remove", touch(space_of(name), key), key, DURABLE)
  else
    store.ask("state.set", "put", touch(space_of(name), key), key, encode(what, key, value), DURABLE)
  end
end

local function set_all(members, name, entries)
  local what, list = "lofty.state.set_all", {}
  if type(entries) ~= "table" or rawequal(entries, members) then
    misuse(("%s: expected a table of values by key, got %s"):format(what, wording.describe(entries)))
  end
  for key, value in pairs(entries) do
    key = check_key(what, key)
    list[#list + 1], list[#list + 2] = key, encode(what, key, value)
  end
  store.ask("state.set_all", "put_all", touch(space_of(name)), list, DURABLE)
end

local function incr(members, name, key, by)
  local what = "lofty.state.incr"
  key = check_key(what, key, members)
  if by == nil then by = 1 end
  if math.type(by) ~= "integer" then
    misuse(("%s: adds an integer, got %s"):format(what, wording.describe(by)))
  end
  local sum, code, message = store.ask("state.incr", "increment", touch(space_of(name), key), key, by, DURABLE)
  if code then misuse(("%s: %s cannot be counted up: %s"):format(what, wording.quoted(key), message)) end
  return sum
end

local function each(members, name, prefix)
  if prefix == nil then prefix = "" end
  if prefix ~= "" then prefix = check_key("lofty.state.each", prefix, members) end
  local loop = { space = space_of(name) }
  loops[loop] = true
  local entries = store.entries("state.each", loop.space, prefix)
  return function()
    if loop.is_stale then
      entries, loop.is_stale = store.entries("state.each", loop.space, prefix, loop.last), false
    end
    local key, text = entries()
    loop.last = key
    if not key then
      loops[loop] = nil
      return nil
    end
    return key, decode(text)
  end
end

--- The value under a key.
---@param key string|integer
---@param default any what it is where nothing was set; nil by default
---@return any value
function M.get(key, default)
  return get(M, nil, key, default)
end

--- Keeps a value under a key; nil removes it.
---@param key string|integer
---@param value any what JSON can hold, at most 1 MiB of it
function M.set(key, value)
  set(M, nil, key, value)
end

--- Keeps several values, all of them or none, in the time that one takes.
---@param entries table<string|integer, any> values by key
function M.set_all(entries)
  set_all(M, nil, entries)
end

--- Adds to the integer under a key, which is 0 where nothing was set. Runs that do it at once each get a sum of their
--- own.
---@param key string|integer
---@param by integer|nil 1 by default
---@return integer sum
function M.incr(key, by)
  return incr(M, nil, key, by)
end

--- All keys that begin with a prefix, and their values, in the order of the keys, for a loop. The loop may set and
--- remove entries: what it removes does not come any more, what it sets ahead of its place comes, and what it sets
--- behind it does not. Of what other runs change meanwhile it may see the one or the other. A part of it is in memory
--- at a time.
---@param prefix string|integer|nil every key without one
---@return fun(): string|nil, any entries key and value
function M.each(prefix)
  return each(M, nil, prefix)
end

---@class lofty.state.Space keys of one's own; what its functions do is said at lofty.state
---@field get fun(key: string|integer, default?: any): any
---@field set fun(key: string|integer, value: any)
---@field set_all fun(entries: table<string|integer, any>)
---@field incr fun(key: string|integer, by?: integer): integer
---@field each fun(prefix?: string|integer): (fun(): string|nil, any)

--- Keys that only those share who take the space of this name, for the same profile and base URL.
---@param name string
---@return lofty.state.Space
function M.space(name)
  store.check_name("lofty.state.space: the name", name)
  local space = {}
  for verb, f in pairs { get = get, set = set, set_all = set_all, incr = incr, each = each } do
    space[verb] = function(...) return f(space, name, ...) end
  end
  return setmetatable(space, {
    __name = "lofty.state.Space",
    __index = function(_, key)
      misuse(("a space of lofty.state has no %s; it has get, set, set_all, incr and each"):format(
        wording.quoted(tostring(key))))
    end,
    __newindex = function() misuse("a space of lofty.state has no fields; keep values with set(key, value)") end,
  })
end

return M
