--- Quiet hours: at which moments nobody is written to, and when the next one comes that is not one of them. Pure: it knows
--- neither grants nor leads.
local calendar = require "lofty.time.calendar"
local zones = require "lofty.time.zones"

local M = {}

local MINUTE = 60000
local MOST_STEPS = 64 -- each ends one quiet time in one zone; more means that there is always another one

---@class lofty.guard.Hours
---@field from integer minute of the day
---@field to integer minute of the day; one that is not later is the next day's

local function contains(hours, minute)
  if hours.from < hours.to then return minute >= hours.from and minute < hours.to end
  return minute >= hours.from or minute < hours.to
end

--- The moment at which quiet hours end that hold at `ms`.
local function end_of(hours, ms, zone)
  local days, ms_of_day = zones.wall(ms, zone)
  if hours.to * MINUTE <= ms_of_day then days = days + 1 end
  local ends = zones.moment(days, hours.to * MINUTE, zone)
  -- Where clocks were set back it is the same time again: the later one.
  return ends > ms and ends or ms + MINUTE - ms % MINUTE
end

--- Of several zones and quiet hours, the first that holds at a moment.
---@return lofty.guard.Hours|nil
---@return string|nil zone
local function first_quiet(list, places, ms)
  for _, zone in ipairs(places) do
    local _, ms_of_day = zones.wall(ms, zone)
    for _, hours in ipairs(list) do
      if contains(hours, ms_of_day // MINUTE) then return hours, zone end
    end
  end
end

--- Whether a moment is quiet in one of the zones.
---@param list lofty.guard.Hours[]
---@param places string[] zones
---@param ms integer
---@return string|nil zone in which it is quiet; nil: in none
---@return integer|nil ends the next moment that is quiet in none of them; nil where there is none within days
function M.at(list, places, ms)
  local hours, zone = first_quiet(list, places, ms)
  if not hours then return nil end
  local first, moment = zone, ms
  for _ = 1, MOST_STEPS do
    moment = end_of(hours, moment, zone)
    hours, zone = first_quiet(list, places, moment)
    if not hours then return first, moment end
  end
  return first, nil
end

--- The day by the clocks of a zone, as text that sorts.
---@param ms integer
---@param zone string
---@param days integer|nil so many days later
---@return string
function M.day(ms, zone, days)
  local day = zones.wall(ms, zone)
  return ("%04d-%02d-%02d"):format(calendar.date(day + (days or 0)))
end

return M
