local t = require "harness"
local time = require("lofty").time

local NEW_YORK = "America/New_York"

local function at(text)
  return (assert(time.parse(text)))
end

-- A Wednesday, 14:20 in New York.
local NOW = at "2026-03-04T14:20:00-05:00"

--- Each phrase with what it means, as a clock in the zone shows it.
local function means(from, zone, cases)
  for phrase, text in pairs(cases) do
    t.equal(time.iso(time.at(phrase, zone, from), type(zone) == "table" and zone.zone or zone), text, phrase)
  end
end

t.test("days by name, with times in every spelling", function()
  means(NOW, NEW_YORK, {
    ["today 17:30"] = "2026-03-04T17:30:00-05:00", ["today 9am"] = "2026-03-04T09:00:00-05:00",
    ["tomorrow 9am"] = "2026-03-05T09:00:00-05:00", ["tomorrow at 9 am"] = "2026-03-05T09:00:00-05:00",
    ["  Tomorrow   9:05 PM "] = "2026-03-05T21:05:00-05:00", ["yesterday noon"] = "2026-03-03T12:00:00-05:00",
    ["tomorrow 12am"] = "2026-03-05T00:00:00-05:00", ["tomorrow 12pm"] = "2026-03-05T12:00:00-05:00",
    ["tomorrow 12:30am"] = "2026-03-05T00:30:00-05:00", ["tomorrow 0:00"] = "2026-03-05T00:00:00-05:00",
    ["2026-12-24 9am"] = "2026-12-24T09:00:00-05:00", ["2026-07-04 at noon"] = "2026-07-04T12:00:00-04:00",
  })
end)

t.test("a day of the week is the next time that it comes", function()
  means(NOW, NEW_YORK, {
    ["thursday 8:00"] = "2026-03-05T08:00:00-05:00", ["Tue 8:00"] = "2026-03-10T08:00:00-04:00",
    ["wednesday 14:19"] = "2026-03-11T14:19:00-04:00", ["wednesday 14:20"] = "2026-03-11T14:20:00-04:00",
    ["wednesday at 14:21"] = "2026-03-04T14:21:00-05:00", ["sun 2:30"] = "2026-03-08T03:30:00-04:00",
  })
end)

t.test("so long from now", function()
  means(NOW, NEW_YORK, {
    ["in 90 minutes"] = "2026-03-04T15:50:00-05:00", ["in 1 hour"] = "2026-03-04T15:20:00-05:00",
    ["in 96 hours"] = "2026-03-08T15:20:00-04:00", ["in 4 days"] = "2026-03-08T14:20:00-04:00",
    ["in 3 days at 9am"] = "2026-03-07T09:00:00-05:00", ["in 4 days 2:30"] = "2026-03-08T03:30:00-04:00",
    ["in 2 weeks at 8:00"] = "2026-03-18T08:00:00-04:00", ["in 1 month"] = "2026-04-04T14:20:00-04:00",
    ["in 12 months 9am"] = "2027-03-04T09:00:00-05:00", ["in 0 days 9am"] = "2026-03-04T09:00:00-05:00",
  })
  means(at "2026-01-31T10:00:00-05:00", NEW_YORK, { ["in 1 month at 9am"] = "2026-02-28T09:00:00-05:00" })
end)

t.test("around the changes of the clock, today is the day there", function()
  -- In the hour that comes twice, the second time; and just after the one that is skipped.
  means(at "2026-11-01T01:30:00-05:00", NEW_YORK, {
    ["in 30 minutes"] = "2026-11-01T02:00:00-05:00", ["today 1:45am"] = "2026-11-01T01:45:00-04:00",
    ["sunday 1:45"] = "2026-11-08T01:45:00-05:00", ["tomorrow 1:30"] = "2026-11-02T01:30:00-05:00",
  })
  means(at "2026-03-08T03:00:00-04:00", NEW_YORK, {
    ["yesterday 2:30"] = "2026-03-07T02:30:00-05:00", ["today 2:30"] = "2026-03-08T03:30:00-04:00",
    ["in 1 hour"] = "2026-03-08T04:00:00-04:00",
  })
  -- One moment, three dates.
  local ms = at "2026-06-30T10:30:00Z"
  means(ms, "Pacific/Kiritimati", { ["today 8:00"] = "2026-07-01T08:00:00+14:00" })
  means(ms, "Pacific/Pago_Pago", { ["today 8:00"] = "2026-06-29T08:00:00-11:00" })
  means(ms, 0, { ["today 8:00"] = "2026-06-30T08:00:00+00:00" })
  means(at "2011-12-29T12:00:00-10:00", "Pacific/Apia", { ["tomorrow 9am"] = "2011-12-31T09:00:00+14:00" })
end)

t.test("business days", function()
  local hours = time.business { zone = NEW_YORK, from = "09:00", to = "17:30", days = "mon-sat",
    holidays = { "2026-03-05", "2026-03-09" } }
  means(NOW, NEW_YORK, {
    ["next business day 10am"] = "2026-03-05T10:00:00-05:00",
    ["in 2 business days at 10am"] = "2026-03-06T10:00:00-05:00",
    ["in 3 business days 10:00"] = "2026-03-09T10:00:00-04:00",
  })
  means(at "2026-03-06T23:00:00-05:00", NEW_YORK, { ["next business day at 8:30"] = "2026-03-09T08:30:00-04:00" })
  means(NOW, hours, {
    ["next business day 10am"] = "2026-03-06T10:00:00-05:00", ["in 1 business day 10am"] = "2026-03-06T10:00:00-05:00",
    ["in 3 business days 10am"] = "2026-03-10T10:00:00-04:00", ["tomorrow 9am"] = "2026-03-05T09:00:00-05:00",
  })
end)

t.test("without a third argument it is about the present", function()
  local before = require("lofty").now()
  local ms = time.at("in 10 minutes", "UTC")
  t.ok(ms >= before + 10 * time.MINUTE and ms <= require("lofty").now() + 10 * time.MINUTE)
end)

t.test("anything else is refused, with examples", function()
  for _, phrase in ipairs {
    "", "soon", "tomorrow", "monday", "tomorrow 9", "tomorrow morning", "9am", "9am tomorrow", "tomorrow 25:00",
    "tomorrow 24:00", "tomorrow 9:60", "tomorrow 13pm", "tomorrow 0am", "tomorrow 930pm", "tomorrow 9:00m",
    "tomorrow midnight", "tomorrow 9am sharp", "next monday 9am", "mo 9am", "in a week", "in -3 days", "in 1.5 hours",
    "in 2 hours at 9am", "in 3 years", "in 99999999999999999999 days", "in 100000 minutes", "in 3 business days",
    "in 0 business days 9am", "next business day", "2026-02-30 9am", "2026-12-24", "12/24/2026 9am", "in 3 days at",
    "at 9am", "today at at 9am", "next week 9am", "in 3 dayss",
  } do
    t.raises('at: cannot read ".*"; it takes "today 17:30", "tomorrow 9am"', time.at, phrase, NEW_YORK, NOW)
  end
  t.raises("at: expected a phrase, got integer 9", time.at, 9, NEW_YORK)
  t.raises("at: in which time zone%? .* got nothing", time.at, "tomorrow 9am")
  t.raises('at: there is no time zone "America/New_Yorck"; did you mean', time.at, "tomorrow 9am", "America/New_Yorck")
  t.raises("at: expected a moment", time.at, "tomorrow 9am", NEW_YORK, "now")
end)

