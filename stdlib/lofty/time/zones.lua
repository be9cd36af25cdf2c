--- From a moment to what a clock in some zone shows, and back. A part of lofty.time.
---
--- A zone is an IANA name such as "America/Los_Angeles"; "local", the zone of this machine or of the variable TZ; or a
--- number of minutes east of UTC, in quarters of an hour as all clocks keep them: -8, for hours, is a slip. Names
--- without a slash, UTC apart, are refused although the database has some: EST is a zone without daylight saving time,
--- and PST is none at all.
local calendar = require "lofty.time.calendar"
local misuse = require "lofty.misuse"
local native = require "native.zone"
local reading = require "lofty.time.reading"
local text = require "native.text"
local wording = require "lofty.wording"

local M = {}

local DAY = 86400000
local FIRST, LAST = calendar.days(1, 1, 1) * DAY, calendar.days(10000, 1, 1) * DAY - 1
local MOST_MINUTES = 14 * 60 -- east; Lofty takes offsets no further from UTC than this

--- What people write instead of a name.
local MEANT = {
  pacific = "America/Los_Angeles", pst = "America/Los_Angeles", pdt = "America/Los_Angeles", pt = "America/Los_Angeles",
  mountain = "America/Denver", mst = "America/Denver", mdt = "America/Denver", mt = "America/Denver",
  central = "America/Chicago", cst = "America/Chicago", cdt = "America/Chicago", ct = "America/Chicago",
  eastern = "America/New_York", est = "America/New_York", edt = "America/New_York", et = "America/New_York",
  alaska = "America/Anchorage", akst = "America/Anchorage", akdt = "America/Anchorage",
  hawaii = "Pacific/Honolulu", hst = "Pacific/Honolulu", cet = "Europe/Berlin", cest = "Europe/Berlin",
  gmt = "UTC", utc = "UTC", z = "UTC", bst = "Europe/London",
}

--- Whether a text has the form of a zone's name: area and place, or UTC.
---@param name string
---@return boolean
function M.is_name(name)
  return name == "UTC" or name:find("^%a[%w_+%-]*/%w[%w_+%-/]*$") ~= nil and not name:find("//")
    and not name:find("/$")
end

--- Whether the zone is known; nil where this machine has no database to tell.
---@param name string
---@return boolean|nil
function M.exists(name)
  if name == "UTC" then return true end
  if not native.has_database() then return nil end
  return M.is_name(name) and native.exists(name)
end

--- The name that is near, by its whole or by its place alone; nil if none is.
local function nearest(name)
  local word = name:lower():gsub("[%s_]*time$", ""):gsub("^us[/%s]", "")
  if MEANT[word] then return MEANT[word] end
  local names, places, by_place = {}, {}, {}
  for known in native.names():gmatch("[^\n]+") do
    local place = known:match("/([^/]+)$")
    if place then
      names[#names + 1], places[#places + 1] = known, place
      -- Of a place's several names the longest: America/Kentucky/Louisville, as America/Louisville is an old one.
      if not by_place[place] or #known > #by_place[place] then by_place[place] = known end
    end
  end
  table.sort(names)
  table.sort(places)
  name = name:gsub(" ", "_")
  return text.nearest(name, names) or by_place[text.nearest(name:match("[^/]*$"), places)]
end

--- The minutes in "UTC+2" or "GMT-03:30". The database has Etc/GMT+5 with its sign the other way round.
local function minutes_in(name)
  local sign, hours, minutes = name:upper():match("^%a+([+-])(%d%d?):?(%d?%d?)$")
  if not sign or not (name:upper():find("^UTC") or name:upper():find("^GMT")) then return nil end
  local count = tonumber(hours) * 60 + (tonumber(minutes) or 0)
  return count <= MOST_MINUTES and (sign == "-" and -count or count) or nil
end

--- What to write instead of a name that is no zone's, as the end of a sentence.
---@param name string
---@return string
function M.suggestion(name)
  local minutes = minutes_in(name)
  if minutes then return ("write the minutes east of UTC, %d, or a place's name"):format(minutes) end
  local near = nearest(name)
  return near and ('did you mean "%s"?'):format(near) or 'write "America/Los_Angeles"'
end

--- What is wrong with a zone's name; nil where nothing is.
---@param name string
---@return string|nil
function M.mistake_in(name)
  if name == "local" or M.exists(name) then return nil end
  if not native.has_database() then
    return ("this machine has no time zone database in which to find %s; install the package tzdata, or give the "
      .. "minutes east of UTC"):format(wording.quoted(name))
  end
  return ("there is no time zone %s; %s"):format(wording.quoted(name), M.suggestion(name))
end

--- A zone, if it is one; raises otherwise.
---@param zone string|integer|nil
---@param what string what was called, for the message
---@return string|integer
function M.check(zone, what)
  local minutes = type(zone) == "number" and math.tointeger(zone)
  if minutes and minutes >= -MOST_MINUTES and minutes <= MOST_MINUTES then
    if minutes % 15 == 0 then return minutes end
    misuse(("%s: no clock is %d minutes from UTC; the zone is in minutes, not hours"):format(what, minutes))
  end
  if type(zone) ~= "string" then
    misuse(('%s: in which time zone? Give a name such as "America/Los_Angeles", "local" for this machine\'s, or '
      .. "minutes east of UTC (%d to %d); got %s"):format(what, -MOST_MINUTES, MOST_MINUTES, wording.describe(zone)))
  end
  local mistake = M.mistake_in(zone)
  if mistake then misuse(("%s: %s"):format(what, mistake)) end
  return zone
end

--- A moment as an integer, if it is one; raises otherwise.
---@param ms any
---@param what string
---@return integer
function M.check_moment(ms, what)
  local whole = type(ms) == "number" and math.tointeger(ms)
  if not whole then
    misuse(("%s: expected a moment in whole milliseconds since 1970, got %s"):format(what, wording.describe(ms)))
  end
  if reading.looks_like_seconds(whole) then
    misuse(("%s: %d looks like seconds, as os.time() gives them; it must be milliseconds, as lofty.now() does"):format(
      what, whole))
  end
  if whole < FIRST or whole > LAST then misuse(("%s: %d is outside the years 1 to 9999"):format(what, whole)) end
  return whole
end

local function answered(value, _, message, ...)
  if value == nil then misuse("lofty.time: " .. message) end
  return value, _, message, ...
end

--- Seconds east of UTC, of a checked zone at a checked moment.
---@return integer
function M.offset(ms, zone)
  if zone == "UTC" then return 0 end
  if type(zone) == "number" then return zone * 60 end
  return (answered(native.offset(zone, ms // 1000)))
end

--- What a clock in the zone shows.
---@return integer days since 1970-01-01
---@return integer ms_of_day milliseconds since that day's midnight
---@return integer offset seconds east of UTC
function M.wall(ms, zone)
  local offset = M.offset(ms, zone)
  local shown = ms + offset * 1000
  return shown // DAY, shown % DAY, offset
end

--- The moment at which a clock in the zone shows a time. One that is skipped when clocks go forward becomes as much
--- later as they skipped: 2:30 becomes 3:30. One that comes twice when they go back is the first of the two, or the
--- second where `offset` (in seconds) is the second's.
---@return integer ms
function M.moment(days, ms_of_day, zone, offset)
  local wall = days * DAY + ms_of_day
  if zone == "UTC" then return wall end
  if type(zone) == "number" then return wall - zone * 60000 end
  local _, first, last = answered(native.instants(zone, wall // 1000))
  local instant = offset and wall // 1000 - last == offset and last or first
  return instant * 1000 + wall % 1000
end

return M
