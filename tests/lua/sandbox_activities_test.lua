-- What happened with a lead: visits to the website (v1) and calls, texts and e-mails (v2).
local t = require "harness"
local box = require "sandbox_box"
local refusal = require "sandbox_refusal"

local NORA, ANOUK, LARKIN = 651095960136641, 651095960140852, 651095960140641
local FOREIGN = 651095960142540

local function visits(b, id, query)
  return b:ok("GET", "/v1.0/leads/" .. id .. "/activities", query)
end

local function visit(text, created)
  return { type = "Browse", text = text, link = "https://homes.example.com/1", picture = "p", created = created }
end

t.test("a visit shows in the list, latest first", function()
  local b = box.new "empty"
  local id = b:ok("POST", "/v1.0/leads", nil, { firstName = "Ada" }).leadId
  local path = "/v1.0/leads/" .. id .. "/activity"
  local request = visit("c", 2000)
  request.type, request.scheduledDate, request.pageName = "Request", "2026-03-01", "Tour"
  request.listing = { city = "Portland", price = 300000 }
  for _, body in ipairs { visit("a", 1000), visit("b", 3000), request, visit("d", 1000) } do
    t.equal(b:ok("POST", path, nil, body), { leadId = id })
  end
  local shown = visits(b, id)
  t.equal(box.pluck(shown, "text"), { "b", "c", "d", "a" })
  t.equal(shown[2], request)
end)

t.test("visits come a hundred at a time, whatever the limit", function()
  local b = box.new "demo"
  local first = visits(b, ANOUK, { limit = 5 })
  t.equal(#first, 100)
  local rest = visits(b, ANOUK, { curPage = 1 })
  t.equal(#rest, 21)
  t.ok(first[100].created > rest[1].created)
  t.equal(#visits(b, ANOUK, { curPage = 2 }), 0)
  t.equal(#visits(b, ANOUK, { curPage = 9223372036854775807 }), 0)
  t.equal(refusal.code(b, "leads.list_site_activities", "GET", "/v1.0/leads/" .. ANOUK .. "/activities",
    { curPage = -1 }), "INVALID_PARAMETER")
  t.equal(#visits(b, NORA), 1)
end)

t.test("visits of a lead that is not the caller's, and with a dead key", function()
  local b = box.new "demo"
  for _, id in ipairs { 1, FOREIGN } do
    local path = "/v1.0/leads/" .. id .. "/activities"
    t.equal({ refusal.code(b, "leads.list_site_activities", "GET", path) }, { "LEAD_NOT_EXIST", 404 })
    t.equal({ refusal.code(b, "leads.list_activities", "GET", "/v2.0/leads/" .. id .. "/activities") },
      { "LEAD_NOT_EXIST", 404 })
    t.equal(refusal.code(b, "leads.add_activity", "POST", "/v1.0/leads/" .. id .. "/activity", nil, visit("x", 1)),
      "LEAD_NOT_EXIST")
  end
  b.headers = { authorization = "token revoked" }
  t.equal({ refusal.code(b, "leads.list_site_activities", "GET", "/v1.0/leads/" .. NORA .. "/activities") },
    { "BAD_CREDENTIALS", 401 })
end)

-- A lead with 25 logged calls, a minute apart, and their ids in order.
local function called(b)
  local id = b:ok("POST", "/v1.0/leads", nil, { firstName = "Ada" }).leadId
  b:wait(60000)
  for i = 1, 25 do
    b:ok("POST", "/v1.0/logType", nil, { leadId = id, logType = "logCall", content = "call " .. i,
      leadPhoneNumber = "2075550111", outboundOrInbound = "outbound" })
    b:wait(60000)
  end
  return "/v2.0/leads/" .. id .. "/activities"
end

t.test("v2 activities start with the oldest ten, and page by offset or currentId", function()
  local b = box.new "empty"
  local path = called(b)
  local all = b:ok("GET", path, { limit = 1000 }).activities
  t.equal(#all, 25)
  local first = b:ok("GET", path).activities
  t.equal(#first, 10)
  t.equal(first[1].note, "call 1")
  t.equal(first[1].channel, "Call")
  t.equal(first[1].communicationType, "Logged")
  t.equal(first[1].direction, "Outbound")
  t.matches(first[1].activityTime, "^2026%-02%-25T%d%d:%d%d:%d%dZ$")
  t.equal(b:ok("GET", path, { offset = 20 }).activities[5], all[25])
  t.equal(b:ok("GET", path, { currentId = first[10].id, offset = 3 }).activities[1], all[11], "offset is ignored")
  t.equal(#b:ok("GET", path, { currentId = all[25].id }).activities, 0)
  for _, limit in ipairs { 0, 1001 } do
    t.equal(refusal.code(b, "leads.list_activities", "GET", path, { limit = limit }), "INVALID_PARAMETER")
  end
end)

t.test("a visit is no v2 activity", function()
  local b = box.new "demo"
  for _, activity in ipairs(b:ok("GET", "/v2.0/leads/" .. LARKIN .. "/activities", { limit = 1000 }).activities) do
    t.ok(({ Call = true, Text = true, Email = true })[activity.channel], activity.channel)
  end
  t.ok(#visits(b, LARKIN) > 0)
end)

