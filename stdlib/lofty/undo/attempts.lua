--- What was taken back already. Each write that takes one back stands in the journal under a key that says which one
--- that was, and the key is kept as those of lofty.once are: so a run that undoes can be killed anywhere, and the next
--- one goes on. What it had under way is looked for, or told by how the thing is now.
local clock = require "native.clock"
local json = require "native.json"
local native = require "native.journal"
local store = require "lofty.store"

local M = {}

--- How long a key is kept: longer than the runs that it is about.
M.TTL = "400d"
local TTL_MS = 400 * 24 * 60 * 60 * 1000

local function ask(method, ...) return store.given("history", native[method](...)) end

--- The key of what takes a write back.
---@param run integer
---@param number integer
---@return string
function M.key(run, number) return ("undo %d.%d"):format(run, number) end

---@class lofty.undo.Attempt
---@field key string
---@field state "none"|"done"|"doubt"
---@field run integer|nil
---@field result any what the write that took it back was answered
---@field write table|nil of the journal; in doubt
---@field known table|nil the key

local DONE = { done = true, earlier = true }
local OPEN = { sending = true, unknown = true }

--- What became of the last attempt to take a write back.
---@param run integer
---@param number integer
---@return lofty.undo.Attempt
function M.of(run, number)
  local key = M.key(run, number)
  local known = ask("key", store.account(), key)
  if not known then return { key = key, state = "none" } end
  local write = ask("writes", known.run, known.first - 1, 1, key)[1]
  local result = write and write.result and json.decode(write.result)
  if known.state == "done" then
    return { key = key, state = "done", run = known.run, known = known, result = result }
  end
  if write and DONE[write.state] then
    return { key = key, state = "done", run = known.run, known = known, result = result, unfinished = true }
  elseif write and OPEN[write.state] then
    return { key = key, state = "doubt", run = known.run, known = known, write = write }
  end
  return { key = key, state = "none", known = known }
end

local function finish(attempt)
  local known = attempt.known
  known.state, known["until"] = "done", clock.now() + TTL_MS
  ask("put_key", store.account(), attempt.key, known, true)
end

--- Says that the attempt was carried out after all.
---@param attempt lofty.undo.Attempt
function M.was_done(attempt)
  if attempt.state == "doubt" then ask("settle", attempt.write.run, attempt.write.number, "done", attempt.write.result) end
  finish(attempt)
end

--- Says that it was not: the key is free.
---@param attempt lofty.undo.Attempt
function M.was_not_done(attempt)
  if attempt.state == "doubt" then ask("settle", attempt.write.run, attempt.write.number, "absent") end
  ask("remove_key", store.account(), attempt.key)
end

local function remade_key(kind, id) return ("remade %s %d"):format(kind, id) end

--- Under which id a thing was made again, and when; nil where it was not.
---@param kind string
---@param id integer
---@return integer|nil new
---@return integer|nil when
function M.remade(kind, id)
  local known = ask("key", store.account(), remade_key(kind, id))
  if known then return math.tointeger(tonumber(known.result)), known.began end
end

--- Notes under which id a thing was made again, where that is not known yet.
---@param kind string
---@param id integer
---@param new integer
function M.remake(kind, id, new)
  if M.remade(kind, id) == new then return end
  local run, first = native.run()
  ask("put_key", store.account(), remade_key(kind, id), { state = "done", run = run, first = first, began = clock.now(),
    ["until"] = clock.now() + TTL_MS, result = ("%d"):format(new) }, true)
end

--- A write that took another one back was taken back itself, or has no effect any more: that other one may be taken
--- back again, unless that was done by a later run.
---@param write { run: integer, key: string|nil }
function M.release(write)
  if not write.key or not write.key:find("^undo %d+%.%d+$") then return end
  local known = ask("key", store.account(), write.key)
  if known and known.state == "done" and known.run == write.run then
    ask("remove_key", store.account(), write.key)
  end
end

return M
