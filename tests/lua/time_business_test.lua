local t = require "harness"
local time = require("lofty").time

local CHICAGO = "America/Chicago"

local function at(text)
  return (assert(time.parse(text)))
end

local function business(changes)
  local options = { zone = CHICAGO, from = "09:00", to = "17:30", days = "1-5", holidays = { "2026-12-25" } }
  for key, value in pairs(changes or {}) do options[key] = value end
  return time.business(options)
end

t.test("open from the first minute to the last, on business days only", function()
  local hours = business()
  for text, open in pairs {
    ["2026-03-04T09:00:00-06:00"] = true, ["2026-03-04T08:59:59-06:00"] = false, ["2026-03-04T17:29:59-06:00"] = true,
    ["2026-03-04T17:30:00-06:00"] = false, ["2026-03-07T12:00:00-06:00"] = false, ["2026-03-08T12:00:00-05:00"] = false,
    ["2026-12-25T12:00:00-06:00"] = false, ["2026-12-24T12:00:00-06:00"] = true,
    ["2026-07-01T09:00:00-05:00"] = true, ["2026-07-01T08:30:00-05:00"] = false, -- summer time
  } do
    t.equal(hours:is_open(at(text)), open, text)
  end
  t.equal(hours.zone, CHICAGO)
end)

t.test("the next opening", function()
  local hours = business()
  for text, opening in pairs {
    ["2026-03-04T12:34:56.789-06:00"] = "2026-03-04T12:34:56.789-06:00", -- now
    ["2026-03-04T02:00:00-06:00"] = "2026-03-04T09:00:00-06:00",
    ["2026-03-04T17:30:00-06:00"] = "2026-03-05T09:00:00-06:00",
    ["2026-03-06T18:00:00-06:00"] = "2026-03-09T09:00:00-05:00", -- over the weekend on which clocks change
    ["2026-12-24T20:00:00-06:00"] = "2026-12-28T09:00:00-06:00", -- over Christmas on a Friday
  } do
    t.equal(hours:next(at(text)), at(opening), text)
  end
end)

t.test("so much open time later", function()
  local hours = business()
  for _, case in ipairs {
    { "2026-03-04T10:00:00-06:00", "3h", "2026-03-04T13:00:00-06:00" },
    { "2026-03-06T16:30:00-06:00", "3h", "2026-03-09T11:00:00-05:00" },
    { "2026-03-06T16:30:00-06:00", "1h", "2026-03-06T17:30:00-06:00" }, -- at closing time
    { "2026-03-07T16:30:00-06:00", "30m", "2026-03-09T09:30:00-05:00" },
    { "2026-03-02T09:00:00-06:00", "42h30m", "2026-03-06T17:30:00-06:00" },
    { "2026-03-02T09:00:00-06:00", 42 * 3600000 + 1800001, "2026-03-09T09:00:00.001-05:00" },
    { "2026-03-01T09:00:00-06:00", 0, "2026-03-02T09:00:00-06:00" },
  } do
    t.equal(hours:add(at(case[1]), case[2]), at(case[3]), case[1] .. " + " .. case[2])
  end
  t.raises("hours:add: expected a length", hours.add, hours, 0, -1)
  t.raises("hours:add: expected a length", hours.add, hours, 0, "a while")
  t.raises("more than 20000 business days", hours.add, hours, 0, 200000 * 3600000)
end)

t.test("days as names, ranges, lists; to the end of the day", function()
  local saturday, sunday = at "2026-03-07T12:00:00-06:00", at "2026-03-08T12:00:00-05:00"
  for days, open in pairs {
    ["mon-fri"] = { false, false }, ["Mon-Sat"] = { true, false }, ["6,7"] = { true, true },
    ["fri - sun"] = { true, true }, ["sun-mon"] = { false, true }, ["1-5,sunday"] = { false, true },
  } do
    local hours = business { days = days }
    t.equal({ hours:is_open(saturday), hours:is_open(sunday) }, open, days)
  end
  t.equal(business { days = { 6 } }:is_open(saturday), true)
  t.equal(time.business { zone = CHICAGO, from = "9:00", to = "10:00" }:is_open(saturday), false)
  local late = business { to = "24:00", days = "7" }
  t.equal(late:is_open(at "2026-03-08T23:59:59-05:00"), true)
  t.equal(late:is_open(at "2026-03-09T00:00:00-05:00"), false)
end)

t.test("hours over a change of the clock", function()
  local hours = business { zone = "America/New_York", from = "00:00", to = "24:00", days = "1-7", holidays = {} }
  local start = at "2026-03-08T00:00:00-05:00"
  t.equal(hours:add(start, "23h"), at "2026-03-09T00:00:00-04:00")
  local night = business { zone = "America/New_York", from = "02:00", to = "02:30", days = "1-7" }
  t.equal(night:next(start), at "2026-03-08T03:00:00-04:00")
  -- Samoa had no Friday, 30 December 2011; its hours are not Saturday's.
  local samoa = business { zone = "Pacific/Apia" }
  t.equal(samoa:next(at "2011-12-29T18:00:00-10:00"), at "2012-01-02T09:00:00+14:00")
  t.equal(samoa:add(at "2011-12-29T17:00:00-10:00", "1h"), at "2012-01-02T09:30:00+14:00")
  local summer = business { zone = "Australia/Lord_Howe", from = "01:45", to = "02:15", days = "sun", holidays = {} }
  t.equal(summer:next(at "2026-10-03T00:00:00Z"), at "2026-10-04T01:45:00+10:30")
  t.equal(summer:add(at "2026-10-03T00:00:00Z", "30m"), at "2026-10-04T02:45:00+11:00")
  t.equal(summer:add(at "2026-04-04T00:00:00Z", "1h"), at "2026-04-05T02:15:00+10:30")
end)

t.test("what makes no sense is refused", function()
  local function refused(pattern, changes) t.raises("lofty.time.business: " .. pattern, business, changes) end
  refused('from "22:00" must be before to "06:00"; hours past midnight', { from = "22:00", to = "06:00" })
  refused("from .* must be before", { from = "09:00", to = "09:00" })
  refused('from must be a time such as "09:00", got string "9am"', { from = "9am" })
  refused('from must be a time such as "09:00", got string "24:00"', { from = "24:00" })
  refused("to must be a time .* got integer 17", { to = 17 })
  refused('days must be .* got string "mo"', { days = "mo-fr" })
  refused("days must be .* got integer 8", { days = { 8 } })
  refused('days must be .* got string ""', { days = "" })
  refused("days is empty", { days = {} })
  refused('holidays must be a list of dates .* got string "2026%-02%-30"', { holidays = { "2026-02-30" } })
  refused("holidays must be a list of dates .* got boolean true", { holidays = { ["2026-12-25"] = true } })
  refused('holidays must be a list of dates, got string "2026%-12%-25"', { holidays = "2026-12-25" })
  refused('unknown field "form"; did you mean "from"%?', { form = "09:00" })
  refused('there is no time zone "America/Chikago"; did you mean "America/Chicago"%?', { zone = "America/Chikago" })
  t.raises("in which time zone%?", time.business, { from = "09:00", to = "17:00" })
  t.raises("expected a table, got nothing", time.business)
  t.raises("use a colon: hours:is_open", business().is_open, 0)
  t.raises("expected a moment", business().next, business(), "now")
end)

