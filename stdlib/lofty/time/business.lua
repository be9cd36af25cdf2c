--- Business hours of one zone: the same hours on some days of the week, holidays apart. A part of lofty.time.
local calendar = require "lofty.time.calendar"
local durations = require "lofty.time.durations"
local misuse = require "lofty.misuse"
local option_tables = require "lofty.options"
local wording = require "lofty.wording"
local zones = require "lofty.time.zones"

local M = {}

local WHAT = "lofty.time.business"
local DAY = 86400000
local FURTHEST = 20000 -- business days that a sum goes through: half a century
local KNOWN = { zone = true, from = true, to = true, days = true, holidays = true }

---@class lofty.time.Business
---@field zone lofty.Zone
---@field private from integer milliseconds since midnight
---@field private to integer
---@field private days table<integer, boolean> by weekday
---@field private holidays table<integer, boolean> by days since 1970
local Business = { __name = "lofty.time.Business" }
Business.__index = Business

--- What counts as a business day where no hours are given.
local PLAIN = { days = { true, true, true, true, true }, holidays = {} }

---@param value any
---@return boolean
function M.is(value) return getmetatable(value) == Business end

local function read_clock(text, name)
  local hour, minute = tostring(text):match("^(%d%d?):(%d%d)$")
  hour, minute = tonumber(hour), tonumber(minute)
  local is_time = hour and (hour < 24 and minute < 60 or name == "to" and hour == 24 and minute == 0)
  if type(text) ~= "string" or not is_time then
    misuse(('%s: %s must be a time such as "09:00", got %s'):format(WHAT, name, wording.describe(text)))
  end
  return (hour * 60 + minute) * 60000
end

local function weekday(word)
  local number = math.tointeger(tonumber(word)) or type(word) == "string" and calendar.weekday_number(word:lower())
  if not number or number < 1 or number > 7 then
    misuse(('%s: days must be such as "mon-fri", "1-5,7" or { 1, 2, 3 }, where 1 is Monday; got %s'):format(WHAT,
      wording.describe(word)))
  end
  return number
end

local function read_days(days)
  local open = {}
  if days == nil then days = "1-5" end
  if type(days) == "table" then
    for _, word in ipairs(days) do open[weekday(word)] = true end
  else
    for part in (tostring(days) .. ","):gmatch("%s*(.-)%s*,") do
      local first, last = part:match("^(%w+)%s*%-%s*(%w+)$")
      first, last = weekday(first or part), weekday(last or part)
      -- "sat-mon" goes over the end of the week.
      for step = 0, (last - first) % 7 do open[(first + step - 1) % 7 + 1] = true end
    end
  end
  if next(open) == nil then misuse(WHAT .. ": days is empty: it would never be open") end
  return open
end

local function read_holidays(holidays)
  local closed, count = {}, 0
  if type(holidays or {}) ~= "table" then
    misuse(("%s: holidays must be a list of dates, got %s"):format(WHAT, wording.describe(holidays)))
  end
  for key, text in pairs(holidays or {}) do
    local day = type(text) == "string" and calendar.read_date(text)
    if not day or math.type(key) ~= "integer" then
      misuse(('%s: holidays must be a list of dates such as { "2026-12-25" }, got %s'):format(WHAT,
        wording.describe(day and key or text)))
    end
    closed[day], count = true, count + 1
  end
  return closed, count
end

--- See lofty.time.business.
---@return lofty.time.Business
function M.new(options)
  option_tables.check_fields(WHAT, options, KNOWN)
  local hours = { zone = zones.check(options.zone, WHAT), from = read_clock(options.from, "from"),
    to = read_clock(options.to, "to"), days = read_days(options.days) }
  if hours.from >= hours.to then
    misuse(("%s: from %s must be before to %s; hours past midnight are not supported"):format(WHAT,
      wording.quoted(options.from), wording.quoted(options.to)))
  end
  hours.holidays, hours.holiday_count = read_holidays(options.holidays)
  return setmetatable(hours, Business)
end

--- The first business day at or after a day. There is one: each week holds at least one, and so does the week after
--- the last holiday.
---@param hours lofty.time.Business|nil
---@param day integer days since 1970
---@return integer
function M.next_day(hours, day)
  hours = hours or PLAIN
  while not hours.days[calendar.weekday(day)] or hours.holidays[day] do day = day + 1 end
  return day
end

--- When a business day begins and ends.
local function interval(hours, day)
  local to_day, to = day, hours.to
  if to == DAY then to_day, to = day + 1, 0 end
  return zones.moment(day, hours.from, hours.zone), zones.moment(to_day, to, hours.zone)
end

--- The opening that goes on at a moment, or else the next one. Clocks may skip a whole opening, or a whole day as
--- Samoa's did; it is passed over.
local function opening_at(hours, ms)
  local day = zones.wall(ms, hours.zone)
  while true do
    day = M.next_day(hours, day)
    local from, to = interval(hours, day)
    if ms < to and from < to and zones.wall(from, hours.zone) == day then return math.max(ms, from), to end
    day = day + 1
  end
end

local function check(hours, ms, method)
  local what = "lofty.time.business: hours:" .. method
  if not M.is(hours) then misuse(("%s: use a colon: hours:%s(...)"):format(what, method)) end
  return zones.check_moment(ms, what)
end

--- Whether it is open at a moment. At the minute of closing it is closed.
---@param ms integer
---@return boolean
function Business:is_open(ms)
  ms = check(self, ms, "is_open")
  return opening_at(self, ms) == ms
end

--- The first moment at or after another one at which it is open.
---@param ms integer
---@return integer ms
function Business:next(ms)
  ms = check(self, ms, "next")
  return (opening_at(self, ms))
end

--- The moment at which so much time has passed while it was open: 3 hours from Friday 16:30, open to 17:30, are over on
--- Monday, two hours after opening. What ends with the day ends at closing time, and not the next morning.
---@param ms integer
---@param length string|integer as lofty.time.duration reads it, or milliseconds
---@return integer ms
function Business:add(ms, length)
  ms = check(self, ms, "add")
  local left = durations.read(length) or type(length) == "number" and math.tointeger(length)
  if not left or left < 0 then
    misuse(('lofty.time.business: hours:add: expected a length such as "3h" or milliseconds, got %s'):format(
      wording.describe(length)))
  end
  for _ = 1, FURTHEST do
    local from, to = opening_at(self, ms)
    if left <= to - from then return from + left end
    left, ms = left - (to - from), to
  end
  misuse(("%s: hours:add: %s is more than %d business days"):format(WHAT, wording.describe(length), FURTHEST))
end

return M
