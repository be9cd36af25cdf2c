--- Shapes of text that Lofty expects in some fields. Each takes the text and returns nil when it is right, otherwise
--- what is wrong with it, worded to follow the field's name and value: `endAt "tomorrow" ` .. result.
local M = {}

local DAYS = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }
local EXAMPLE = "2026-03-01T15:00:00-08:00"

local function is_leap(year)
  return year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
end

local function is_date(year, month, day)
  if month < 1 or month > 12 or day < 1 or day > DAYS[month] then return false end
  return not (month == 2 and day == 29) or is_leap(year)
end

--- An ISO 8601 time with its offset from UTC. Lofty shifts or rejects one without, and what it writes
--- itself ends in GMT, which is neither.
M["iso-offset"] = function(text)
  local year, month, day, hour, minute, rest = text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)T(%d%d):(%d%d)(.*)$")
  if not year then return ('is not an ISO 8601 time; write "%s"'):format(EXAMPLE) end
  local second, zone = rest:match("^:(%d%d)(.*)$")
  zone = (zone or rest):gsub("^%.%d+", "")
  local in_range = is_date(tonumber(year), tonumber(month), tonumber(day))
    and tonumber(hour) < 24 and tonumber(minute) < 60 and tonumber(second or 0) < 60
  if not in_range then return "is not a time that exists" end
  if zone == "Z" then return nil end
  local zone_hour, zone_minute = zone:match("^[+-](%d%d):(%d%d)$")
  if zone_hour and tonumber(zone_hour) <= 14 and tonumber(zone_minute) < 60 then return nil end
  local moment = text:sub(1, #text - #zone)
  if zone == "" then return ('has no UTC offset; write "%s-08:00"'):format(moment) end
  if zone == "GMT" then
    return ('ends in GMT, which Lofty writes but does not read; write "%s+00:00"'):format(moment)
  end
  return ('ends in "%s", which is no UTC offset; write "%s-08:00"'):format(zone, moment)
end

--- A birthday such as Jun 5, 2001.
M.birthday = function(text)
  local month, day, year = text:match("^(%a%a%a) (%d%d?), (%d%d%d%d)$")
  local number = month and ("JanFebMarAprMayJunJulAugSepOctNovDec"):find(month, 1, true)
  if not number or number % 3 ~= 1 then return 'is not a birthday as Lofty writes it; write "Jun 5, 2001"' end
  if not is_date(tonumber(year), number // 3 + 1, tonumber(day)) then return "is not a day that exists" end
end

--- The IANA name of a time zone: area and place. Abbreviations such as PST stand for several. Lofty is not asked about
--- names that no zone has, where this machine can tell.
M["time-zone"] = function(text)
  if text == "UTC" then return nil end
  local zones = require "lofty.time.zones"
  if not zones.is_name(text) then return 'is not the name of a time zone; write "America/Los_Angeles"' end
  if zones.exists(text) ~= false then return nil end
  return "is not a time zone that exists; " .. zones.suggestion(text)
end

--- Digits of a phone number and nothing else, without the 1 of an American one: Lofty finds no other spelling.
M["bare-digits"] = function(text)
  if not text:find("%D") then return nil end
  local digits = text:gsub("%D", "")
  digits = #digits == 11 and digits:match("^1(.*)$") or digits
  return ('is not bare digits; write "%s"'):format(digits ~= "" and digits or "2075550111")
end

--- Where webhooks are delivered: https only.
M["https-url"] = function(text)
  if text:find("^http://") then return "must begin with https://; Lofty delivers to nothing else" end
  if not text:find("^https://[%w%.%-%[%]:]+[^%s]*$") then
    return 'is not an https URL; write "https://example.com/hooks/lofty"'
  end
end

--- Lofty takes < and > for HTML and refuses them (TRANSACTION_NAME_HTML).
M["no-html"] = function(text)
  if text:find("[<>]") then return 'must not contain "<" or ">"' end
end

--- An integer of milliseconds since 1970. No moment before March 1973 can be written so: the same number read as
--- seconds is one in the year 5138.
M["epoch-ms"] = function(number)
  if number < 100000000000 then return "is too small; it looks like seconds, this is milliseconds since 1970" end
end

--- The same where -1 stands for no bound.
M["epoch-ms-or-none"] = function(number)
  if number ~= -1 then return M["epoch-ms"](number) end
end

--- The calling code of a country: Lofty wants it without a sign before it.
M["calling-code"] = function(text)
  if not text:find("%D") then return nil end
  local digits = text:gsub("%D", "")
  return ('is not bare digits; write "%s"'):format(digits ~= "" and digits or "1")
end

--- The choices of a select, as JSON text.
M["options-json"] = function(text)
  local value = require("native.json").decode(text)
  local options = type(value) == "table" and value.option
  if type(options) ~= "table" or #options == 0 then return 'is no list of choices; write \'{"option":["a","b"]}\'' end
end

--- The id of a calendar entry, which says what it is.
M["calendar-id"] = function(text)
  if not text:find("^%d+%-task$") and not text:find("^%d+%-appointment$") then
    return 'is no id of a calendar entry; write "123-task" or "123-appointment", as calendar.list gives it'
  end
end

return M
