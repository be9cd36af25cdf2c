--- Dates as numbers: days since 1970-01-01 in the Gregorian calendar, without any clock or zone. A part of lofty.time.
local M = {}

local MONTH_DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local NUMBERS = {}
for number, name in ipairs { "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday" } do
  NUMBERS[name], NUMBERS[name:sub(1, 3)] = number, number
end

---@param year integer
---@param month integer 1 to 12
---@return integer
function M.month_length(year, month)
  local leap = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  return month == 2 and leap and 29 or MONTH_DAYS[month]
end

--- Whether a year, a month and a day are a date.
---@return boolean
function M.is_date(year, month, day)
  return month >= 1 and month <= 12 and day >= 1 and day <= M.month_length(year, month)
end

--- Days from 1970-01-01 to a date. Years are counted from March, so that a leap day is the last of its year.
---@return integer
function M.days(year, month, day)
  local from_march = (month + 9) % 12
  local y = from_march > 9 and year - 1 or year
  return y * 365 + y // 4 - y // 100 + y // 400 + (from_march * 306 + 5) // 10 + day - 1 - 719468
end

--- The date that so many days after 1970-01-01 is.
---@param days integer
---@return integer year, integer month, integer day
function M.date(days)
  local since_march = days + 719468 -- of the year 0
  local era, day_of_era = since_march // 146097, since_march % 146097
  local year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
  local day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
  local from_march = (5 * day_of_year + 2) // 153
  local month = (from_march + 2) % 12 + 1
  local year = era * 400 + year_of_era + (month <= 2 and 1 or 0)
  return year, month, day_of_year - (153 * from_march + 2) // 5 + 1
end

--- The day of the week, as ISO 8601 counts: 1 is Monday, 7 is Sunday.
---@param days integer
---@return integer
function M.weekday(days) return (days + 3) % 7 + 1 end

--- The number of a day of the week by its English name or the first three letters of it; nil for other words.
---@param name string in lower case
---@return integer|nil
function M.weekday_number(name) return NUMBERS[name] end

--- So many months later: the same day of the month, or the last one where there is none.
---@param days integer
---@param months integer
---@return integer days
function M.add_months(days, months)
  local year, month, day = M.date(days)
  local count = year * 12 + month - 1 + months
  year, month = count // 12, count % 12 + 1
  return M.days(year, month, math.min(day, M.month_length(year, month)))
end

--- The days since 1970 of a text such as 2026-12-25; nil where it is not a date.
---@param text string
---@return integer|nil
function M.read_date(text)
  local year, month, day = text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)$")
  if not year then return nil end
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  return M.is_date(year, month, day) and M.days(year, month, day) or nil
end

return M
