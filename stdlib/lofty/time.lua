--- lofty.time: reads Lofty's many spellings of a moment, and always writes one with an offset.
---
--- In between, a moment is an integer: milliseconds since 1970 in UTC, as lofty.now() gives it, so that "older than" is
--- a plain comparison and no time zone can get into it. A zone comes in only where a clock or a calendar does, and then
--- it is named: "America/Los_Angeles", "local" for this machine's (or that of the variable TZ), or minutes east of UTC.
---
---   local time = lofty.time
---   local due = time.at("tomorrow 9am", "America/New_York")
---   lofty.tasks.update(id, { endAt = time.iso(due, "America/New_York") })
---
--- On the days on which clocks are changed, one rule holds everywhere: a time that clocks skip becomes as much later as
--- they skip (2:30 becomes 3:30), and one that they show twice is the first of the two.
local calendar = require "lofty.time.calendar"
local durations = require "lofty.time.durations"
local misuse = require "lofty.misuse"
local option_tables = require "lofty.options"
local reading = require "lofty.time.reading"
local wording = require "lofty.wording"
local zones = require "lofty.time.zones"

---@alias lofty.Zone string|integer an IANA name, "local", or minutes east of UTC

local M = { MINUTE = 60000, HOUR = 3600000, DAY = 86400000 }

M.parse = reading.parse
M.parse_birthday = reading.parse_birthday

--- A whole number between two others, or raises.
local function whole(value, name, least, most, what)
  local number = type(value) == "number" and math.tointeger(value)
  if not number or number < least or number > most then
    misuse(("%s: %s must be a whole number from %d to %d, got %s"):format(what, name, least, most,
      wording.describe(value)))
  end
  return number
end

local function check_date(year, month, day, what)
  year, month = whole(year, "year", 1, 9999, what), whole(month, "month", 1, 12, what)
  day = whole(day, "day", 1, 31, what)
  if not calendar.is_date(year, month, day) then
    misuse(("%s: %04d-%02d-%02d is a day that does not exist"):format(what, year, month, day))
  end
  return year, month, day
end

--- Writes a moment as Lofty's requests want it: ISO 8601 with an offset. Lofty refuses or shifts one without (seen
--- live). Parts of a second are left out. Without a zone the offset is +00:00: the moment is the same, only its
--- spelling differs. Offsets of a century ago that were no whole minutes are written as the nearest one.
---@param ms integer milliseconds since 1970
---@param zone lofty.Zone|nil
---@return string text such as "2026-03-01T15:00:00-08:00"
function M.iso(ms, zone)
  ms = zones.check_moment(ms, "lofty.time.iso")
  if zone == nil then zone = "UTC" end
  local offset = (zones.offset(ms, zones.check(zone, "lofty.time.iso")) + 30) // 60
  local shown = ms // 1000 + offset * 60
  local year, month, day = calendar.date(shown // 86400)
  local sign, size = offset < 0 and "-" or "+", math.abs(offset)
  return ("%04d-%02d-%02dT%02d:%02d:%02d%s%02d:%02d"):format(year, month, day, shown // 3600 % 24, shown // 60 % 60,
    shown % 60, sign, size // 60, size % 60)
end

--- A birthday as Lofty writes it and wants it: a date, which is the same day everywhere, and no moment.
---@param year integer
---@param month integer 1 to 12
---@param day integer
---@return string text such as "Jun 5, 2001"
function M.birthday(year, month, day)
  return reading.birthday(check_date(year, month, day, "lofty.time.birthday"))
end

--- The name of a time zone, if this machine's database has it. Raises otherwise, with the nearest name there is.
---@param name string an IANA name, such as an option of the script
---@return string name
function M.zone(name)
  if type(name) ~= "string" then
    misuse("lofty.time.zone: expected a name such as \"America/Los_Angeles\", got " .. wording.describe(name))
  end
  return zones.check(name, "lofty.time.zone") --[[@as string]]
end

---@class lofty.time.Fields
---@field year integer
---@field month integer 1 to 12
---@field day integer
---@field hour integer 0 to 23
---@field minute integer
---@field second integer
---@field millisecond integer
---@field weekday integer 1 is Monday, 7 is Sunday
---@field offset integer seconds east of UTC
---@field zone lofty.Zone

--- What clock and calendar show in a zone. moment(fields(ms, zone)) is ms again.
---@param ms integer
---@param zone lofty.Zone
---@return lofty.time.Fields
function M.fields(ms, zone)
  zone = zones.check(zone, "lofty.time.fields")
  local days, rest, offset = zones.wall(zones.check_moment(ms, "lofty.time.fields"), zone)
  local year, month, day = calendar.date(days)
  return {
    year = year, month = month, day = day, hour = rest // M.HOUR, minute = rest // M.MINUTE % 60,
    second = rest // 1000 % 60, millisecond = rest % 1000, weekday = calendar.weekday(days), offset = offset,
    zone = zone,
  }
end

local MOMENT_FIELDS = {
  year = true, month = true, day = true, hour = true, minute = true, second = true, millisecond = true, zone = true,
  weekday = true, offset = true,
}

--- The moment at which clocks in a zone show a time; the rule for changes of the clock is at the head of this module.
--- The date must exist: day 32 is refused, lofty.time.add counts on from a day.
---@param fields table year, month, day, zone; hour, minute, second and millisecond are 0 by default; offset, in seconds
---  east of UTC, tells which one is meant of two, and otherwise changes nothing, nor does weekday
---@return integer ms
function M.moment(fields)
  local what = "lofty.time.moment"
  option_tables.check_fields(what, fields, MOMENT_FIELDS)
  local year, month, day = check_date(fields.year, fields.month, fields.day, what)
  local hour, minute = whole(fields.hour or 0, "hour", 0, 23, what), whole(fields.minute or 0, "minute", 0, 59, what)
  local second = whole(fields.second or 0, "second", 0, 59, what)
  local rest = whole(fields.millisecond or 0, "millisecond", 0, 999, what)
  return zones.moment(calendar.days(year, month, day), hour * M.HOUR + minute * M.MINUTE + second * 1000 + rest,
    zones.check(fields.zone, what), fields.offset)
end

--- The first moment of the day that holds a moment, by the clocks of a zone. Where clocks skip midnight it is later
--- than 0:00.
---@param ms integer
---@param zone lofty.Zone
---@param days integer|nil so many days later (or earlier, below 0)
---@return integer ms
function M.midnight(ms, zone, days)
  zone = zones.check(zone, "lofty.time.midnight")
  local today = zones.wall(zones.check_moment(ms, "lofty.time.midnight"), zone)
  return zones.moment(today + whole(days or 0, "days", -4000000, 4000000, "lofty.time.midnight"), 0, zone)
end

local ADDED = { years = 12, months = 1, weeks = 7, days = 1, hours = M.HOUR, minutes = M.MINUTE, seconds = 1000 }

--- A moment later, or earlier where numbers are negative. Years, months, weeks and days are the calendar's and keep the
--- time on the clock: a day later 9:00 is 9:00, also when the day has 23 hours. A month after 31 January is the last
--- day of February. Hours, minutes and seconds are added after that, as the time that passes.
---@param ms integer
---@param amounts { years?: integer, months?: integer, weeks?: integer, days?: integer, hours?: integer,
---  minutes?: integer, seconds?: integer }
---@param zone lofty.Zone|nil required with years, months, weeks and days
---@return integer ms
function M.add(ms, amounts, zone)
  local what = "lofty.time.add"
  ms = zones.check_moment(ms, what)
  option_tables.check_fields(what, amounts, ADDED)
  local function sum(...)
    local total = 0
    for _, name in ipairs { ... } do
      total = total + whole(amounts[name] or 0, name, -1000000000, 1000000000, what) * ADDED[name]
    end
    return total
  end
  local months, days, rest = sum("years", "months"), sum("weeks", "days"), sum("hours", "minutes", "seconds")
  if amounts.years or amounts.months or amounts.weeks or amounts.days or zone ~= nil then
    zone = zones.check(zone, what)
  end
  if months ~= 0 or days ~= 0 then
    local day, ms_of_day = zones.wall(ms, zone)
    ms = zones.moment(calendar.add_months(day, months) + days, ms_of_day, zone)
  end
  return zones.check_moment(ms + rest, what)
end

--- A moment as people say it, by the clocks of a zone. Nothing is guessed: what is not one of these forms raises.
---   today 17:30, tomorrow 9am, yesterday noon     days of the calendar; "today" may lie in the past
---   monday 8:00, fri at 4:30pm                    the first such time after now, maybe today
---   2026-12-24 9am                                a date
---   in 90 minutes, in 3 hours                     from now, as time passes
---   in 3 days, in 2 weeks, in 1 month             on that day, at the time it is now
---   in 3 days at 9am                              on that day, at that time
---   next business day 10am                        the first business day after today
---   in 3 business days at 10am                    the third one
--- Times are 9am, 9:30 pm, 17:30 or noon; "at" before a time may be left out. Business days are Monday to Friday,
--- and holidays are not known, unless business hours are given instead of the zone.
---@param phrase string
---@param zone lofty.Zone|lofty.time.Business
---@param from integer|nil what "now" is; lofty.now() by default
---@return integer ms
function M.at(phrase, zone, from)
  return require("lofty.time.phrases").at(phrase, zone, from)
end

--- Business hours: hours:is_open(ms), hours:next(ms), hours:add(ms, "3h").
---
---   local hours = lofty.time.business {
---     zone = "America/Chicago", from = "09:00", to = "17:30", days = "mon-fri",
---     holidays = { "2026-12-25" },
---   }
---@param options { zone: lofty.Zone, from: string, to: string, days?: string|integer[], holidays?: string[] } days as
---  "mon-fri", "1-5,7" or { 1, 2, 3 }, where 1 is Monday; Monday to Friday by default; from is before to, which may be
---  "24:00"; holidays are dates
---@return lofty.time.Business
function M.business(options)
  return require("lofty.time.business").new(options)
end

--- Reads a length of time: "250ms", "5s", "90m", "1.5h", "1h30m", "2d", "1w". A day is 24 hours here; days of the
--- calendar are lofty.time.add's.
---@param text string
---@return integer ms
function M.duration(text)
  return durations.read(text) or misuse('lofty.time.duration: expected text such as "90m", "1h30m" or "2d", got '
    .. wording.describe(text))
end

return M
