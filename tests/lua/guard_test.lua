-- sandbox: empty
-- loftyrun: allow send_sms, at most 1000 a run and 1000 a day
-- loftyrun: allow send_email, at most 1000 a run and 1000 a day
-- loftyrun: allow notify_agents, at most 3 a run
-- loftyrun: allow contact_by_ai, at most 5 a run and 1000 a day
-- loftyrun: allow delete_notes, at most 2 a run
-- What may be sent and deleted: the classification, leads' wishes, quiet hours, caps. The clock stands still.
local t = require "harness"
local clock = require "standing_clock"
local transport = require "transport"

local while_waiting -- what happens while a call waits for its turn
require("native.quota").take = function()
  if while_waiting then while_waiting() end
  return 0
end

local lofty = require "lofty"
local classes = require "lofty.guard.operations"
local leads = require "lofty.guard.leads"
local native = require "native.guard"
local operations = require "lofty.operations"
local quiet = require "lofty.guard.quiet"
local retry = require "lofty.retry"
local zones = require "lofty.guard.zones"

local time = lofty.time
local DAY = "2026-06-05T12:00-04:00" -- 6:00 in Honolulu, 9:00 in Los Angeles, 12:00 in New York

local function at(instant) clock.time = time.parse(instant) end

--- Answers reads of leads from a list by id, the user's with a zone, and all else with `reply`.
local function answers(people, reply, zone)
  for id in pairs(people) do leads.forget(id) end
  transport.reply(function(request)
    local target = request.target
    if target == "/v1.0/me" then return { json = { userId = 1, timeZoneId = zone or "America/New_York" } } end
    local id = math.tointeger(tonumber(target:match("^/v1.0/leads/(%d+)$")))
    if request.method == "GET" and id then
      if people[id] then return { json = { lead = people[id] } } end
      return { status = 404, json = { code = 20006, message = "Lead not exist" } }
    end
    if request.method == "GET" and target:find("^/v1.0/leads%?") then
      return { json = { _metadata = { total = #people }, leads = lofty.array(people) } }
    end
    return reply or { json = { messageId = "m" } }
  end)
end

--- The writes that were sent.
local function written()
  local list = {}
  for _, call in ipairs(transport.calls) do
    if call.method ~= "GET" then list[#list + 1] = call.method .. " " .. call.target end
  end
  return list
end

local function lead(id, fields)
  fields = fields or {}
  fields.leadId, fields.firstName = id, "Zoë"
  fields.phones = fields.phones or { "2075550171" }
  fields.emails = fields.emails or { "zoe@example.com" }
  return fields
end

local function text(id) return lofty.messages.send_sms { leadId = id, content = "Hello 李" } end
local function mail(id) return lofty.messages.send_email { leadId = id, subject = "Hi", content = "x" } end

t.test("every operation that writes is classified, with a reason, and no other", function()
  local kinds, seen = {}, {}
  for _, kind in ipairs(native.kinds()) do kinds[kind.name] = true end
  for _, name in ipairs(operations.names()) do
    local writes = retry.safety(operations.find(name)) ~= "read"
    t.equal(classes[name] ~= nil, writes, name)
    seen[name] = true
  end
  for name, class in pairs(classes) do
    t.ok(seen[name], name .. " is no operation")
    t.ok(#class.why > 10, name)
    for _, need in ipairs(class.needs or {}) do t.ok(kinds[need.grant], name .. " needs " .. need.grant) end
  end
end)

t.test("whatever deletes, and whatever is called a message or a notification, needs a grant", function()
  for name, class in pairs(classes) do
    local row = operations.find(name)
    if row.method == "DELETE" or name:find("^messages%.") or name:find("^notifications%.") or name:find("send_") then
      t.ok(class.needs, name)
    end
  end
end)

t.test("a lead who must not be written to is not, and the flag is named", function()
  at(DAY)
  local people = {
    [1] = lead(1, { cannotText = true }), [2] = lead(2, { cannotEmail = true }), [3] = lead(3, { cannotCall = true }),
    [4] = lead(4, { unsubscription = true }), [5] = lead(5, { phoneStatuses = { 4 } }),
    [6] = lead(6, { phoneStatuses = { 2, 5 }, phones = { "2075550171", "2075550172" } }),
  }
  answers(people)
  local function refused(f, id, flag)
    local err = t.fails("CONTACT_NOT_ALLOWED", f, id)
    t.equal({ err.recipients, err.outcome, err.category }, { { { leadId = id, flag = flag } }, "not_sent", "permission" })
    t.matches(err.message, "lead " .. id .. ": " .. flag)
  end
  refused(text, 1, "cannotText")
  refused(mail, 2, "cannotEmail")
  refused(text, 4, "unsubscription")
  refused(mail, 4, "unsubscription")
  refused(text, 5, "phoneStatuses")
  t.equal(written(), {})
  mail(1)
  text(2)
  text(3)
  mail(5)
  text(6)
  t.equal(#written(), 5)
  for _, number in ipairs { "+1 (207) 555-0172", "2075550172" } do
    t.fails("CONTACT_NOT_ALLOWED", lofty.messages.send_sms,
      { leadId = 6, content = "x", phoneNumber = number, phoneCode = "1" })
  end
  lofty.messages.send_sms { leadId = 6, content = "x", phoneNumber = "2075550171", phoneCode = "1" }
  lofty.messages.send_sms { leadId = 6, content = "x", phoneNumber = "2075550199", phoneCode = "1" } -- not the lead's
  t.fails("CONTACT_NOT_ALLOWED", lofty.messages.send_sms,
    { leadId = 5, content = "x", phoneNumber = "2075550199", phoneCode = "1" })
end)

t.test("of several leads all are looked at before anything is sent", function()
  at(DAY)
  answers({ [11] = lead(11), [12] = lead(12, { cannotText = true }), [13] = lead(13),
    [14] = lead(14, { unsubscription = true }) }, { json = { message = "ok" } })
  local err = t.fails("CONTACT_NOT_ALLOWED", lofty.sales_agent.add_working_leads, { leadIds = { 11, 12, 13, 14 } })
  t.equal(err.recipients, { { leadId = 12, flag = "cannotText" }, { leadId = 14, flag = "unsubscription" } })
  t.equal(written(), {})
  lofty.sales_agent.add_working_leads { leadIds = { 11, 13 } }
  t.equal(#written(), 1)
end)

t.test("a call for many counts each of them", function()
  at(DAY)
  answers({ [11] = lead(11), [13] = lead(13), [15] = lead(15), [16] = lead(16) }, { json = { message = "ok" } })
  local err = t.fails("GRANT_EXHAUSTED", lofty.sales_agent.add_working_leads, { leadIds = { 11, 13, 15, 16 } })
  t.matches(err.message, "contact_by_ai may be used 5 times a run, and this call would take 4")
  t.equal(written(), {})
  lofty.sales_agent.add_working_leads { leadIds = { 11, 13, 15 } }
end)

t.test("what cannot be read is not written to", function()
  at(DAY)
  answers {}
  local err = t.fails("LEAD_NOT_EXIST", text, 21)
  t.equal({ err.operation, err.outcome, err.category, err.cause.operation },
    { "messages.send_sms", "not_sent", "not_found", "leads.get" })
  t.matches(err.message, "the lead 21 could not be read, so nothing was sent")
  transport.reply { { failure = { "TIMEOUT", "too slow", true } } }
  err = t.fails("TIMEOUT", text, 22)
  t.equal({ err.outcome, err.retryable, #written() }, { "not_sent", true, 0 })
end)

t.test("a call that is not checked reaches nobody either whom nobody can look up", function()
  at(DAY)
  answers { [31] = lead(31, { cannotText = true }) }
  for _, id in ipairs { "31", lofty.null, true, {} } do
    t.fails("CONTACT_NOT_ALLOWED", lofty.messages.send_sms, { leadId = id, content = "x" }, { unchecked = true })
  end
  t.fails("CONTACT_NOT_ALLOWED", lofty.messages.send_sms, { content = "x" }, { unchecked = true })
  t.fails("CONTACT_NOT_ALLOWED", lofty.messages.send_sms, { leadId = 31, content = "x" }, { unchecked = true })
  t.equal(written(), {})
end)

t.test("a lead that was just read is not read again, and one that was changed is", function()
  at(DAY)
  local people = { [41] = lead(41, { cannotText = false, cannotEmail = false, cannotCall = false,
    unsubscription = false }) }
  answers(people)
  lofty.leads.get(41)
  text(41)
  t.equal(transport.sent(), { "GET /v1.0/leads/41", "POST /v1.0/message/sms/send" })
  people[41].cannotText = true
  text(41)
  lofty.leads.update(41, { stage = "Hot" })
  t.fails("CONTACT_NOT_ALLOWED", text, 41)
  people[41].cannotText = false
  lofty.leads.update(41, { stage = "Hot" })
  text(41)
  people[41].unsubscription = true
  clock.time = clock.time + 4 * 60 * 1000
  text(41)
  clock.time = clock.time + 2 * 60 * 1000
  t.fails("CONTACT_NOT_ALLOWED", text, 41)
end)

t.test("an item of a list counts as read where it has the permissions in it", function()
  at(DAY)
  local whole = lead(1, { cannotText = false, cannotEmail = false, cannotCall = false, unsubscription = false })
  whole.leadId = 51
  local part = { leadId = 52, firstName = "Ada" }
  answers { [51] = lead(51), [52] = lead(52, { unsubscription = true }) }
  local reply = { json = { _metadata = { total = 2 }, leads = { whole, part } } }
  transport.reply(function(request)
    if request.target:find("^/v1.0/leads%?") then return reply end
    if request.target == "/v1.0/leads/52" then return { json = { lead = lead(52, { unsubscription = true }) } } end
    return { json = { messageId = "m" } }
  end)
  lofty.leads.list { limit = 5 }
  text(51)
  t.fails("CONTACT_NOT_ALLOWED", text, 52)
  t.equal(transport.sent(), { "GET /v1.0/leads?limit=5", "POST /v1.0/message/sms/send", "GET /v1.0/leads/52" })
end)

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

t.test("a cap of the run; what was refused does not count, what nobody knows does", function()
  answers({}, { status = 404, json = { code = 20007, message = "Resource not exist" } })
  for _ = 1, 4 do t.fails("RESOURCE_NOT_EXIST", lofty.notes.delete, 5) end
  transport.reply(function() return { failure = { "CONNECT_FAILED", "nobody there", false } } end)
  for _ = 1, 4 do t.fails("CONNECT_FAILED", lofty.notes.delete, 5) end
  transport.reply(function() return { failure = { "CONNECTION_LOST", "it ended", true } } end)
  t.equal(t.fails("CONNECTION_LOST", lofty.notes.delete, 5).outcome, "unknown")
  answers({}, { body = "" })
  t.ok(lofty.guard.may "delete_notes")
  t.equal(lofty.notes.delete(6), true)
  local err = t.fails("GRANT_EXHAUSTED", lofty.notes.delete, 7)
  t.equal({ err.grant, err.category, err.outcome, err.retryable }, { "delete_notes", "limit", "not_sent", false })
  t.matches(err.message, "delete_notes may be used 2 times a run, and that is used up")
  local ok, why = lofty.guard.may "delete_notes"
  t.equal({ ok == nil, why.code }, { true, "GRANT_EXHAUSTED" })
  t.equal(#written(), 1)
end)

t.test("a call that has waited until it is quiet is not sent, and does not count", function()
  at "2026-06-07T20:59-04:00"
  answers { [101] = lead(101) }
  lofty.leads.get(101)
  while_waiting = function() at "2026-06-07T21:00-04:00" end
  local err = t.fails("QUIET_HOURS", text, 101)
  while_waiting = nil
  t.equal({ err.outcome, err.not_before, err.operation }, { "not_sent", time.parse "2026-06-08T08:00-04:00",
    "messages.send_sms" })
  t.equal(written(), {})
  t.equal(native.used(require("lofty.store").account(), "send_sms", "2026-06-07"), 0)
end)

t.test("a dry run is held to all of it, and uses nothing up", function()
  at "2026-06-09T12:00-04:00"
  answers { [111] = lead(111), [112] = lead(112, { cannotText = true }) }
  local guard, row = require "lofty.guard", operations.find "messages.send_sms"
  local account = require("lofty.store").account()
  t.ok(guard.demand(row, {}, { leadId = 111, content = "x" }, true))
  t.equal(native.used(account, "send_sms", "2026-06-09"), 0)
  t.fails("CONTACT_NOT_ALLOWED", guard.demand, row, {}, { leadId = 112, content = "x" }, true)
  t.ok(native.claim(account, "send_sms", "2026-06-09", 1000, 1000, "2026-01-01"))
  t.fails("GRANT_EXHAUSTED", guard.demand, row, {}, { leadId = 111, content = "x" }, true)
  t.equal(native.used(account, "send_sms", "2026-06-09"), 1000)
end)

t.test("without a grant nothing is sent, and the line to write is named", function()
  answers {}
  local err = t.fails("GRANT_NEEDED", lofty.tasks.delete, 5)
  t.equal({ err.grant, err.category, err.outcome, #transport.calls }, { "delete_tasks", "permission", "not_sent", 0 })
  t.matches(err.message, 'write "%-%- loftyrun: allow delete_tasks, at most 100 a run" above the first line of code of '
    .. ".*guard_test.lua, or run it with %-%-allow delete_tasks")
end)

t.test("a new lead alone needs no grant; a welcome is an e-mail to whomever it is merged with, too", function()
  at(DAY)
  local fields = { firstName = "李", emails = { "li@example.com" }, phones = { "+1 207 555 0171" } }
  answers({}, { json = { leadId = 7 } })
  lofty.leads.create(fields)
  t.equal(#transport.calls, 1)
  fields.welcomeEmail = true
  answers({ lead(81), lead(82) }, { json = { leadId = 7 } })
  lofty.leads.create(fields)
  t.equal(transport.sent(), { "GET /v1.0/leads?email=li%40example.com&limit=100&preciseSearchFlag=true",
    "GET /v1.0/leads?limit=100&phone=2075550171&preciseSearchFlag=true", "POST /v1.0/leads" })
  answers({ lead(81), lead(82, { cannotEmail = true }) }, { json = { leadId = 7 } })
  t.equal(t.fails("CONTACT_NOT_ALLOWED", lofty.leads.create, fields).recipients, { { leadId = 82, flag = "cannotEmail" } })
  fields.unsubscription = true
  answers({}, { json = { leadId = 7 } })
  t.equal(t.fails("CONTACT_NOT_ALLOWED", lofty.leads.create, fields).recipients, { { flag = "unsubscription" } })
  t.equal(written(), {})
  fields.unsubscription, fields.property = nil, { state = "HI" }
  t.fails("QUIET_HOURS", lofty.leads.create, fields)
  fields.welcomeEmail, fields.leadAlert = false, true
  for _ = 1, 3 do lofty.leads.create(fields) end
  t.equal(t.fails("GRANT_EXHAUSTED", lofty.leads.create, fields).grant, "notify_agents")
  fields.welcomeEmail, fields.property = true, nil
  local account = require("lofty.store").account()
  local before = native.used(account, "send_email", "2026-06-05")
  t.fails("GRANT_EXHAUSTED", lofty.leads.create, fields)
  t.ok(before > 0)
  t.equal(native.used(account, "send_email", "2026-06-05"), before, "the other claim is given back")
end)

t.test("lofty.guard.may tells what the call would raise", function()
  at(DAY)
  answers { [91] = lead(91), [92] = lead(92, { cannotText = true }), [93] = lead(93, { state = "HI" }) }
  t.equal({ lofty.guard.may("send_sms", 91) }, { true })
  t.equal({ lofty.guard.may("send_sms") }, { true })
  t.equal(select(2, lofty.guard.may("send_sms", 92)).code, "CONTACT_NOT_ALLOWED")
  t.equal(select(2, lofty.guard.may("send_email", 92)), nil)
  t.equal(select(2, lofty.guard.may("send_sms", 93)).not_before, time.parse "2026-06-05T08:00-10:00")
  t.equal(select(2, lofty.guard.may("send_sms", 94)).code, "LEAD_NOT_EXIST")
  t.equal(select(2, lofty.guard.may("delete_leads")).code, "GRANT_NEEDED")
  t.raises('%.lua:%d+: lofty.guard.may: there is no grant string "send_sm"; did you mean "send_sms"%?',
    lofty.guard.may, "send_sm")
  t.raises("lofty.guard.may: delete_notes is not about leads", lofty.guard.may, "delete_notes", 5)
  t.raises('lofty.guard.may: expected a lead\'s id, got string "91"', lofty.guard.may, "send_sms", "91")
  t.equal(lofty.guard.zones { state = "HI" }, { "Pacific/Honolulu" })
  t.equal(lofty.guard.zones {}, { "America/New_York" })
end)

t.finish()
