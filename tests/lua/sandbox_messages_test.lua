-- Communications: a lead's history, searches by agent, sending.
local t = require "harness"
local json = require "native.json"
local box = require "sandbox_box"

local LARKIN, GREER, MOSS, ASHBY = 651095960140641, 651095960138541, 651095960142540, 651095960136641
local HADDAD, DOYLE = 651095960137385, 651095960141907
local HOUR, DAY = 3600000, 86400000
local HISTORY, BY_ID = "/v1.0/communication/", "/v2.0/communication/"
local SMS, EMAIL = "/v1.0/message/sms/send", "/v1.0/message/email/send"
local CURSOR, OFFSET = "/v2.0/communication/agent", "/v1.0/agent/communication"

-- What one list of the history holds.
local function list(b, kind, query)
  local reply = b:ok("GET", HISTORY .. kind, query)
  return reply.calls or reply.texts or reply.emails
end

local function refusals(b, expected, cases)
  for i, case in ipairs(cases) do
    local status, number = b:refused(case[1], case[2], case[3], case[4])
    t.equal({ status, number }, expected, i .. " " .. case[2])
  end
end

t.test("each kind of message in its own list, oldest first", function()
  local b = box.new "demo"
  local texts = list(b, "text", { leadId = LARKIN })
  t.equal(box.pluck(texts, "direction"), { "Outbound", "Inbound" })
  t.equal(texts[2].textContent, "Yes, after six.")
  t.equal({ texts[1].textOutcome, texts[1].textType, texts[1].textTime },
    { "Delivered", "Manual", "2026-02-24 05:13:20" })
  t.equal(box.pluck(list(b, "email", { leadId = ASHBY }), "eventType"), { "Sent", "Opened" })
  t.equal(list(b, "email", { leadId = DOYLE })[1].eventType, "Bounced")
  t.equal(list(b, "call", { leadId = LARKIN })[1].status, "VoiceMail")
  t.equal(list(b, "text", { leadId = 9007199254740993 }), json.array {})
end)

t.test("the second version of the calls has logged ones too, with fewer members", function()
  local b = box.new "demo"
  t.equal(#list(b, "call", { leadId = GREER }), 1)
  local calls = list(b, "call/v2", { leadId = GREER })
  t.equal(#calls, 4)
  t.equal(calls[1].direction, "inbound")
  t.equal({ calls[1].status, calls[1].duration }, {})
end)

t.test("one message by its communication id", function()
  local b = box.new "demo"
  for _, kind in ipairs { "text", "email", "call" } do
    local one = list(b, kind, { leadId = kind == "email" and ASHBY or LARKIN })[1]
    t.equal(b:ok("GET", BY_ID .. kind .. "/" .. one.id), one)
  end
end)

t.test("a logged call is found by its id, without what only the dialer knows", function()
  local b = box.new "demo"
  local call = b:ok("GET", BY_ID .. "call/" .. list(b, "call/v2", { leadId = GREER })[1].id)
  t.equal({ call.direction, call.leadPhoneNumber }, { "Inbound", "+12075550122" })
  t.equal({ call.status, call.elapsedTime, call.startTime, call.dialerCallRecordId }, {})
end)

t.test("not there, of another kind and somebody else's are refused alike", function()
  local b = box.new "demo"
  local private
  for _, entry in ipairs(b.box.store.communications.list) do
    private = entry.leadId == MOSS and entry.kind == "call" and entry.id or private
  end
  local text, email = list(b, "text", { leadId = LARKIN })[1].id, list(b, "email", { leadId = ASHBY })[1].id
  b:ok("DELETE", "/v1.0/leads/" .. ASHBY, { reason = "test" })
  refusals(b, { 400, 20017 }, {
    { "GET", BY_ID .. "call/17" }, { "GET", BY_ID .. "call/" .. text }, { "GET", BY_ID .. "call/" .. private },
    { "GET", BY_ID .. "text/17" }, { "GET", BY_ID .. "text/" .. email }, { "GET", BY_ID .. "email/" .. text },
    { "GET", BY_ID .. "email/" .. email }, { "GET", BY_ID .. "email/17" },
  })
end)

t.test("paging a list by offset and by currentId", function()
  local b = box.new "demo"
  local all = list(b, "text", { leadId = LARKIN })
  t.equal(list(b, "text", { leadId = LARKIN, offset = 1 }), { all[2] })
  t.equal(list(b, "text", { leadId = LARKIN, limit = 1 }), { all[1] })
  t.equal(list(b, "text", { leadId = LARKIN, currentId = all[1].id, offset = 5 }), { all[2] })
  t.equal(list(b, "text", { leadId = LARKIN, currentId = all[2].id }), json.array {})
  for _ = 1, 12 do
    b:ok("POST", SMS, nil, { leadId = LARKIN, content = "again" })
  end
  t.equal(#list(b, "text", { leadId = LARKIN }), 10, "ten unless asked")
end)

t.test("lists refuse leads that are not the caller's, and wrong windows", function()
  local b = box.new "demo"
  for _, kind in ipairs { "call", "call/v2", "text", "email" } do
    local path = HISTORY .. kind
    refusals(b, { 404, 20006 }, { { "GET", path, { leadId = 5 } }, { "GET", path, { leadId = MOSS } } })
    refusals(b, { 400, 20012 }, { { "GET", path }, { "GET", path, { leadId = LARKIN, limit = 0 } },
      { "GET", path, { leadId = LARKIN, limit = 1001 } }, { "GET", path, { leadId = LARKIN, offset = -1 } } })
  end
end)

t.test("the cursor leads through everything once", function()
  local b = box.new "demo"
  local function page(query)
    query.startTime, query.endTime = box.START - 90 * DAY, box.START
    return b:ok("GET", CURSOR, query)
  end
  local whole = page {}
  local all = box.pluck(whole.data, "id")
  t.ok(#all > 10)
  t.equal({ whole.limit, whole.hasMore, whole.nextCursor }, { 100, false })
  local paged, cursor = {}, nil
  repeat
    local reply = page { limit = 4, cursor = cursor }
    t.equal({ reply.limit, reply.totalCount }, { 4, #all })
    t.equal(reply.hasMore, reply.nextCursor ~= nil)
    table.move(box.pluck(reply.data, "id"), 1, #reply.data, #paged + 1, paged)
    cursor = reply.nextCursor
  until not cursor
  t.equal(paged, all)
  local last = page { limit = #all }
  t.ok(last.nextCursor, "a full page cannot tell")
  last = page { limit = #all, cursor = last.nextCursor }
  t.equal({ last.data, last.nextCursor, last.hasMore }, { json.array {}, nil, false })
end)

t.test("searches keep to type and time", function()
  local b = box.new "demo"
  local query = { startTime = box.START - 24 * HOUR, endTime = box.START - 23 * HOUR, type = "TEXT" }
  local data = b:ok("GET", CURSOR, query).data
  t.equal(box.pluck(data, "leadId"), { LARKIN, ASHBY })
  t.equal({ data[1].eventType, data[1].communicationType, data[2].communicationType, data[1].communicationTime },
    { "Text", "MANUAL", "AUTO", "2026-02-24 06:13:20" })
  query.type, query.startTime, query.endTime = "EMAIL", box.START - 22 * HOUR, box.START
  t.equal(box.pluck(b:ok("GET", CURSOR, query).data, "eventType"), { "Sent Email", "Opened Email" })
  query.type = "CALL"
  local call = b:ok("GET", CURSOR, query).data[1]
  t.equal({ call.eventType, call.status, call.callOutcome, call.callDuration },
    { "Call", "Completed", "Talked", "342" })
end)

t.test("a team's search finds more than one's own, but nobody's private leads", function()
  local b = box.new "demo"
  local query = { startTime = box.START - 90 * DAY, endTime = box.START, limit = 1000 }
  local own = b:ok("GET", CURSOR, query).totalCount
  query.teamView = true
  local team = b:ok("GET", CURSOR, query)
  t.ok(team.totalCount > own)
  for _, entry in ipairs(team.data) do
    t.ok(entry.leadId ~= MOSS)
  end
end)

t.test("a team's search needs the permission of its name", function()
  local b = box.new "demo"
  local headers = { authorization = "token limited-key", ["content-type"] = "application/json" }
  local window = { startTime = box.START - DAY, endTime = box.START, type = "ALL", teamView = true }
  local expected = { 400, require("sandbox.wire").rows().ACCESS_ALL_TEAM_LEADS.number }
  local status, number = b:refused("GET", CURSOR, window, nil, headers)
  t.equal({ status, number }, expected)
  status, number = b:refused("POST", OFFSET, nil, window, headers)
  t.equal({ status, number }, expected)
  window.teamView = false
  t.equal((b:call("GET", CURSOR, window, nil, headers)), 200)
  t.equal((b:call("POST", OFFSET, nil, window, headers)), 200)
end)

t.test("the search by offset covers a day and has no total", function()
  local b = box.new "demo"
  local body = { startTime = box.START - DAY, endTime = box.START, type = "ALL" }
  local all = b:ok("POST", OFFSET, nil, body)
  t.equal({ all.offset, all.limit, all.hasMore, all.totalCount }, { 0, 10, false })
  local by_cursor = b:ok("GET", CURSOR, { startTime = body.startTime, endTime = body.endTime })
  t.equal(all.pageData, by_cursor.data)
  body.limit, body.offset = 2, 1
  local page = b:ok("POST", OFFSET, nil, body)
  t.equal(page.pageData, { all.pageData[2], all.pageData[3] })
  t.equal({ page.offset, page.limit, page.hasMore }, { 1, 2, true })
  body.offset = 1000
  page = b:ok("POST", OFFSET, nil, body)
  t.equal({ page.pageData, page.hasMore }, { json.array {}, false })
end)

t.test("refusals of the searches", function()
  local b = box.new "demo"
  local now = box.START
  local function with(changes)
    local wish = { startTime = now - HOUR, endTime = now, type = "ALL" }
    for name, value in pairs(changes) do
      wish[name] = value
    end
    return wish
  end
  refusals(b, { 400, 20012 }, {
    { "GET", CURSOR, { endTime = now } }, { "GET", CURSOR, { startTime = now } },
    { "GET", CURSOR, with { type = "call" } }, { "GET", CURSOR, with { limit = 0 } },
    { "GET", CURSOR, with { limit = 1001 } }, { "GET", CURSOR, with { cursor = "x" } },
    { "GET", CURSOR, with { startTime = now + 1 } }, { "GET", CURSOR, with { startTime = now - 90 * DAY - 1 } },
    { "GET", CURSOR, with { startTime = math.mininteger } },
    { "POST", OFFSET, nil, with { type = json.null } }, { "POST", OFFSET, nil, with { type = "Call" } },
    { "POST", OFFSET, nil, with { startTime = json.null } }, { "POST", OFFSET, nil, with { endTime = json.null } },
    { "POST", OFFSET, nil, with { startTime = now - DAY - 1 } }, { "POST", OFFSET, nil, with { limit = 1001 } },
    { "POST", OFFSET, nil, with { offset = -1 } }, { "POST", OFFSET, nil, with { teamView = "yes" } },
  })
end)

t.test("a text goes to the number asked for, if it is the lead's, and into the history", function()
  local b = box.new "demo"
  local reply = b:ok("POST", SMS, nil, { leadId = LARKIN, content = "Hello" })
  t.equal({ reply.phoneNumber, reply.phoneCode, type(reply.messageId) }, { "2075550132", "1", "string" })
  b:ok("PUT", "/v1.0/leads/" .. LARKIN, nil, { phones = json.array { "+12075550132", "(802) 555-0188" } })
  reply = b:ok("POST", SMS, nil, { leadId = LARKIN, content = "There", phoneNumber = "8025550188", phoneCode = "1" })
  t.equal(reply.phoneNumber, "8025550188")
  reply = b:ok("POST", SMS, nil, { leadId = LARKIN, content = "Nobody's", phoneNumber = "2125550100" })
  t.equal(reply.phoneNumber, "2075550132", "not the lead's")
  local texts = list(b, "text", { leadId = LARKIN })
  t.equal({ texts[3].textContent, texts[3].direction, texts[3].textType, texts[3].textOutcome },
    { "Hello", "Outbound", "Manual", "Delivered" })
  t.equal(box.pluck(b.box.store.sent, "content"), { "Hello", "There", "Nobody's" })
  local found = b:ok("GET", CURSOR, { startTime = box.START, endTime = box.START }).data
  t.equal(box.pluck(found, "id"), box.pluck({ texts[3], texts[4], texts[5] }, "id"))
end)

t.test("a number abroad needs its country's code", function()
  local b = box.new "demo"
  b:ok("PUT", "/v1.0/leads/" .. LARKIN, nil, { phones = json.array { "+12075550132", "+442075550133" } })
  local body = { leadId = LARKIN, content = "Hello", phoneNumber = "2075550133", phoneCode = "44" }
  local reply = b:ok("POST", SMS, nil, body)
  t.equal({ reply.phoneCode, reply.phoneNumber }, { "", "442075550133" })
  body.phoneCode = nil
  t.equal(b:ok("POST", SMS, nil, body).phoneNumber, "2075550132")
end)

t.test("a text that must not be sent is accepted and not delivered", function()
  local b = box.new "demo"
  b:ok("POST", SMS, nil, { leadId = HADDAD, content = "Hello" })
  local texts = list(b, "text", { leadId = HADDAD })
  t.equal(texts[#texts].textOutcome, "Undelivered")
end)

t.test("an e-mail goes to the address asked for, if it is the lead's, and into the history", function()
  local b = box.new "demo"
  local mail = { leadId = LARKIN, subject = "Tour", content = "<p>Saturday?</p>", toEmail = "nobody@example.com" }
  local reply = b:ok("POST", EMAIL, nil, mail)
  t.equal({ reply.toEmail, reply.subject, type(reply.messageId) }, { "beau.larkin@example.com", "Tour", "string" })
  b:ok("PUT", "/v1.0/leads/" .. LARKIN, nil,
    { emails = json.array { "beau.larkin@example.com", "beau@example.com" } })
  mail.toEmail = "Beau@Example.com"
  t.equal(b:ok("POST", EMAIL, nil, mail).toEmail, "beau@example.com")
  local emails = list(b, "email", { leadId = LARKIN })
  t.equal({ #emails, emails[1].eventType, emails[1].emailType, emails[1].emailSubject },
    { 2, "Sent", "Manual", "Tour" })
  t.equal({ b.box.store.sent[2].content, b.box.store.sent[2].to }, { "<p>Saturday?</p>", "beau@example.com" })
end)

t.test("what cannot be sent", function()
  local b = box.new "demo"
  b:ok("PUT", "/v1.0/leads/" .. DOYLE, nil, { phones = json.array {}, emails = json.array {} })
  refusals(b, { 400, 20012 }, {
    { "POST", SMS, nil, { content = "x" } }, { "POST", SMS, nil, { leadId = LARKIN } },
    { "POST", SMS, nil, { leadId = LARKIN, content = " " } }, { "POST", SMS, nil, { leadId = 5, content = "x" } },
    { "POST", SMS, nil, { leadId = DOYLE, content = "x" } },
    { "POST", EMAIL, nil, { leadId = LARKIN, content = "x" } },
    { "POST", EMAIL, nil, { leadId = LARKIN, subject = "x" } },
    { "POST", EMAIL, nil, { subject = "x", content = "x" } },
    { "POST", EMAIL, nil, { leadId = 5, subject = "x", content = "x" } },
    { "POST", EMAIL, nil, { leadId = DOYLE, subject = "x", content = "x" } },
  })
  refusals(b, { 400, 20017 }, {
    { "POST", SMS, nil, { leadId = MOSS, content = "x" } },
    { "POST", EMAIL, nil, { leadId = MOSS, subject = "x", content = "x" } },
  })
  t.equal(b.box.store.sent, {})
end)

t.test("a caller without a virtual number sends no text", function()
  local b = box.new "demo"
  local caller = require("sandbox.account").caller
  local number = caller.virtual
  caller.virtual = ""
  local status, code = b:refused("POST", SMS, nil, { leadId = LARKIN, content = "x" })
  caller.virtual = number
  t.equal({ status, code }, { 400, 20012 })
end)

t.test("a message just sent shows in the history when it has settled", function()
  local b = box.new "demo"
  b.box.store.lag = 1000
  b:ok("POST", SMS, nil, { leadId = ASHBY, content = "x" })
  local path = BY_ID .. "text/" .. b.box.store.sent[1].id
  t.equal(#list(b, "text", { leadId = ASHBY }), 1)
  refusals(b, { 400, 20017 }, { { "GET", path } })
  b:wait(1000)
  t.equal(list(b, "text", { leadId = ASHBY })[2], b:ok("GET", path))
end)

