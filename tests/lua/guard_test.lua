-- sandbox: empty
-- loftyrun: allow send_sms, at most 1000 a run and 1000 a day
-- loftyrun: allow send_email, at most 1000 a run and 1000 a day
-- loftyrun: allow notify_agents, at most 3 a run
-- loftyrun: allow contact_by_ai, at most 5 a run and 1000 a day
-- loftyrun: allow delete_notes, at most 2 a run
-- What may be sent and deleted: the classification, leads' wishes, caps. The clock stands still.
local t = require "harness"
local clock = require "standing_clock"
local transport = require "transport"
local pretend = require "guarded_lofty"

local lofty = require "lofty"
local classes = require "lofty.guard.operations"
local native = require "native.guard"
local operations = require "lofty.operations"
local retry = require "lofty.retry"

local at, answers, lead, mail, text, written = pretend.at, pretend.answers, pretend.lead, pretend.mail, pretend.text,
  pretend.written
local time = lofty.time
local DAY = "2026-06-05T12:00-04:00" -- 6:00 in Honolulu, 9:00 in Los Angeles, 12:00 in New York

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
  for _, other in ipairs { {}, lead(24) } do
    transport.reply { { json = { lead = other } } }
    err = t.fails("INVALID_RESPONSE", text, 23)
    t.matches(err.message, "the lead 23 could not be read, so nothing was sent: the reply is not about that lead")
  end
end)

t.test("a permission that is anything but no is taken for a no to messages", function()
  at(DAY)
  for _, flag in ipairs { "true", 1, "" } do
    answers { [25] = lead(25, { cannotText = flag }), [26] = lead(26, { unsubscription = flag }) }
    t.fails("CONTACT_NOT_ALLOWED", text, 25)
    t.fails("CONTACT_NOT_ALLOWED", text, 26)
  end
  t.equal(written(), {})
end)

t.test("a reply that comes behind a change of the lead is not taken for what holds after it", function()
  at(DAY)
  local now, is_first = lead(27), true
  transport.reply(function(request)
    local reply = { json = request.method == "GET" and { lead = now } or { leadId = 27 } }
    if not is_first then return reply end
    is_first = false
    lofty.leads.update(27, { unsubscription = true })
    now = lead(27, { unsubscription = true })
    return reply
  end)
  lofty.leads.get(27)
  t.fails("CONTACT_NOT_ALLOWED", text, 27)
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
  local part = { leadId = 52, firstName = "Ada", cannotText = false, cannotEmail = false, cannotCall = false }
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

