local t = require "harness"
local lofty = require "lofty"
local time = lofty.time

local NEW_YORK, LOS_ANGELES = "America/New_York", "America/Los_Angeles"

--- The moment of an ISO text.
local function at(text)
  return (assert(time.parse(text)))
end

t.test("every form that Lofty writes is read as the same moment", function()
  local moment = 1777570412000
  for _, text in ipairs {
    "2026-04-30T17:33:32GMT", "2026-04-30 17:33:32", "2026-04-30T17:33:32Z", "2026-04-30T10:33:32-07:00",
    "2026-04-30T23:03:32+0530", "2026-04-30T17:33:32.000Z", "2026-04-30 17:33:32GMT", "2026-04-30T19:33:32+02",
    "1777570412000",
  } do
    t.equal(time.parse(text), moment, text)
  end
  t.equal(time.parse(moment), moment)
  t.equal(time.parse(1777570412000.0), moment)
  t.equal(time.parse("2026-04-30T17:33:32.29GMT"), moment + 290)
  t.equal(time.parse("2026-04-30T17:33:32.123456-00:00"), moment + 123)
  t.equal(time.parse("2026-04-30T17:33Z"), moment - 32000)
  t.equal(time.parse("999999999999"), 999999999999)
  t.equal(select("#", time.parse("2026-04-30T17:33Z")), 1)
end)

t.test("leap days, the turn of the year and times before 1970", function()
  t.equal(time.parse("2024-02-29T00:00:00GMT"), 1709164800000)
  t.equal(time.parse("2000-02-29 23:59:59"), 951868799000)
  t.equal(time.parse("2024-12-31T23:59:59GMT") + 1000, time.parse("2025-01-01T00:00:00GMT"))
  t.equal(time.parse("1969-12-31T23:59:59GMT"), -1000)
end)

t.test("what is not set is nil without a message", function()
  for _, value in ipairs { "", 0, -1, "0", "-1" } do
    local ms, message = time.parse(value)
    t.equal(ms, nil)
    t.equal(message, nil)
    local year, problem = time.parse_birthday(value)
    t.equal(year, nil)
    t.equal(problem, nil)
  end
  t.equal({ time.parse(nil), time.parse(lofty.null) }, {})
  t.equal(time.parse_birthday(nil), nil)
end)

t.test("what cannot be read is nil with a message, never a guess", function()
  for _, value in ipairs {
    "soon", "2026-04-30", "2026-04-30T17:33:32", "2026-04-30T17:33:32PST", "2023-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z", "2026-04-31T00:00:00Z", "2026-04-30T24:00:00Z", "2026-04-30T17:33:60Z", "1777570412",
    "17775704120000", "-1777570412000", " 1777570412000", "2026-04-30T17:33:32+15:00", "2026-04-30T17:33:32+07:00 PST",
    "Jun 5, 2001", "2026-00-10T00:00:00Z", 0.5, 0 / 0, true, {}, "2026-04-30T17:3332Z", "2026-04-30T17:33:3Z",
    "2026-04-30T17:33:Z", "2026-04-30T17:330Z", "2026-04-30T17:33.5Z", "2026-04-30T17:33:32.Z",
    "2026-04-30T17:33:32+14:30", "2026-04-30t17:33:32z", "2026-4-30T17:33:32Z", "2026-04-30T7:33:32Z",
    "2026-04-30T17:33:32Z ", "0000-01-01T00:00:00Z", 1e17, 1777570412, "2026-04-30 17:33:32 PST",
  } do
    local ms, message = time.parse(value)
    t.equal(ms, nil, tostring(value))
    t.equal(type(message), "string", tostring(value))
  end
  t.matches(select(2, time.parse "2026-04-30T17:33:32"), "does not say in which time zone")
  t.matches(select(2, time.parse "2026-04-30T17:33:32PST"), "does not end in a time zone that Lofty")
  t.matches(select(2, time.parse "2026-04-30T17:33:32\nZ"), '^"2026%-04%-30T17:33:32\nZ"')
end)

t.test("iso writes what Lofty's requests take, and parse reads it back", function()
  t.equal(time.iso(1777570412000), "2026-04-30T17:33:32+00:00")
  t.equal(time.iso(1777570412000, -480), "2026-04-30T09:33:32-08:00")
  t.equal(time.iso(1777570412000, 330), "2026-04-30T23:03:32+05:30")
  t.equal(time.iso(1777570412000, "UTC"), "2026-04-30T17:33:32+00:00")
  t.equal(time.iso(1777570412000, LOS_ANGELES), "2026-04-30T10:33:32-07:00")
  t.equal(time.iso(1767225600999, "Asia/Kathmandu"), "2026-01-01T05:45:00+05:45")
  t.equal(time.iso(1767225600000.0), "2026-01-01T00:00:00+00:00")
  -- Liberia was 44 minutes and 30 seconds behind: the moment stays, the offset is written in minutes.
  t.equal(time.parse(time.iso(86400000, "Africa/Monrovia")), 86400000)
  for round = 1, 2000 do
    local ms = math.random(5000000, 4102444800) * (round % 2 == 0 and 1000 or -1000)
    t.equal(time.parse(time.iso(ms, 15 * math.random(-56, 56))), ms)
    t.equal(time.parse(time.iso(ms, "Australia/Lord_Howe")), ms)
  end
  t.raises("iso: expected a moment in whole milliseconds since 1970, got nothing", time.iso)
  t.raises('iso: expected a moment .* got string "2026"', time.iso, "2026")
  t.raises("iso: expected a moment .* got float 1.5", time.iso, 1.5)
  t.raises("outside the years 1 to 9999", time.iso, math.maxinteger)
  t.raises("iso: in which time zone", time.iso, 0, 855)
end)

t.test("seconds for milliseconds and hours for minutes are slips", function()
  local where = "time_test.lua:%d+: lofty.time."
  t.raises(where .. "iso: 1777570412 looks like seconds, as os.time%(%) gives them", function()
    time.iso(1777570412)
  end)
  t.raises("add: %d+ looks like seconds", function() time.add(os.time(), { hours = 1 }) end)
  t.raises("at: %d+ looks like seconds", function() time.at("tomorrow 9am", "UTC", os.time()) end)
  t.raises(where .. "at: no clock is %-8 minutes from UTC; the zone is in minutes, not hours", function()
    time.at("tomorrow 9am", -8)
  end)
  t.equal(time.iso(0, 12 * 60 + 45), "1970-01-01T12:45:00+12:45")
end)

t.test("birthdays are dates, and leap days count", function()
  t.equal({ time.parse_birthday("Jun 5, 2001") }, { 2001, 6, 5 })
  t.equal({ time.parse_birthday("Dec 31, 1949") }, { 1949, 12, 31 })
  t.equal({ time.parse_birthday("Feb 29, 2000") }, { 2000, 2, 29 })
  t.equal(time.birthday(2001, 6, 5), "Jun 5, 2001")
  t.equal(time.birthday(1980, 12, 24), "Dec 24, 1980")
  for _, text in ipairs { "Feb 29, 2001", "Jun 31, 2001", "jun 5, 2001", "June 5, 2001", "5 Jun 2001", "2001-06-05" } do
    local year, message = time.parse_birthday(text)
    t.equal(year, nil, text)
    t.equal(type(message), "string", text)
  end
  t.raises("birthday: 2001%-02%-29 is a day that does not exist", time.birthday, 2001, 2, 29)
  t.raises("birthday: month must be a whole number from 1 to 12, got integer 13", time.birthday, 2001, 13, 1)
end)

t.test("fields are what clocks and calendars there show, and moment is the way back", function()
  t.equal(time.fields(at "2026-03-01T02:03:04.005Z", LOS_ANGELES), {
    year = 2026, month = 2, day = 28, hour = 18, minute = 3, second = 4, millisecond = 5, weekday = 6,
    offset = -8 * 3600, zone = LOS_ANGELES,
  })
  t.equal(time.fields(at "2026-03-01T02:03:04Z", 330).weekday, 7)
  t.equal(time.moment { year = 2026, month = 3, day = 1, zone = "UTC" }, at "2026-03-01T00:00:00Z")
  t.equal(time.moment { year = 2026, month = 7, day = 4, hour = 9, minute = 30, zone = NEW_YORK },
    at "2026-07-04T09:30:00-04:00")
  local start = at "2026-10-31T00:00:00Z"
  for hour = 0, 72 do -- over the night in which 1:30 comes twice
    local ms = start + hour * time.HOUR + 1
    t.equal(time.moment(time.fields(ms, NEW_YORK)), ms)
  end
end)

t.test("a time that clocks skip is as much later, one that they show twice is the first", function()
  local function clock(zone, month, day, hour, minute)
    local ms = time.moment { year = 2026, month = month, day = day, hour = hour, minute = minute, zone = zone }
    return time.iso(ms, zone)
  end
  t.equal(clock(NEW_YORK, 3, 8, 1, 59), "2026-03-08T01:59:00-05:00")
  t.equal(clock(NEW_YORK, 3, 8, 2, 30), "2026-03-08T03:30:00-04:00")
  t.equal(clock(NEW_YORK, 3, 8, 3, 0), "2026-03-08T03:00:00-04:00")
  t.equal(clock(NEW_YORK, 11, 1, 1, 30), "2026-11-01T01:30:00-04:00")
  t.equal(clock("Australia/Lord_Howe", 10, 4, 2, 15), "2026-10-04T02:45:00+11:00")
  t.equal(clock("Europe/Dublin", 3, 29, 1, 30), "2026-03-29T02:30:00+01:00")
  t.equal(time.iso(time.moment { year = 2011, month = 12, day = 30, hour = 12, zone = "Pacific/Apia" }, "Pacific/Apia"),
    "2011-12-31T12:00:00+14:00")
end)

t.test("moment refuses what no calendar has", function()
  t.raises("moment: 2026%-02%-30 is a day that does not exist", time.moment, { year = 2026, month = 2, day = 30 })
  t.raises("moment: day must be a whole number from 1 to 31, got integer 32", time.moment,
    { year = 2026, month = 1, day = 32, zone = "UTC" })
  t.raises("moment: hour must be a whole number from 0 to 23, got integer 24", time.moment,
    { year = 2026, month = 1, day = 1, hour = 24, zone = "UTC" })
  t.raises("moment: month must be .* got nothing", time.moment, { year = 2026, day = 1, zone = "UTC" })
  t.raises('moment: unknown field "minutes"; did you mean "minute"%?', time.moment, { year = 2026, minutes = 5 })
  t.raises("moment: in which time zone%? .* got nothing", time.moment, { year = 2026, month = 1, day = 1 })
end)

t.test("midnight is the first moment of a day, by that zone's clocks", function()
  local ms = at "2026-03-08T20:00:00Z"
  t.equal(time.midnight(ms, LOS_ANGELES), at "2026-03-08T00:00:00-08:00")
  t.equal(time.midnight(ms, LOS_ANGELES, 1), at "2026-03-09T00:00:00-07:00")
  t.equal(time.midnight(ms, LOS_ANGELES, -8), at "2026-02-28T00:00:00-08:00")
  t.equal(time.midnight(ms, "Asia/Tokyo"), at "2026-03-09T00:00:00+09:00")
  -- Lebanon's clocks go forward at midnight: its day begins at 1:00.
  t.equal(time.midnight(at "2026-03-29T12:00:00Z", "Asia/Beirut"), at "2026-03-29T01:00:00+03:00")
  -- Cuba's go back at 1:00: its day begins with the first of two midnights.
  t.equal(time.midnight(at "2026-11-01T12:00:00Z", "America/Havana"), at "2026-11-01T00:00:00-04:00")
  -- Samoa had no 30 December 2011.
  t.equal(time.midnight(at "2011-12-29T20:00:00-10:00", "Pacific/Apia", 1), at "2011-12-31T00:00:00+14:00")
  local today = time.midnight(lofty.now(), "local")
  t.equal(os.date("%H:%M:%S", today // 1000), "00:00:00")
  t.raises("midnight: in which time zone", time.midnight, ms)
end)

t.test("added days keep the time on the clock, added hours pass", function()
  local before = at "2026-03-07T09:00:00-05:00"
  t.equal(time.add(before, { days = 1 }, NEW_YORK), at "2026-03-08T09:00:00-04:00")
  t.equal(time.add(before, { hours = 24 }), at "2026-03-08T10:00:00-04:00")
  t.equal(time.add(before, { weeks = 1, hours = 1 }, NEW_YORK), at "2026-03-14T10:00:00-04:00")
  t.equal(time.add(at "2026-11-02T09:00:00-05:00", { days = -2 }, NEW_YORK), at "2026-10-31T09:00:00-04:00")
  t.equal(time.add(at "2026-01-31T09:00:00-05:00", { months = 1 }, NEW_YORK), at "2026-02-28T09:00:00-05:00")
  t.equal(time.add(at "2026-03-31T09:00:00Z", { months = -4 }, "UTC"), at "2025-11-30T09:00:00Z")
  t.equal(time.add(at "2024-02-29T09:00:00Z", { years = 1, days = 1 }, "UTC"), at "2025-03-01T09:00:00Z")
  t.equal(time.add(at "2026-01-01T00:00:00.250Z", { seconds = -1, minutes = 2 }), at "2026-01-01T00:01:59.250Z")
  -- Nothing added is nothing changed, also in the second of two equal hours.
  local second = at "2026-11-01T01:30:00-05:00"
  t.equal(time.add(second, { days = 0 }, NEW_YORK), second)
  t.equal(time.add(second, { minutes = 15 }, NEW_YORK), second + 15 * time.MINUTE)
  t.raises("add: in which time zone", time.add, before, { days = 1 })
  t.raises('add: unknown field "day"; did you mean "days"%?', time.add, before, { day = 1 }, "UTC")
  t.raises("add: days must be a whole number .* got float 0.5", time.add, before, { days = 0.5 }, "UTC")
  t.raises("add: expected a table, got integer 5", time.add, before, 5)
end)

t.test("durations", function()
  for text, ms in pairs {
    ["250ms"] = 250, ["5s"] = 5000, ["90m"] = 5400000, ["1.5h"] = 5400000, ["1h30m"] = 5400000, ["2d"] = 172800000,
    ["1w"] = 604800000, ["0s"] = 0, ["1.1s"] = 1100, ["1d2h3m4s5ms"] = 93784005, ["0.07m"] = 4200,
  } do
    t.equal(time.duration(text), ms, text)
  end
  for _, text in ipairs {
    "", "5", "soon", "1.m", "1.2.3s", ".5h",
    "5 s", "-5s", "5S", "30m1h", "1h1h", "1e3s", "5s!", "99999999w", "h", 5, true,
  } do
    t.raises("duration: expected text such as", time.duration, text)
  end
  t.equal({ time.MINUTE, time.HOUR, time.DAY }, { 60000, 3600000, 86400000 })
end)

t.test("an unknown zone is refused with what was probably meant", function()
  for _, name in ipairs { LOS_ANGELES, "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "local" } do
    t.equal(time.zone(name), name)
  end
  for name, meant in pairs {
    ["America/Los_Angels"] = LOS_ANGELES, ["Los Angeles"] = LOS_ANGELES, ["los_angeles"] = LOS_ANGELES,
    ["america/new_york"] = NEW_YORK, ["America/New York"] = NEW_YORK, PST = LOS_ANGELES, EST = NEW_YORK,
    ["Pacific Time"] = LOS_ANGELES, ["US Eastern"] = NEW_YORK, GMT = "UTC", Chikago = "America/Chicago",
    ["Europe/Los_Angeles"] = LOS_ANGELES, ["Buenos Aires"] = "America/Argentina/Buenos_Aires",
  } do
    t.raises(('zone: there is no time zone "%s"; did you mean "%s"?'):format(name, meant):gsub("[+?]", "%%%0"),
      time.zone, name)
  end
  -- The database has Etc/GMT+5, which is five hours behind: a suggestion that would be wrong by ten.
  for name, minutes in pairs { ["GMT+5"] = 300, ["UTC-03:30"] = -210, ["utc+2"] = 120, ["GMT-8"] = -480 } do
    local pattern = ("write the minutes east of UTC, %d, or"):format(minutes):gsub("%-", "%%%0")
    t.raises(pattern, time.zone, name)
  end
  for _, name in ipairs {
    "Xyzzy/Plugh", "", "/etc/localtime", "../../etc/passwd", "America/../America/Chicago", "posix/UTC", "right/UTC",
    "EST5EDT4,M3.2.0,M11.1.0", "Etc/UTC\0x", "America",
  } do
    t.raises("zone: there is no time zone", time.zone, name)
  end
  t.raises("zone: expected a name such as .* got integer 5", time.zone, 5)
  local native = require "native.zone"
  t.equal(native.exists("Etc/UTC\0x"), false)
  for _, call in ipairs { native.offset, native.instants } do
    t.raises("holds no zero bytes", call, "Etc/UTC\0x", 0)
    t.equal(select(2, call(("A"):rep(100000), 0)), "ZONE_UNKNOWN")
  end
end)

t.test("the field timeZoneCode is held to the same names", function()
  t.raises('timeZoneCode "America/Los_Angels" is not a time zone that exists; did you mean "America/Los_Angeles"%?',
    lofty.tasks.mine, { timeZoneCode = "America/Los_Angels" })
end)

t.test("asking about another zone changes nothing for the script, nor for what it starts", function()
  local function outside()
    local child <close> = assert(io.popen("env | sort; date +%H:%M -d @0 2>/dev/null"))
    local seen = { child:read "a", os.date("%c %Z", 0), os.time { year = 2026, month = 7, day = 1 }, os.getenv "TZ" }
    return table.concat(seen, "|")
  end
  local before = outside()
  time.fields(at "2026-07-01T00:00:00Z", "Asia/Tokyo")
  time.moment { year = 2026, month = 7, day = 1, zone = "Europe/Moscow" }
  t.equal(outside(), before)
end)

