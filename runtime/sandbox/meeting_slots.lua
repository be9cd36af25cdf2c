--- Free hours of the caller's: the working hours without appointments.

local json = require "native.json"
local wire = require "sandbox.wire"
local times = require "sandbox.times"
local params = require "sandbox.params"
local account = require "sandbox.account"
local moments = require "sandbox.moments"
local tasks = require "sandbox.task_store"

local M = {}

local MAX_SPAN = 90 * times.DAY
-- Nine to five, Monday to Friday, in an eastern winter: the sandbox knows no other zones.
local FIRST_HOUR, LAST_HOUR = 14, 21

local function read_span(store, query)
  local from, to = moments.query(query, "startTime"), moments.query(query, "endTime")
  wire.demand(from and to and from > store.now() and to > from and to - from <= MAX_SPAN, "INVALID_PARAMETER")
  return from, to
end

local function is_working_hour(ms)
  local weekday = (ms // times.DAY + 4) % 7 -- 0 is Sunday
  local hour = ms % times.DAY // times.HOUR
  return weekday >= 1 and weekday <= 5 and hour >= FIRST_HOUR and hour <= LAST_HOUR
end

local function busy_times(store, from, to)
  return tasks.collect(store, function(task)
    return tasks.is_appointment(task) and task.assignedUserId == account.caller.user_id
      and not task.deleted and not task.finished and task.startAt < to and task.endAt > from
  end)
end

local function is_free(busy, from, to)
  for _, task in ipairs(busy) do
    if task.startAt < to and task.endAt > from then
      return false
    end
  end
  return true
end

local function slot(ms)
  return {
    startTime = times.iso(ms), endTime = times.iso(ms + times.HOUR), startTimeMs = ms, endTimeMs = ms + times.HOUR,
  }
end

--- GET /v2.0/calendar/meetings/available: whole hours, earliest first, at most `limit`; total counts all of them.
function M.list(store, request)
  local query = request.query
  local limit = params.integer(query, "limit", 10)
  wire.demand(limit >= 1, "INVALID_PARAMETER")
  local from, to = read_span(store, query)
  local busy = busy_times(store, from, to)
  local slots, total = json.array({}), 0
  local first = (from + times.HOUR - 1) // times.HOUR * times.HOUR
  for ms = first, to - times.HOUR, times.HOUR do
    if is_working_hour(ms) and is_free(busy, ms, ms + times.HOUR) then
      total = total + 1
      slots[#slots + 1] = total <= limit and slot(ms) or nil
    end
  end
  return { data = { total = total, slots = slots } }
end

return M
