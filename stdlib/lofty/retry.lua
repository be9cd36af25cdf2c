--- Makes one call as often as it takes and may: what is tried again, and after how long, is decided by the table in
--- runtime/core/retry.h. Here is what an operation's row says about it, the waiting, and what the script gets to see.
---
--- Two keys of a row matter (runtime/tools/api/overrides.lua has the reasons):
---   repeatable = true|false    whether doing it twice leaves what doing it once leaves, where the method says otherwise
---   done = { CODE, ... }       answers to a repetition that mean that an earlier attempt did it

local catalogue = require "lofty.catalogue"
local clock = require "native.clock"
local lofty_error = require "lofty.error"
local log = require "native.log"
local native = require "native.retry"
local permits = require "lofty.permits"

local monotonic, admit, heard, wait_for_permit = clock.monotonic, native.admit, native.heard, permits.wait

local M = {}

--- The most retries that can be asked for.
M.MOST = native.MOST

--- How long one attempt may take without a word on it, in milliseconds.
local ATTEMPT_MS = 30000

---@alias lofty.Safety
---| "read" changes nothing
---| "repeatable" done twice, it leaves what it leaves done once
---| "once" done twice, it may leave two of something

local BY_METHOD = { GET = "read", HEAD = "read", PUT = "repeatable", DELETE = "repeatable" }

--- Whether an operation may be made again when nobody knows what became of it.
---@param row table
---@return lofty.Safety
function M.safety(row)
  if row.read then return "read" end
  if row.repeatable ~= nil then return row.repeatable and "repeatable" or "once" end
  return BY_METHOD[row.method] or "once"
end

--- Whether the same call may succeed later, as far as the code or else the status tells.
local function is_temporary(err, fields)
  if fields.retryable == false then return false end
  local row = catalogue.find(err.code) or err.status and catalogue.for_status(err.status)
  return row ~= nil and row.retry == "yes"
end

--- Whether the answer to a repeated write says that an attempt before it did it: what is to be deleted is gone.
local function says_done(row, err)
  if row.method == "DELETE" and err.category == "not_found" then return true end
  for _, code in ipairs(row.done or {}) do
    if err.code == code or err.number == code then return true end
  end
  return false
end

--- How a failed attempt is called in a log line: "CONNECTION_LOST", "SERVER_ERROR, HTTP 503".
local function cause_of(err)
  return tostring(err.code) .. (err.status and (", HTTP %d"):format(err.status) or "")
end

local function seconds(ms)
  return ("%.2f s"):format(ms / 1000)
end

local GIVEN_UP = {
  no_wait = "not waiting for the limit of calls (--no-wait)",
  deadline = ("the wait would end more than %d s after the call began"):format(native.DEADLINE),
  budget = "too many calls were made again lately; more of it would only make an outage worse",
}

--- What is being tried: one call of a script's.
---@class lofty.retry.Call
---@field row table
---@field path string
---@field allowed integer|nil retries; nil: as many as the run allows each call
---@field began integer monotonic milliseconds
---@field attempts integer
---@field sent integer when the latest attempt began
---@field waited integer milliseconds that it took to get permits: no attempt was under way
---@field doubt lofty.Error|nil the first attempt nobody knows the end of
---@field mark any closed once it is known
---@field attempt fun(row: table, request: table, timeout: integer|nil): boolean, any, table|nil
---@field request table
---@field repeats boolean|nil

local function allowed_of(call)
  return call.allowed or native.retries()
end

local function elapsed(call)
  return (clock.monotonic() - call.began) / 1000
end

--- Of the time that all attempts have.
local function spent(call)
  return elapsed(call) - call.waited / 1000
end

--- Makes the error of a failed attempt.
local function error_of(call, fields)
  fields.operation, fields.method, fields.path = call.row.name, call.row.method, call.path
  fields.attempts = call.attempts
  if call.attempts > 1 or fields.begun == false or not fields.elapsed then fields.elapsed = elapsed(call) end
  local err = lofty_error.new(fields)
  if fields.token or not fields.hint and (err.category == "auth" or err.category == "permission") then
    err.hint = require("lofty.cures").of(err, call.row, fields.token) or err.hint
  end
  return err
end

--- The last attempt's error, as the script gets it. Where an attempt before it may have done the write, its own end
--- does not tell what became of the write.
local function final_error(call, err, fields)
  local doubtful = call.doubt ~= nil or fields.outcome == "unknown"
  if not doubtful then return err end
  if call.doubt and fields.outcome ~= "unknown" then fields.cause = fields.cause or call.doubt end
  fields.outcome = "unknown"
  fields.retryable = M.safety(call.row) == "repeatable" and is_temporary(err, fields)
  return error_of(call, fields)
end

--- Waits while the host is left alone. Returns an error's fields where that takes longer than the call may.
local function wait_for_host(call, wait)
  local said = false
  while wait > 0 do
    if allowed_of(call) == 0 or spent(call) + wait / 1000 > native.DEADLINE then
      return { code = "CIRCUIT_OPEN", outcome = M.safety(call.row) ~= "read" and "not_sent" or nil }
    end
    if not said then
      log.write("info", ("%s: waiting %s, Lofty did not answer the last calls"):format(call.row.name, seconds(wait)))
    end
    said = true
    local _, cut = clock.sleep(wait)
    if cut then return nil end -- and so is the attempt: its error tells why
    wait = admit()
  end
end

--- Milliseconds until the failed call is made again; nil where it is not.
local function decide(call, err, fields)
  local delay, more = native.decide {
    safety = M.safety(call.row),
    temporary = is_temporary(err, fields),
    category = err.category,
    sent = fields.status ~= nil or fields.sent ~= false,
    status = err.status,
    made = math.max(0, call.attempts - 1),
    allowed = allowed_of(call),
    elapsed = spent(call),
    retry_after = err.retry_after,
  }
  if delay then
    log.write(err.category == "rate_limit" and "info" or "warn",
      ("%s: trying again in %s (%s)"):format(call.row.name, seconds(delay), cause_of(err)),
      { left = more, why = err.message })
  elseif GIVEN_UP[more] then
    log.write("warn", ("%s: not tried again: %s (%s)"):format(call.row.name, GIVEN_UP[more], cause_of(err)))
  elseif more == "exhausted" and call.attempts > 1 then
    log.write("warn", ("%s: given up after %d attempts in %s (%s)"):format(call.row.name, call.attempts,
      seconds(elapsed(call) * 1000), cause_of(err)))
  end
  return delay
end

--- From now on a write may have been done; the end of the run, if it comes from outside, says so.
local function remember_doubt(call, err)
  if call.doubt or err.outcome ~= "unknown" then return end
  call.doubt = err
  call.mark = native.doubt(("%s %s"):format(call.row.method, call.path))
end

--- What is left of the time all attempts have, for one of them; nil for the first.
local function timeout_of(call)
  return math.max(1, math.min(ATTEMPT_MS, native.DEADLINE * 1000 - (clock.monotonic() - call.began) + call.waited))
end

--- An attempt that a cancel, a deadline or the run's own limit prevented is none.
local function count_failure(call, fields)
  if fields.begun ~= false then call.attempts = call.attempts + 1 end
end

local function make_attempt(call)
  call.sent = monotonic()
  local ok, result, metadata = call.attempt(call.row, call.request, call.attempts > 0 and timeout_of(call) or nil)
  if ok then heard(nil, nil, call.row.name) else count_failure(call, result) end
  return ok, result, metadata
end

--- Takes note of a wait for a permit. Returns an error's fields where the run does not wait.
local function note_wait(call, waited, refused)
  call.waited = call.waited + waited
  if refused and M.safety(call.row) ~= "read" then refused.outcome = "not_sent" end
  return refused
end

--- Ends the doubt however the call ends.
local doubt_ends = { __close = function(holder)
  local mark = holder.call.mark
  if mark then getmetatable(mark).__close(mark) end
end }

--- After the first failure: waits and tries again until there is a result or an error to raise.
local function persist(call, fields)
  local _ <close> = setmetatable({ call = call }, doubt_ends)
  while true do
    local err = error_of(call, fields)
    if fields.begun == false then heard(err.category, err.status)
    else heard(err.category, err.status, call.row.name, tostring(err.code)) end
    if err.category == "rate_limit" and err.status and err.status ~= 429 then permits.refused(call.row, call.sent) end
    if (call.doubt or call.repeats) and says_done(call.row, err) then
      log.write("info", ("%s: done, by an attempt whose reply was lost (now: %s)"):format(call.row.name, cause_of(err)))
      return true
    end
    local delay = decide(call, err, fields)
    if not delay then error(final_error(call, err, fields), 0) end
    remember_doubt(call, err)
    clock.sleep(delay)
    if wait_for_host(call, admit()) then error(final_error(call, err, fields), 0) end
    local refused = note_wait(call, wait_for_permit(call.row))
    if refused then error(final_error(call, error_of(call, refused), refused), 0) end
    local ok, result, metadata = make_attempt(call)
    if ok then return result, metadata end
    fields = result
  end
end

--- A call before which the host has to be left alone for a while.
local function call_later(call, wait)
  local refused = wait_for_host(call, wait) or note_wait(call, wait_for_permit(call.row))
  if refused then error(error_of(call, refused), 0) end
  local ok, result, metadata = make_attempt(call)
  if ok then return result, metadata end
  return persist(call, result)
end

--- Makes a call until it succeeds, is refused, or may not be made again.
---
--- A repeated DELETE whose answer is that there is no such thing has succeeded: an attempt before it did it.
---
--- Raises a lofty.Error. `attempts` and `elapsed` count all of it; `outcome` is "unknown" where any attempt at a write
--- may have done it, and `retryable` is true all the same where doing it twice does no harm.
---@param row table the operation
---@param path string
---@param allowed integer|nil retries; nil: as many as the run allows each call
---@param attempt fun(row: table, request: table, timeout: integer|nil): boolean, any, table|nil makes it once; fields of
--- an error where it failed
---@param request table for `attempt`
---@param repeats boolean|nil whether an earlier run may have done it
---@return any result
---@return table|nil metadata
function M.call(row, path, allowed, attempt, request, repeats)
  local began, wait = monotonic(), admit(true)
  local waited, refused, ok, result, metadata = 0, nil, nil, nil, nil
  if wait == 0 then
    waited, refused = wait_for_permit(row)
    if not refused then ok, result, metadata = attempt(row, request) end
    if ok then
      heard(nil, nil, row.name)
      return result, metadata
    end
  end
  -- Most calls do not get here: what it takes to try again is put together only for those that do.
  local call = { row = row, path = path, began = began, sent = began + waited, attempts = 0, waited = 0,
    allowed = allowed, attempt = attempt, request = request, repeats = repeats }
  if wait > 0 then return call_later(call, wait) end
  if note_wait(call, waited, refused) then error(error_of(call, refused), 0) end
  count_failure(call, result)
  return persist(call, result)
end

return M
