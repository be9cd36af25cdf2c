--- What an earlier run left under a key of lofty.once: which of it is known, and what has to be decided by a person.
local journal = require "lofty.journal"
local json = require "native.json"
local lofty_error = require "lofty.error"
local log = require "native.log"
local native = require "native.journal"
local operations = require "lofty.operations"
local retry = require "lofty.retry"
local store = require "lofty.store"
local wording = require "lofty.wording"

local M = {}

local MOST_NAMED = 3

--- A write in a few words: "tasks.create, write 3 of run 12: done (taskId 5)".
local function describe(write)
  local state = write.state == "sending" and "unknown" or write.state == "earlier" and "done" or write.state
  local result = write.result and state == "done" and json.decode(write.result)
  local id = ""
  if type(result) == "table" then
    for _, name in ipairs(wording.sorted_keys(result)) do
      local is_id = type(name) == "string" and name:find("[iI]d$") and math.type(result[name])
      if is_id then id = (" (%s %s)"):format(name, result[name]) break end
    end
  end
  return ("%s, write %d of run %d: %s%s"):format(write.operation, write.number, write.run, state, id)
end

--- Raises ONCE_UNSETTLED.
---@param key string
---@param why string
---@param writes table[] that are to be named
function M.fail(key, why, writes)
  local named = {}
  for index = 1, math.min(#writes, MOST_NAMED) do named[index] = describe(writes[index]) end
  if #writes > MOST_NAMED then named[#named + 1] = ("%d more"):format(#writes - MOST_NAMED) end
  error(lofty_error.new { code = "ONCE_UNSETTLED", operation = "once",
    message = ("%s is held: %s%s"):format(wording.quoted(key), why,
      #named > 0 and "; " .. table.concat(named, "; ") or "") }, 0)
end

local function is_done(write) return write.state == "done" or write.state == "earlier" end

local function of_state(writes, wanted)
  local list = {}
  for _, write in ipairs(writes) do
    if wanted(write) then list[#list + 1] = write end
  end
  return list
end

local function change(write, state)
  store.given("once", native.settle(write.run, write.number, state))
  write.state = state
end

--- Finds out what became of one write. Raises where that cannot be known.
local function settle_one(key, write, within)
  local row = operations.find(write.operation)
  local fields = write.fields and json.decode(write.fields, { keep_null = true }) or {}
  if row and retry.safety(journal.as_made(row, fields)) == "repeatable" then return change(write, "repeated") end
  local earlier = require "lofty.verify.earlier"
  local done, why = earlier.settle(write, within or earlier.SHOW_WITHIN)
  if done == nil then M.fail(key, why, { write }) end
  if not done then
    log.write("info", ("%s: it was not done"):format(write.operation))
    change(write, "absent")
  end
end

--- Whether the write's run may still be at it: a task of this one that outlived the function, say.
local function is_under_way(write)
  if write.state ~= "sending" then return false end
  if write.run == native.run() then return journal.is_open(write.number) end
  local run = store.given("once", native.of(write.run))
  return run and run.alive
end

--- Settles what was left in doubt. Returns the writes that are done, for the function that is called again. Raises
--- ONCE_UNSETTLED where a person has to decide.
---@param key string
---@param known table the key
---@param writes table[]
---@param within integer|nil milliseconds
---@return table[] done
---@return table[]|nil repeated those that are to be made again, and may have been done
function M.settle(key, known, writes, within)
  if known.state == "partway" then
    M.fail(key, ("its function failed in run %d after something was done (%s)"):format(known.run,
      (known.result or "?"):match("^[^\n]*")), of_state(writes, is_done))
  end
  for _, write in ipairs(writes) do
    if is_under_way(write) then
      error(lofty_error.new { code = "ALREADY_RUNNING", operation = "once",
        message = ("a write of %s is still under way: %s"):format(wording.quoted(key), describe(write)) }, 0)
    end
  end
  for _, write in ipairs(writes) do
    if write.state == "sending" or write.state == "unknown" then settle_one(key, write, within) end
  end
  local done, repeated = {}, {}
  for _, write in ipairs(store.given("once", native.writes(known.run, known.first - 1, #writes + 1, key))) do
    if is_done(write) then done[#done + 1] = write end
    if write.state == "repeated" then repeated[#repeated + 1] = write end
  end
  return done, #repeated > 0 and repeated or nil
end

return M
