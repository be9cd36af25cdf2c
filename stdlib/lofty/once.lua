--- lofty.once: what is to be done at most once, whatever becomes of the runs that try.
---
---   local task, before = lofty.once("welcome " .. lead.leadId, function()
---     return lofty.tasks.create { leadId = lead.leadId, ... }
---   end)
---
--- The first call under a key calls the function and keeps what it returned, as JSON; each later one, of this run or any
--- other, returns that and `true`. Keys belong to a profile and a base URL, as those of lofty.state do.
---
--- What the function did is told by the journal, where each of its writes stands before it is sent:
---
---   it raised, and nothing was done      the key is free: the next call calls it again
---   it raised after something was done   the key is held: the next call raises ONCE_UNSETTLED
---                                        and says what was done
---   a write of it is in doubt, its run   the next call looks for that write, as { verify =
---   was killed, or it was cut short by   true } does, then calls the function again: what was
---   a cancel, a deadline or a limit      done is answered from the journal and not sent, and
---                                        what was not is sent: it goes on where it was ended
---
--- What cannot be looked for raises ONCE_UNSETTLED, and so does a function that wants something else than it did the last
--- time before it has asked for all of that. lofty.once.settle(key, "done" or "again") decides for it. An update or a
--- delete in doubt is made again, which leaves what doing it once leaves.
---
--- Only calls to Lofty are told in this way: what else the function does may be done again after a kill. A function that
--- catches a write's error and returns has dealt with it. The tasks that it starts should end before it does.
local clock = require "native.clock"
local digest = require "native.digest"
local durations = require "lofty.time.durations"
local journal = require "lofty.journal"
local json = require "native.json"
local log = require "native.log"
local lofty_error = require "lofty.error"
local misuse = require "lofty.misuse"
local native = require "native.journal"
local option_tables = require "lofty.options"
local store = require "lofty.store"
local task = require "native.task"
local unsettled = require "lofty.once.unsettled"
local wording = require "lofty.wording"

local M = {}

local RESULT_MAX = 1024 * 1024
local DURABLE = true

--- Hears of each function that begins and ends, in a dry run: lofty.dry.keep.
M.planned = nil ---@type fun(what: string, attempt: table, ...)|nil
local USAGE = 'lofty.once("welcome 12", function() ... end)'

---@class lofty.OnceOptions
---@field ttl string|number|nil how long it is remembered that it was done, "365d" or seconds; for ever by default
---@field wait string|number|nil how long to wait for another run or task that is at it; not at all by default
---@field show_within string|number|nil a write that was under way when its run was killed counts as not done when it does
---  not show so long after it was sent; "2m" by default, which is as long as Lofty may still be at work on it

local function ask(method, ...) return store.given("once", native[method](...)) end

local TIMES = { ttl = true, wait = true, show_within = true }

--- The options in milliseconds.
local function check_options(options)
  local times = {}
  for key, value in pairs(option_tables.check("lofty.once", "third", options, TIMES)) do
    local is_seconds = type(value) == "number" and value >= 0 and value < 1e11
    times[key] = is_seconds and math.ceil(value * 1000) or type(value) == "string" and durations.read(value)
      or misuse(('lofty.once: %s must be "30d", "2m" or seconds, got %s'):format(key, wording.describe(value)))
  end
  return times
end

local function lock(key, wait)
  local handle, process, since = store.wait_lock("once", ("once %s %s"):format(store.account(), key), wait or 0)
  if handle then return handle end
  error(lofty_error.new { code = "ALREADY_RUNNING", operation = "once",
    message = ("another is at %s%s"):format(wording.quoted(key), store.holder(process, since)) }, 0)
end

local function closing(handle)
  return setmetatable({}, { __close = function() handle:close() end })
end

--- All writes of the run under the key, from its first one on.
local function writes_of(key, known)
  local all, after = {}, known.first - 1
  repeat
    local page = ask("writes", known.run, after, 200, key)
    table.move(page, 1, #page, #all + 1, all)
    after = #page > 0 and page[#page].number
  until #page < 200
  return all
end

local DONE = { done = true, earlier = true }
local OPEN = { sending = true, unknown = true }

---@class lofty.Once.Attempt the function, while it runs
---@field key string
---@field first integer the number of its first write
---@field run integer
---@field known table[]|nil writes of earlier runs that are done, and were not asked for yet
---@field repeated table[]|nil writes of earlier runs that may have been done, and are made again
---@field scope integer of the coroutines and tasks that work for it
---@field outer integer the scope around it
---@field before integer
---@field finished boolean|nil
local Attempt = {}
Attempt.__index = Attempt

local function same(one, other)
  if one == other then return true end
  if not one or not other then return false end
  return digest.of((json.decode(one, { keep_null = true }))) == digest.of((json.decode(other, { keep_null = true })))
end

--- Answers a write from what an earlier run did. Raises where it is another one, as long as there is something that the
--- function has not asked for again.
---@return boolean answered
---@return any result
function Attempt:answer(operation, parameters, fields)
  for index, write in ipairs(self.known) do
    if write.operation == operation and same(write.parameters, parameters) and same(write.fields, fields) then
      if not write.result then unsettled.fail(self.key, "the reply was too long to be kept", { write }) end
      table.remove(self.known, index)
      if #self.known == 0 then self.known = nil end
      return true, (json.decode(write.result))
    end
  end
  return unsettled.fail(self.key, ("now the function wants %s, which is something else than it did before"):format(
    operation), self.known)
end

--- Whether a write is one that an earlier run may have done.
---@return boolean
function Attempt:repeats(operation, parameters, fields)
  for _, write in ipairs(self.repeated or {}) do
    if write.operation == operation and same(write.parameters, parameters) and same(write.fields, fields) then
      return true
    end
  end
  return false
end

local function leave(attempt)
  task.leave_scope(attempt.before)
  journal.scopes[attempt.scope] = nil
end

--- Whether the function was cut short from outside, and is as one whose run was killed.
local function is_cut(err)
  return lofty_error.is_error(err) and (err.category == "cancelled" or err.category == "limit")
end

--- What is to be kept of a function that failed; nil where nothing was done.
local function failed_state(attempt, err)
  local done, open = false, false
  for _, write in ipairs(writes_of(attempt.key, attempt)) do
    done, open = done or DONE[write.state], open or OPEN[write.state]
  end
  return open and "unknown" or done and (is_cut(err) and "begun" or "partway") or nil
end

--- What a function failed with, as text: a __tostring of the script's may fail as well.
local function text_of(err)
  local ok, text = pcall(tostring, err)
  return ok and text or ("an error that is a %s and cannot be shown"):format(type(err))
end

--- The function has failed: with what, is told by its writes. Where that cannot be recorded the key stays "begun", as
--- after a kill.
function Attempt:__close(err)
  if self.finished then return end
  leave(self)
  local why = text_of(err)
  if M.planned then M.planned("failed", self, why) end
  local ok, problem = pcall(function()
    local state = failed_state(self, err)
    if not state then return ask("remove_key", store.account(), self.key) end
    ask("put_key", store.account(), self.key, { state = state, run = self.run, first = self.first, began = self.began,
      result = why:sub(1, 500) })
  end)
  if not ok then
    log.write("warn", ("lofty.once: what became of %s could not be recorded"):format(wording.quoted(self.key)),
      { why = tostring(problem) })
  end
end

local function encode(key, value)
  if value == nil then return nil end
  local text, _, message = json.encode(value)
  if text and #text > RESULT_MAX then text, message = nil, ("it has more than %d bytes as JSON"):format(RESULT_MAX) end
  return text, message and ("lofty.once: %s is done, but what its function returned cannot be kept: %s"):format(
    wording.quoted(key), message)
end

--- Keeps what the function returned. On the disk at once where no write is there to tell that it was done.
local function finish(attempt, ttl, value)
  local text, problem = encode(attempt.key, value)
  local _, number = native.run()
  attempt.finished = true
  leave(attempt)
  ask("put_key", store.account(), attempt.key, { state = "done", run = attempt.run, first = attempt.first,
    began = attempt.began, ["until"] = ttl and clock.now() + ttl or nil, result = text },
    number == attempt.first and DURABLE or nil)
  if M.planned then M.planned("done", attempt, ttl, text, value) end
  if problem then misuse(problem) end
end

local scopes = 0

--- Begins the function. What earlier runs have done comes along, so that this run is all that has to be known.
local function begin(key, done, repeated)
  local run, first = native.run()
  if not run then store.fail("once", first, "the journal cannot be opened") end
  for _, write in ipairs(done) do ask("take_over", write.run, write.number) end
  scopes = scopes + 1
  local attempt = { key = key, run = run, first = first, began = clock.now(), scope = scopes,
    known = #done > 0 and done or nil, repeated = repeated }
  ask("put_key", store.account(), key, { state = "begun", run = run, first = first, began = attempt.began })
  attempt.outer = task.scope()
  attempt.before = task.enter_scope(scopes)
  journal.scopes[attempt.scope] = attempt
  return setmetatable(attempt, Attempt)
end

--- See lofty.once.
---@param key string|integer
---@param f fun(): any
---@param options lofty.OnceOptions|nil
---@return any result
---@return boolean before
function M.call(key, f, options)
  key = store.check_key("lofty.once", key)
  require("lofty.task").check_function("lofty.once", f, USAGE)
  local times = check_options(options)
  local _ <close> = closing(lock(key, times.wait))
  local known = ask("key", store.account(), key)
  if known and known.state == "done" then
    return known.result and (json.decode(known.result)), true
  end
  local done, repeated = {}, nil
  if known then
    journal.catch_up()
    done, repeated = unsettled.settle(key, known, writes_of(key, known), times.show_within)
  end
  local attempt <close> = begin(key, done, repeated)
  if M.planned then M.planned("begun", attempt, times.ttl) end
  local result = f()
  finish(attempt, times.ttl, result)
  return result, false
end

--- Decides about a key that is held: "done", and its function is not called any more; "again", and it is free. False
--- where nothing is known under the key.
---@param key string|integer
---@param how "done"|"again"
---@return boolean known
function M.settle(key, how)
  key = store.check_key("lofty.once.settle", key)
  if how ~= "done" and how ~= "again" then
    misuse('lofty.once.settle: the second argument must be "done" or "again", got ' .. wording.describe(how))
  end
  local _ <close> = closing(lock(key))
  local known = ask("key", store.account(), key)
  if not known then return false end
  if known.state == "done" and how == "done" then return true end
  if M.planned then M.planned("settled", { key = key }, how) end
  for _, write in ipairs(writes_of(key, known)) do
    if OPEN[write.state] then ask("settle", write.run, write.number, how == "done" and "done" or "absent") end
  end
  if how == "again" then
    ask("remove_key", store.account(), key)
  else
    known.state, known.result = "done", nil
    ask("put_key", store.account(), key, known, DURABLE)
  end
  return true
end

return M
