--- A permit for each attempt at a call, so that Lofty's limit is kept by all runs on the machine together: waits where
--- there is none. Who may go when is decided in runtime/core/quota.h. Within a run permits are had in the order in
--- which they were asked for, in a line for each class of operations: only the first in a line asks.

local clock = require "native.clock"
local log = require "native.log"
local native = require "native.quota"
local task = require "native.task"

local M = {}

--- A wait is looked at again so often: what was learned meanwhile may have changed it. Milliseconds, as all here.
local LOOK_AGAIN = 1000

--- Shorter waits are nobody's business, nor are they a limit that --no-wait refuses to wait for.
local NOTABLE = 1100

--- No more than one line about waiting in that time, however many wait.
local SILENCE = 5000

local lines = {}
local waiting = 0
local said_at

local WHY = {
  limit = "for Lofty's limit%s",
  pace = "to leave more urgent runs their part of Lofty's limit%s",
  closed = "because Lofty refused calls as too many%s",
}

local function reason_text(row, reason)
  local rate = native.rate(row.name)
  return WHY[reason]:format(rate and reason ~= "closed" and (" of %d calls a minute"):format(rate) or "")
end

local function say(place, row, ms, reason)
  if place.said or ms <= NOTABLE or not WHY[reason] then return end
  local now = clock.monotonic()
  if said_at and now - said_at < SILENCE then return end
  place.said, said_at = true, now
  log.write("info", ("%s: waiting %.0f s %s"):format(row.name, ms / 1000, reason_text(row, reason)))
end

--- A place in a line. Whoever leaves, in whatever way, lets the next one come forward.
local place_meta = { __close = function(place)
  local line = place.line
  waiting = waiting - 1
  line[place.index] = false
  if place.index ~= line.first then return end
  while line[line.first] == false do
    line[line.first] = nil
    line.first = line.first + 1
  end
  local next_place = line[line.first]
  if next_place then task.fire(next_place.signal) else lines[line.class] = nil end
end }

local function join(class)
  local line = lines[class] or { class = class, first = 1, last = 0 }
  lines[class] = line
  line.last = line.last + 1
  local place = setmetatable({ line = line, index = line.last, signal = task.signal() }, place_meta)
  line[line.last] = place
  waiting = waiting + 1
  return place
end

--- The fields of an error, where the run does not wait.
local function refusal(row, waited, ms, reason)
  if native.waits() or waited + ms <= NOTABLE or reason ~= "limit" and reason ~= "closed" then return nil end
  return {
    code = "TOO_MANY_REQUESTS",
    message = ("not waiting %.0f s %s (--no-wait)"):format(ms / 1000, reason_text(row, reason)),
    retry_after = ms / 1000,
  }
end

local function stand_in_line(row, ms, reason)
  local began = clock.monotonic()
  local place <close> = join(native.class(row.name))
  if place.index ~= place.line.first then
    if not task.wait(place.signal) then return clock.monotonic() - began end
    ms = nil
  end
  while true do
    if not ms then ms, reason = native.take(row.name) end
    if ms == 0 then return clock.monotonic() - began end
    local refused = refusal(row, clock.monotonic() - began, ms, reason)
    if refused then return clock.monotonic() - began, refused end
    say(place, row, ms, reason)
    local _, cut = clock.sleep(math.min(ms, LOOK_AGAIN))
    if cut then return clock.monotonic() - began end
    ms = nil
  end
end

--- Gets a permit for one attempt. Where the wait is cut short it returns at once: the attempt that follows is refused
--- for the same reason.
---@param row table the operation
---@return integer waited milliseconds
---@return table|nil refused fields of an error, where the run does not wait for the limit
function M.wait(row)
  if waiting > 0 then return stand_in_line(row) end
  local ms, reason = native.take(row.name)
  if ms == 0 then return 0 end
  return stand_in_line(row, ms, reason)
end

--- A reply said that calls were too many in another way than by HTTP 429, which is learned from by itself.
---@param row table
---@param began integer when its attempt did, in monotonic milliseconds: those that were under way together count once
function M.refused(row, began)
  native.refused(row.name, math.max(0, math.floor(clock.monotonic() - began)))
end

return M
