--- Moments, as Lofty writes them and as it reads them. In between, a moment is an integer: milliseconds since 1970 in
--- UTC, as lofty.now() gives it, so that "older than" is a plain comparison and no time zone can get into it.
local M = {}

M.MINUTE, M.HOUR, M.DAY = 60000, 3600000, 86400000

local MONTH_DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function days_of_month(year, month)
  local leap = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  return month == 2 and leap and 29 or MONTH_DAYS[month]
end

--- Days from 1970-01-01 to a date. Years are counted from March, so that a leap day is the last of its year.
local function days_since_1970(year, month, day)
  local from_march = (month + 9) % 12
  local y = from_march > 9 and year - 1 or year
  return y * 365 + y // 4 - y // 100 + y // 400 + (from_march * 306 + 5) // 10 + day - 1 - 719468
end

--- Minutes east of UTC. Lofty's own GMT is UTC; a text with a blank between date and time has no zone and is UTC too.
local function offset_minutes(zone, separator)
  if zone == "GMT" or zone == "Z" or zone == "" and separator == " " then return 0 end
  local sign, hours, minutes = zone:match("^([+-])(%d%d):?(%d%d)$")
  if not sign or tonumber(hours) > 14 or tonumber(minutes) > 59 then return nil end
  local east = tonumber(hours) * 60 + tonumber(minutes)
  return sign == "-" and -east or east
end

--- Reads a moment in any form that Lofty's replies use:
---   2026-04-30T17:33:32GMT       leads and tasks
---   2026-04-30 17:33:32          notes and V1 tasks: UTC
---   2026-04-30T10:33:32-07:00    ISO 8601 with an offset or Z; a fraction of a second is kept to the millisecond
---   1777570412000                milliseconds since 1970
--- Absence (nil, "", 0 and -1, which stand for "not set") is nil alone. What cannot be read, a time without a zone for
--- example, is nil and a message: it must not be taken for absence, nor be guessed at.
---@param value string|integer|nil
---@return integer|nil milliseconds since 1970
---@return string|nil message what is wrong with it
function M.parse(value)
  if value == nil or value == "" or value == 0 or value == -1 then return nil end
  if math.type(value) == "integer" then return value end
  local text = tostring(value)
  local year, month, day, separator, hour, minute, second, rest =
    text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)([T ])(%d%d):(%d%d):?(%d?%d?)(.*)$")
  if not year then return nil, ("%q is no time in a form that Lofty is known to use"):format(text) end
  local fraction, zone = rest:match("^(%.%d+)(.*)$")
  local offset = offset_minutes(zone or rest, separator)
  if not offset then return nil, ("%q does not say in which time zone it is"):format(text) end
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  hour, minute, second = tonumber(hour), tonumber(minute), tonumber(second) or 0
  if month < 1 or month > 12 or day < 1 or day > days_of_month(year, month) or hour > 23 or minute > 59
    or second > 59 then
    return nil, ("%q is a time that does not exist"):format(text)
  end
  local minutes = days_since_1970(year, month, day) * 1440 + hour * 60 + minute - offset
  local thousandths = tonumber(((fraction or ".") .. "000"):sub(2, 4))
  return (minutes * 60 + second) * 1000 + thousandths
end

--- Writes a moment as Lofty's requests want it: ISO 8601 with an offset. Lofty refuses or shifts one without.
---@param ms integer milliseconds since 1970
---@param offset integer|nil minutes east of UTC, 0 by default; the moment is the same, only its spelling differs
---@return string such as "2026-03-01T15:00:00-08:00"
function M.iso(ms, offset)
  offset = offset or 0
  local sign, size = offset < 0 and "-" or "+", math.abs(offset)
  return os.date("!%Y-%m-%dT%H:%M:%S", ms // 1000 + offset * 60)
    .. ("%s%02d:%02d"):format(sign, size // 60, size % 60)
end

--- Midnight of the day that holds a moment, on the clock of this machine; the variable TZ sets another zone for a run.
--- Right also on the days on which the clock is changed.
---@param ms integer
---@param days integer|nil so many days later (or earlier, below 0)
---@return integer ms
function M.midnight(ms, days)
  local date = os.date("*t", ms // 1000)
  return os.time { year = date.year, month = date.month, day = date.day + (days or 0), hour = 0 } * 1000
end

return M
