--- Moments as people say them: "tomorrow 9am". What lofty.time.at documents; a part of lofty.time.
---
--- A phrase is a day and, mostly, a time of day at its end. The time is taken off first; the day must then fit one of
--- the patterns of DAYS as a whole. Adding a form is adding a row.
local business = require "lofty.time.business"
local calendar = require "lofty.time.calendar"
local clock = require "native.clock"
local misuse = require "lofty.misuse"
local wording = require "lofty.wording"
local zones = require "lofty.time.zones"

local M = {}

local MINUTE, HOUR, LONGEST = 60000, 3600000, 9999
local EXAMPLES = 'it takes "today 17:30", "tomorrow 9am", "monday 8:00", "2026-12-24 9am", "in 90 minutes", '
  .. '"in 3 days at 9am", "next business day 10am" and the like'

--- Milliseconds since midnight; nil for a time that no clock shows, 24:00 or 13pm.
local function time_of_day(hour, minute, half)
  hour, minute = tonumber(hour), tonumber(minute)
  if minute > 59 or hour > 23 or half and (hour < 1 or hour > 12) then return nil end
  if half then hour = hour % 12 + (half == "p" and 12 or 0) end
  return hour * HOUR + minute * MINUTE
end

--- Takes the time of day off the end of a phrase.
---@return string|nil day what comes before; the whole phrase where it ends in no time; nil where the time is wrong
---@return integer|nil ms_of_day
local function split(phrase)
  -- All times in one spelling: 17:30, 9:00am.
  local text = phrase:gsub(" noon$", " 12:00"):gsub("(%d) ([ap]m)$", "%1%2"):gsub("( %d%d?)([ap]m)$", "%1:00%2")
  local day, hour, minute, half = text:match("^(.+) (%d%d?):(%d%d)([ap])m$")
  if not day then day, hour, minute = text:match("^(.+) (%d%d?):(%d%d)$") end
  if not day then return phrase, nil end
  local time = time_of_day(hour, minute, half)
  if not time then return nil end
  return (day:gsub(" at$", "")), time
end

local RELATIVE = { yesterday = -1, today = 0, tomorrow = 1 }

local function named_day(now, time, word)
  if not time then return nil end
  if RELATIVE[word] then return now.day + RELATIVE[word] end
  local weekday = calendar.weekday_number(word)
  if not weekday then return nil end
  local day = now.day + (weekday - calendar.weekday(now.day)) % 7
  return zones.moment(day, time, now.zone) > now.ms and day or day + 7
end

local function day_in(now, _, count, unit)
  count = tonumber(count)
  if count > LONGEST then return nil end
  if unit == "day" then return now.day + count end
  if unit == "week" then return now.day + count * 7 end
  return unit == "month" and calendar.add_months(now.day, count) or nil
end

local function business_day_in(now, time, count)
  count = tonumber(count)
  if not time or count < 1 or count > LONGEST then return nil end
  local day = now.day
  for _ = 1, count do day = business.next_day(now.hours, day + 1) end
  return day
end

local function date(_, time, text) return time and calendar.read_date(text) end

--- Patterns, and what makes a day of that which they find; nil where the phrase is none after all. A day without a time
--- of day is one at the time it is now, where that makes sense.
local DAYS = {
  { "^(%a+)$", named_day },
  { "^(%d%d%d%d%-%d%d%-%d%d)$", date },
  { "^in (%d+) (%a-)s?$", day_in },
  { "^in (%d+) business days?$", business_day_in },
  { "^next business day$", function(now, time) return business_day_in(now, time, 1) end },
}

--- What passes and knows no calendar: nil, or how long.
local function length_of(phrase)
  local count, unit = phrase:match("^in (%d+) (%a-)s?$")
  local size = unit == "minute" and MINUTE or unit == "hour" and HOUR
  return size and tonumber(count) <= LONGEST and tonumber(count) * size or nil
end

---@param now table ms, day, ms_of_day, zone, hours
---@return integer|nil ms
local function read(phrase, now)
  local length = length_of(phrase)
  if length then return now.ms + length end
  local words, time = split(phrase)
  for _, form in ipairs(words and DAYS or {}) do
    local first, second = words:match(form[1])
    local day = first and form[2](now, time, first, second)
    if day then return zones.moment(day, time or now.ms_of_day, now.zone) end
  end
  return nil
end

--- See lofty.time.at.
---@param phrase string
---@param zone lofty.Zone|lofty.time.Business
---@param from integer|nil
---@return integer ms
function M.at(phrase, zone, from)
  local what = "lofty.time.at"
  if type(phrase) ~= "string" then
    misuse(("%s: expected a phrase, got %s; %s"):format(what, wording.describe(phrase), EXAMPLES))
  end
  local hours = business.is(zone) and zone or nil
  local now = { ms = from == nil and clock.now() or zones.check_moment(from, what), hours = hours,
    zone = hours and hours.zone or zones.check(zone, what) }
  now.day, now.ms_of_day = zones.wall(now.ms, now.zone)
  local ms = read(phrase:lower():gsub("%s+", " "):match("^ ?(.-) ?$"), now)
  return ms or misuse(("%s: cannot read %s; %s"):format(what, wording.quoted(phrase), EXAMPLES))
end

return M
