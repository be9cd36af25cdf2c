-- sandbox: empty
-- loftyrun: allow send_sms, at most 1000 a run and 1000 a day
-- loftyrun: allow send_email, at most 1000 a run and 1000 a day
-- Quiet hours: where a lead may live, when it is night there, and when it is day again. The clock stands still.
local t = require "harness"
local pretend = require "guarded_lofty"
local lofty = require "lofty"
local native = require "native.guard"
local quiet = require "lofty.guard.quiet"
local zones = require "lofty.guard.zones"

local at, answers, lead, mail, text, written = pretend.at, pretend.answers, pretend.lead, pretend.mail, pretend.text,
  pretend.written
local time = lofty.time
local DAY = "2026-06-05T12:00-04:00" -- 6:00 in Honolulu, 9:00 in Los Angeles, 12:00 in New York

t.test("quiet hours are those of the lead's state, else postcode, else of the user", function()
  answers { [61] = lead(61, { state = "HI" }), [62] = lead(62, { zipCode = "96801-1234" }), [63] = lead(63),
    [64] = lead(64, { state = " california " }), [65] = lead(65, { state = "Ontario", zipCode = "M5V 2T6" }),
    [66] = lead(66, { state = "", leadPropertyList = { { state = "NY", label = "High Interest" },
      { state = "HI", mailAddress = true } } }) }
  at(DAY)
  for _, id in ipairs { 61, 62, 66 } do
    local err = t.fails("QUIET_HOURS", text, id)
    t.equal({ err.not_before, err.retry_after, err.outcome, err.retryable },
      { time.parse "2026-06-05T08:00-10:00", 7200, "not_sent", true })
    t.matches(err.message, "it is 6:00 in Pacific/Honolulu, where the lead may live; it may be sent from "
      .. "2026%-06%-05T08:00:00%-10:00 on")
  end
  text(63)
  text(64)
  text(65)
  at "2026-06-05T21:00-04:00"
  t.equal(t.fails("QUIET_HOURS", text, 63).not_before, time.parse "2026-06-06T08:00-04:00")
  t.equal(t.fails("QUIET_HOURS", mail, 63).not_before, time.parse "2026-06-06T08:00-04:00")
  text(64)
  at "2026-06-05T20:59:59-04:00"
  text(63)
  at "2026-06-05T07:59:59-04:00"
  t.fails("QUIET_HOURS", text, 63)
  at "2026-06-05T08:00-04:00"
  text(63)
end)

t.test("of a state with several zones it must be day in all", function()
  answers { [71] = lead(71, { state = "TN" }), [72] = lead(72, { state = "AZ" }) }
  at "2026-06-05T20:30-05:00" -- 21:30 in the east of it
  t.equal(t.fails("QUIET_HOURS", text, 71).not_before, time.parse "2026-06-06T08:00-05:00")
  at "2026-06-06T08:30-04:00" -- 7:30 in the west of it
  t.equal(t.fails("QUIET_HOURS", text, 71).not_before, time.parse "2026-06-06T08:00-05:00")
  at "2026-06-06T08:00-05:00"
  text(71)
  at "2026-06-06T20:30-07:00" -- 21:30 where they have daylight saving time
  t.fails("QUIET_HOURS", text, 72)
  at "2026-01-06T20:30-07:00"
  text(72)
end)

t.test("which zones an address may lie in", function()
  local function of(fields) return table.concat(zones.of(zones.homes(fields)), " ") end
  local cases = {
    ["NY"] = "America/New_York", ["ny"] = "America/New_York", ["New York"] = "America/New_York",
    ["N.Y."] = "America/New_York", ["US-TX"] = "America/Chicago America/Denver", ["FL"] = "America/New_York America/Chicago",
    ["Québec"] = "America/Toronto America/Halifax America/Puerto_Rico", ["Bavaria"] = "", ["东京"] = "", ["N/A"] = "",
    ["AK"] = "America/Anchorage America/Adak", ["WASHINGTON"] = "America/Los_Angeles",
  }
  for state, expected in pairs(cases) do t.equal(of { state = state }, expected, state) end
  local postcodes = {
    ["04101"] = "America/New_York", ["00901"] = "America/Puerto_Rico", ["00501"] = "America/New_York",
    ["88510"] = "America/Chicago America/Denver", ["99950"] = "America/Anchorage America/Adak",
    ["96910"] = "", ["09012"] = "", ["34001"] = "", ["90001 1234"] = "America/Los_Angeles", ["9000"] = "", ["123456"] = "",
    ["m5v2t6"] = "America/Toronto America/Winnipeg America/Panama", ["D5V 2T6"] = "", ["SW1A 1AA"] = "",
  }
  for code, expected in pairs(postcodes) do t.equal(of { zipCode = code }, expected, code) end
  t.equal(of { state = "CA", zipCode = "10001" }, "America/Los_Angeles", "a state says more than a postcode")
  t.equal(of { state = 5, zipCode = true, leadPropertyList = { 1, { label = "Home", state = "UT" } } }, "America/Denver")
end)

t.test("every zone that an address may lie in exists on this machine", function()
  local found = 0
  for first = 65, 90 do
    for second = 65, 90 do
      for _, zone in ipairs(zones.of { { state = string.char(first, second) } }) do
        time.zone(zone)
        found = found + 1
      end
    end
  end
  t.ok(found > 70, found)
end)

t.test("quiet hours across midnight, by day, touching, and without end", function()
  local NIGHT, NOON = { from = 21 * 60, to = 8 * 60 }, { from = 12 * 60, to = 13 * 60 }
  local function ends(list, instant, ...)
    local places = ... and { ... } or { "America/New_York" }
    local zone, moment = quiet.at(list, places, time.parse(instant))
    return zone and (moment and time.iso(moment, places[1]) or "never")
  end
  t.equal(ends({ NIGHT }, "2026-06-05T20:59-04:00"), nil)
  t.equal(ends({ NIGHT }, "2026-06-05T23:59-04:00"), "2026-06-06T08:00:00-04:00")
  t.equal(ends({ NIGHT }, "2026-06-06T00:00-04:00"), "2026-06-06T08:00:00-04:00")
  t.equal(ends({ NIGHT, NOON }, "2026-06-06T12:59-04:00"), "2026-06-06T13:00:00-04:00")
  t.equal(ends({ NIGHT, { from = 8 * 60, to = 9 * 60 } }, "2026-06-05T22:00-04:00"), "2026-06-06T09:00:00-04:00")
  t.equal(ends({ { from = 0, to = 12 * 60 }, { from = 12 * 60, to = 0 } }, "2026-06-05T22:00-04:00"), "never")
  t.equal(ends({ { from = 22 * 60, to = 0 } }, "2026-06-05T22:00-04:00"), "2026-06-06T00:00:00-04:00")
  t.equal(ends({ { from = 9 * 60, to = 8 * 60 } }, "2026-06-05T12:00-04:00", "America/New_York", "Pacific/Auckland"),
    "never", "never day in both")
  t.equal(ends({ NIGHT }, "2026-06-05T22:00-04:00", "America/New_York", "Pacific/Honolulu"), "2026-06-06T14:00:00-04:00")
end)

t.test("quiet hours on days on which the clocks change", function()
  local places = { "America/New_York" }
  local function ends(from, to, instant)
    local zone, moment = quiet.at({ { from = from, to = to } }, places, time.parse(instant))
    return zone and time.iso(moment, "America/New_York")
  end
  t.equal(ends(21 * 60, 8 * 60, "2026-03-07T22:00-05:00"), "2026-03-08T08:00:00-04:00", "an hour is skipped")
  t.equal(ends(21 * 60, 8 * 60, "2026-10-31T22:00-04:00"), "2026-11-01T08:00:00-05:00", "an hour comes twice")
  t.equal(ends(21 * 60, 150, "2026-03-08T01:59-05:00"), "2026-03-08T03:30:00-04:00", "the end is skipped")
  t.equal(ends(21 * 60, 90, "2026-11-01T01:10-04:00"), "2026-11-01T01:30:00-04:00", "the end comes twice")
  t.equal(ends(21 * 60, 90, "2026-11-01T01:10-05:00"), "2026-11-01T01:30:00-05:00", "the second time")
  t.equal(ends(21 * 60, 90, "2026-11-01T01:45-04:00"), nil)
end)

t.test("a day is one of the team's zone", function()
  local function day(instant, zone) return quiet.day(time.parse(instant), zone) end
  t.equal(day("2026-06-05T23:59:59-04:00", "America/New_York"), "2026-06-05")
  t.equal(day("2026-06-06T00:00-04:00", "America/New_York"), "2026-06-06")
  t.equal(day("2026-06-06T00:00-04:00", "Pacific/Honolulu"), "2026-06-05")
  t.equal(day("2026-03-08T23:30-04:00", "America/New_York"), "2026-03-08")
  t.equal(quiet.day(time.parse "2026-03-01T12:00Z", "UTC", -1), "2026-02-28")
end)

t.test("a call that has waited until it is quiet is not sent, and does not count", function()
  at "2026-06-07T20:59-04:00"
  answers { [101] = lead(101) }
  lofty.leads.get(101)
  pretend.while_waiting = function() at "2026-06-07T21:00-04:00" end
  local err = t.fails("QUIET_HOURS", text, 101)
  pretend.while_waiting = nil
  t.equal({ err.outcome, err.not_before, err.operation }, { "not_sent", time.parse "2026-06-08T08:00-04:00",
    "messages.send_sms" })
  t.equal(written(), {})
  t.equal(native.used(require("lofty.store").account(), "send_sms", "2026-06-07"), 0)
end)

