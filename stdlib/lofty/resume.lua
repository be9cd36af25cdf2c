--- each{ resume = "NAME" }: going on where an earlier run was stopped, whatever stopped it.
---
--- An item is done when the loop asks for the next one. The ids of what is done are kept in the state folder until the
--- list has ended; a run with the same name reads the list again from its start and passes over them. So it does not
--- matter what has come, left or changed its place meanwhile. The item that was being worked on is given again.
---
---   lofty.resume.list()            what was begun and has not ended
---   lofty.resume.forget("NAME")    begin anew
---
--- Names belong to a profile and a base URL: the same script against another account begins there. A run with
--- --sandbox keeps them in memory, as its sandbox keeps its leads, unless --state names a folder.
local asker = require "lofty.asker"
local clock = require "native.clock"
local identity = require "lofty.identity"
local json = require "native.json"
local log = require "native.log"
local lofty_error = require "lofty.error"
local misuse = require "lofty.misuse"
local store = require "lofty.store"
local wording = require "lofty.wording"

local M = {}

local ask = store.ask
local NAME_MAX = 200

local function refuse(operation, code, message)
  error(lofty_error.new { code = code, message = message, operation = operation }, 0)
end

--- Takes the lock of a name.
local function take_lock(operation, name)
  local lock, process, since = store.try_lock(operation, name)
  return lock or refuse(operation, "ALREADY_RUNNING",
    "another loop is under way under this name, in this run or another" .. store.holder(process, since))
end

--- Where the names of this account are, and the ids that are done under one of them. The names' entries come first
--- and go last: ids without a name would be passed over by whoever takes that name next.
local function index_space()
  return "resume " .. store.account()
end

local function done_space(name)
  return index_space() .. " " .. name
end

--- A value as a script would write it, the same each time.
local function written(value)
  if type(value) ~= "table" then return type(value) == "string" and wording.quoted(value) or tostring(value) end
  local parts = {}
  for _, key in ipairs(wording.sorted_keys(value)) do
    parts[#parts + 1] = (math.type(key) and "" or key .. " = ") .. written(value[key])
  end
  return "{ " .. table.concat(parts, ", ") .. " }"
end

--- Which list it is: another page size is the same list, another filter is not.
---@param list lofty.Each.List
---@return string
function M.description(list)
  local parts = {}
  for _, value in ipairs(list.values) do parts[#parts + 1] = written(value) end
  local filters = {}
  for name, value in pairs(list.filters) do filters[name] = value end
  filters.limit, filters.pageSize = nil, nil
  if next(filters) ~= nil then parts[#parts + 1] = written(filters) end
  return ("%s(%s)"):format(list.name, table.concat(parts, ", "))
end

--- Checks the name that a script gave.
---@param what string where it was given
---@param name any
---@return string
function M.check_name(what, name)
  if type(name) ~= "string" or name == "" or #name > NAME_MAX or name:find("%c") then
    misuse(("%s: resume needs a name of 1 to %d characters, got %s"):format(what, NAME_MAX, wording.describe(name)))
  end
  return name
end

---@class lofty.Resume.Session one loop under a name
---@field asker any who asks for the items
---@field keys string[] of the items at hand: a script may write into them, and take them out of their page
local Session = {}
Session.__index = Session

--- Begins a loop, or goes on with one. Raises ALREADY_RUNNING where another run is at it, and at the script's line
--- where the name stands for another list.
---@param list lofty.Each.List
---@return lofty.Resume.Session
function M.begin(list)
  local name, of = list.resume, M.description(list)
  local index = index_space()
  local session = setmetatable({ list = list, name = name, space = done_space(name),
    asker = asker.check(list.name) }, Session)
  session.lock = take_lock(list.name, session.space)
  list.session = session
  local entry = session:ask("get", index, name)
  if entry then
    local known = json.decode(entry).of
    if known ~= of then
      session:close()
      misuse(('%s: resume = %s is in the middle of %s, and this is %s; take another name, or begin anew with '
        .. "lofty.resume.forget(%s)"):format(list.name, wording.quoted(name), known, of, wording.quoted(name)))
    end
    log.write("info", "going on where an earlier run stopped",
      { resume = name, done = session:ask("count", session.space) })
  else
    session:ask("put", index, name, json.encode { of = of, started = clock.now() })
  end
  return session
end

function Session:ask(method, ...)
  return ask(self.list.name, method, ...)
end

--- What an item is known by, as text.
---@param row table the list's row
---@param item table
---@return string
function M.key_of(row, item)
  local id = identity.of(row, item)
  return math.type(id) == "integer" and ("%d"):format(id) or tostring(id)
end

--- The items that are not done yet; from now on they are those at hand.
function Session:left(items)
  local row, left, here, keys = self.list.row, {}, {}, {}
  for _, item in ipairs(items) do
    local key = M.key_of(row, item)
    if here[key] then
      refuse(self.list.name, "INVALID_RESPONSE", ("two items have the %s %s; resume cannot tell them apart"):format(
        row.id, key))
    end
    here[key] = true
    if not self:ask("has", self.space, key) then left[#left + 1], keys[#keys + 1] = item, key end
  end
  self.keys = keys
  return left
end

--- Remembers that some of the items at hand are done, all of them or none.
---@param first integer
---@param last integer
function Session:done(first, last)
  asker.check(self.list.name, self.asker)
  local entries = {}
  for place = first, last do entries[#entries + 1], entries[#entries + 2] = self.keys[place], "" end
  self:ask("put_all", self.space, entries)
end

--- The list has ended: the next run begins anew.
function Session:finish()
  if not self.lock then return end
  self:ask("drop", self.space)
  self:ask("remove", index_space(), self.name)
  self:close()
end

--- Lets others go on under the name. What is done stays done.
function Session:close()
  if self.lock then self.lock:close() end
  self.lock = nil
end

--- Forgets what is done under a name, so that the next loop begins anew.
---@param name string
---@return boolean forgotten false where there was nothing
function M.forget(name)
  M.check_name("lofty.resume.forget", name)
  local held = take_lock("resume.forget", done_space(name))
  local known = ask("resume.forget", "has", index_space(), name)
  ask("resume.forget", "drop", done_space(name))
  ask("resume.forget", "remove", index_space(), name)
  held:close()
  return known
end

--- What was begun under a name and has not ended, by name.
---@return { name: string, list: string, done: integer, started: integer }[] `started` in milliseconds since 1970
function M.list()
  local list = {}
  for name, text in store.entries("resume.list", index_space(), "") do
    local entry = json.decode(text)
    list[#list + 1] = { name = name, list = entry.of, done = ask("resume.list", "count", done_space(name)),
      started = entry.started }
  end
  return list
end

return M
