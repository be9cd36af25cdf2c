--- Lofty's many spellings of a moment. Inside the sandbox every moment is epoch milliseconds.

local M = {}

M.SECOND, M.MINUTE, M.HOUR, M.DAY = 1000, 60000, 3600000, 86400000

local MONTHS = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }
local MONTH_DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

--- `2026-04-30T17:33:32GMT`, as leads and V2 tasks carry it.
---@param ms integer|nil epoch milliseconds
---@return string|nil
function M.gmt(ms)
  return ms and os.date("!%Y-%m-%dT%H:%M:%SGMT", ms // 1000)
end

--- `2026-04-30 17:33:32` (UTC), as notes carry it.
---@param ms integer|nil epoch milliseconds
---@return string|nil
function M.plain(ms)
  return ms and os.date("!%Y-%m-%d %H:%M:%S", ms // 1000)
end

--- `2026-04-30T17:33:32Z`, for members the description declares as date-time.
---@param ms integer|nil epoch milliseconds
---@return string|nil
function M.iso(ms)
  return ms and os.date("!%Y-%m-%dT%H:%M:%SZ", ms // 1000)
end

local function is_leap(year)
  return year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
end

local function month_length(year, month)
  return (month == 2 and is_leap(year)) and 29 or MONTH_DAYS[month]
end

-- Days since 1970-01-01 in the proleptic Gregorian calendar, years counted from March.
local function days_from_civil(year, month, day)
  local y = month <= 2 and year - 1 or year
  local era = y // 400
  local year_of_era = y - era * 400
  local day_of_year = (153 * (month + (month > 2 and -3 or 9)) + 2) // 5 + day - 1
  return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719468
end

local function offset_minutes(zone)
  if zone == "Z" or zone == "z" then
    return 0
  end
  local sign, hours, minutes = zone:match("^([+-])(%d%d):?(%d%d)$")
  hours, minutes = tonumber(hours), tonumber(minutes)
  if not sign or hours > 18 or minutes > 59 then
    return nil
  end
  return (sign == "-" and -1 or 1) * (hours * 60 + minutes)
end

--- Reads ISO 8601 with an offset, the only form V2 task requests may use; a naive time gives nil.
---@param text string e.g. `2026-03-01T15:00:00-08:00`, `2026-03-01T23:00Z`
---@return integer|nil ms epoch milliseconds
function M.parse_iso(text)
  local year, month, day, hour, minute, rest = text:match("^(%d%d%d%d)-(%d%d)-(%d%d)T(%d%d):(%d%d)(.*)$")
  if not year then
    return nil
  end
  local second, fraction, zone = rest:match("^:(%d%d)(%.?%d*)(.*)$")
  if not second then
    second, fraction, zone = "00", "", rest
  end
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  hour, minute, second = tonumber(hour), tonumber(minute), tonumber(second)
  local offset = offset_minutes(zone)
  if not offset or month < 1 or month > 12 or day < 1 or day > month_length(year, month)
    or hour > 23 or minute > 59 or second > 59 then
    return nil
  end
  local thousandths = tonumber((fraction .. "000"):match("^%.(%d%d%d)") or 0)
  local minutes = days_from_civil(year, month, day) * 1440 + hour * 60 + minute - offset
  return (minutes * 60 + second) * 1000 + thousandths
end

--- True for a birthday as Lofty writes it, `Jun 5, 2001`.
---@param text string
---@return boolean
function M.is_birthday(text)
  local name, day, year = text:match("^(%a%a%a) (%d%d?), (%d%d%d%d)$")
  if not name then
    return false
  end
  day, year = tonumber(day), tonumber(year)
  for month, abbreviation in ipairs(MONTHS) do
    if abbreviation == name then
      return day >= 1 and day <= month_length(year, month)
    end
  end
  return false
end

--- The first moment of the UTC day that holds `ms`.
---@param ms integer epoch milliseconds
---@return integer
function M.day_start(ms)
  return ms - ms % M.DAY
end

return M
