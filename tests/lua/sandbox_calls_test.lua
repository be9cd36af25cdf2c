-- Calls: the one wrapper for one and many, ids that are not the communication ids, recordings that expire.
local t = require "harness"
local json = require "native.json"
local box = require "sandbox_box"

local LARKIN, MOSS, ASHBY = 651095960140641, 651095960142540, 651095960136641

local function calls_of(b, query)
  return b:ok("GET", "/v1.0/calls", query)
end

t.test("a list with its total, newest first", function()
  local b = box.new "demo"
  local page = calls_of(b, { leadId = LARKIN })
  t.equal(page._metadata, { collection = "calls", limit = 10, offset = 0, total = 3 })
  t.ok(page.calls[1].startTime > page.calls[2].startTime and page.calls[2].startTime > page.calls[3].startTime)
  local second = calls_of(b, { leadId = LARKIN, limit = 1, offset = 1 })
  t.equal(second.calls, { page.calls[2] })
  t.equal(second._metadata.total, 3)
  t.equal(calls_of(b, { leadId = LARKIN, offset = math.maxinteger }).calls, json.array {})
  t.equal(calls_of(b, { leadId = ASHBY }).calls, json.array {})
end)

t.test("one call is wrapped in calls too", function()
  local b = box.new "demo"
  local call = calls_of(b, { leadId = LARKIN }).calls[1]
  t.equal(b:ok("GET", "/v1.0/calls/" .. call.id).calls, call)
  t.equal({ call.direction, call.status, call.duration, call.callingOutcome, call.rateScore },
    { "Outbound", "Completed", 342, "Talked", 5 })
  t.equal({ call.startTime, call.endTime }, { "2026-02-24 09:13:20", "2026-02-24 09:19:02" })
end)

t.test("the ids are the dialer's", function()
  local b = box.new "demo"
  local call = calls_of(b, { leadId = LARKIN }).calls[1]
  local history = b:ok("GET", "/v1.0/communication/call", { leadId = LARKIN }).calls
  t.equal(history[3].dialerCallRecordId, call.dialerCallRecordId)
  t.ok(history[3].id ~= call.id)
  local status, number = b:refused("GET", "/v1.0/calls/" .. history[3].id)
  t.equal({ status, number }, { 400, 20017 })
end)

t.test("an address of a recording for an hour, empty where nothing was recorded", function()
  local b = box.new "demo"
  local urls = {}
  for i, call in ipairs(calls_of(b, { leadId = LARKIN }).calls) do
    local reply = b:ok("GET", "/v1.0/call/url/" .. call.id).calls
    t.equal(reply.id, call.id)
    t.equal(reply.url ~= "", call.recordingSwitch)
    urls[i] = reply.url
  end
  t.matches(urls[1], "^https://.*expires=1772003600$")
  t.equal(urls[2], "")
end)

t.test("no call and nobody's call are refused alike", function()
  local b = box.new "demo"
  local private
  for _, entry in ipairs(b.box.store.communications.list) do
    private = entry.leadId == MOSS and entry.dialer and entry.dialer.callId or private
  end
  for _, id in ipairs { 17, private } do
    for _, path in ipairs { "/v1.0/calls/", "/v1.0/call/url/" } do
      local status, number, message = b:refused("GET", path .. id)
      t.equal({ status, number, message }, { 400, 20017, "Permission denied" })
    end
  end
end)

t.test("leads that are not there are 404, somebody else's 400", function()
  local b = box.new "demo"
  local call = calls_of(b, { leadId = LARKIN }).calls[1].id
  b:ok("DELETE", "/v1.0/leads/" .. LARKIN, { reason = "test" })
  for _, query in ipairs { {}, { leadId = 0 }, { leadId = -1 }, { leadId = 5 }, { leadId = LARKIN } } do
    local status, number = b:refused("GET", "/v1.0/calls", query)
    t.equal({ status, number }, { 404, 20006 })
  end
  for _, path in ipairs { "/v1.0/calls/", "/v1.0/call/url/" } do
    local status, number = b:refused("GET", path .. call)
    t.equal({ status, number }, { 404, 20006 })
  end
  local status, number = b:refused("GET", "/v1.0/calls", { leadId = MOSS })
  t.equal({ status, number }, { 400, 20017 })
  for _, query in ipairs { { leadId = ASHBY, limit = 0 }, { leadId = ASHBY, offset = -1 } } do
    t.equal(select(2, b:refused("GET", "/v1.0/calls", query)), 20012)
  end
end)

