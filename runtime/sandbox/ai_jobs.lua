--- Work the AI does after the reply: it waits, runs, and is done, as time passes. And how often a minute it may be
--- asked.

local json = require "native.json"
local wire = require "sandbox.wire"

local M = {}

--- Stages of a job, with the documented numbers.
M.PENDING, M.PROCESSING, M.FINISHED, M.FAILED = 0, 1, 2, 3

local WAIT_MS, WORK_MS = 2000, 6000 -- how long the real thing takes, nobody says
-- The limit and the minute are those of the documented example of a 429.
local MAX_CALLS, WINDOW_MS = 20, 60000

--- A job that starts now.
---@param store table
---@param fails? boolean whether it comes to nothing
---@param started? integer epoch ms, now when absent
---@return table job
function M.start(store, fails, started)
  return { started = started or store.now(), fails = fails or false }
end

--- Where a job stands.
---@param store table
---@param job table
---@return integer stage one of those above
function M.stage(store, job)
  local age = store.now() - job.started
  if age < WAIT_MS then
    return M.PENDING
  elseif age < WAIT_MS + WORK_MS then
    return M.PROCESSING
  end
  return job.fails and M.FAILED or M.FINISHED
end

local function too_many(reset_ms)
  local answer = wire.answer(429, "application/json;charset=UTF-8", json.encode { message = "Too Many Requests" })
  answer.headers["x-ratelimit-limit"] = tostring(MAX_CALLS)
  answer.headers["x-ratelimit-remaining"] = "0"
  answer.headers["x-ratelimit-reset"] = tostring(reset_ms)
  return answer
end

--- Counts calls of an operation, in windows of a minute.
---@param name string the operation's
---@param handler fun(store: table, request: table): any
---@return fun(store: table, request: table): any handler that answers 429 when there were too many
function M.rationed(name, handler)
  return function(store, request)
    local windows = store:part("ai_windows", function()
      return {}
    end)
    local now = store.now()
    local window = windows[name]
    if not window or now - window.started >= WINDOW_MS then
      window = { started = now, calls = 0 }
      windows[name] = window
    end
    window.calls = window.calls + 1
    if window.calls > MAX_CALLS then
      return too_many(window.started + WINDOW_MS - now)
    end
    return handler(store, request)
  end
end

return M
