--- Reads the forms in which Lofty writes moments and birthdays. A part of lofty.time.
local calendar = require "lofty.time.calendar"
local null = require("native.json").null
local wording = require "lofty.wording"

local M = {}

-- The years 1 to 9999, in milliseconds since 1970.
local FIRST, LAST = calendar.days(1, 1, 1) * 86400000, calendar.days(10000, 1, 1) * 86400000 - 1

-- Seconds since 1970, from 2001 to 2096. As milliseconds they are days of early 1970, which nobody means.
local SECONDS = { 1000000000, 4000000000 }

local MONTHS = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }

--- Minutes east of UTC. Lofty's own GMT is UTC; a text with a blank between date and time has no zone and is UTC too.
local function offset_minutes(zone, separator)
  if zone == "GMT" or zone == "Z" or zone == "" and separator == " " then return 0 end
  local sign, hours, minutes = zone:match("^([+-])(%d%d):?(%d%d)$")
  if not sign then
    sign, hours = zone:match("^([+-])(%d%d)$")
    minutes = "0"
  end
  if not sign or tonumber(minutes) > 59 then return nil end
  local east = tonumber(hours) * 60 + tonumber(minutes)
  if east > 14 * 60 then return nil end
  return sign == "-" and -east or east
end

--- Whether a number of milliseconds must be one of seconds, such as os.time() gives.
---@param ms integer
---@return boolean
function M.looks_like_seconds(ms) return ms >= SECONDS[1] and ms < SECONDS[2] end

--- Milliseconds since 1970 written as text. Twelve digits begin in 1973; fewer could be seconds.
local function read_digits(text)
  return text:find("^%d+$") and (#text == 12 or #text == 13) and math.tointeger(tonumber(text)) or nil
end

local function unread(text, why)
  return nil, ("%s %s"):format(wording.quoted(text), why)
end

local function read_text(text)
  local year, month, day, separator, hour, minute, rest =
    text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)([T ])(%d%d):(%d%d)(.*)$")
  if not year then return unread(text, "is no time in a form that Lofty is known to use") end
  local second, zone = rest:match("^:(%d%d)(.*)$")
  local fraction, after = (zone or ""):match("^(%.%d+)(.*)$")
  zone = after or zone or rest
  local offset = offset_minutes(zone, separator)
  if not offset then
    return unread(text, zone == "" and "does not say in which time zone it is"
      or "does not end in a time zone that Lofty is known to write: GMT, Z or an offset such as -08:00")
  end
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  hour, minute, second = tonumber(hour), tonumber(minute), tonumber(second) or 0
  if year == 0 or not calendar.is_date(year, month, day) or hour > 23 or minute > 59 or second > 59 then
    return unread(text, "is a time that does not exist")
  end
  local minutes = calendar.days(year, month, day) * 1440 + hour * 60 + minute - offset
  local thousandths = tonumber(((fraction or ".") .. "000"):sub(2, 4))
  return (minutes * 60 + second) * 1000 + thousandths
end

local function is_absent(value)
  return value == nil or value == null or value == "" or value == 0 or value == -1 or value == "0" or value == "-1"
end

--- Reads a moment in any form that Lofty's replies use:
---   2026-04-30T17:33:32GMT       leads and V2 tasks
---   2026-04-30 17:33:32          notes, calls and V1 tasks: UTC, with or without GMT after it
---   2026-04-30T10:33:32-07:00    ISO 8601 with an offset or Z; fractions are kept to the millisecond
---   1777570412000                milliseconds since 1970, as a number or a text of 12 or 13 digits
--- Absence (nil, lofty.null, "", 0 and -1, which stand for "not set") is nil alone. What cannot be read, a time without
--- a zone for example, is nil and a message: it must not be taken for absence, nor be guessed at.
---@param value string|integer|nil
---@return integer|nil ms milliseconds since 1970
---@return string|nil message what is wrong with it
function M.parse(value)
  if is_absent(value) then return nil end
  if type(value) == "number" then
    local ms = math.tointeger(value)
    if not ms then return nil, ("%s is not a whole number of milliseconds"):format(value) end
    if M.looks_like_seconds(ms) then return nil, ("%d looks like seconds, and not like milliseconds"):format(ms) end
    if ms < FIRST or ms > LAST then return nil, ("%d is outside the years 1 to 9999"):format(ms) end
    return ms
  end
  if type(value) ~= "string" then return nil, ("a %s is no time"):format(type(value)) end
  local ms = read_digits(value)
  if ms then return ms end
  return read_text(value)
end

--- Reads a birthday, which Lofty writes as a date and not as a moment: Jun 5, 2001. Absence is nil alone.
---@param value string|nil
---@return integer|nil year
---@return integer|string|nil month or, where the year is nil, what is wrong with the text
---@return integer|nil day
function M.parse_birthday(value)
  if is_absent(value) then return nil end
  local name, day, year = tostring(value):match("^(%a%a%a) (%d%d?), (%d%d%d%d)$")
  for month, short in ipairs(MONTHS) do
    if short == name then
      if calendar.is_date(tonumber(year), month, tonumber(day)) then return tonumber(year), month, tonumber(day) end
      return unread(value, "is a day that does not exist")
    end
  end
  return unread(tostring(value), "is no birthday in the form that Lofty uses, such as Jun 5, 2001")
end

--- The form that parse_birthday reads, of a date that exists.
---@return string
function M.birthday(year, month, day)
  return ("%s %d, %04d"):format(MONTHS[month], day, year)
end

return M
