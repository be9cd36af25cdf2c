-- The AI sales agent: working leads, their plans, muting, the quota, settings.
local t = require "harness"
local json = require "native.json"
local box = require "sandbox_box"

local CLARA, ASHBY, HADDAD = 651095960140018, 651095960136641, 651095960137385
local GWEN, JEROME, OCTAVIA = 651095960137174, 651095960138129, 651095960142540 -- of Marcus, of Ines, hidden
local HOUR, DAY = 3600000, 86400000
local QUOTA = 25
local SETTINGS, WORKING = "/v2.0/sales-agent/settings", "/v2.0/working-leads"

local function number_of(name)
  return require("sandbox.wire").rows()[name].number
end

local function refused(b, method, path, query, body, status, name, what)
  local got, number = b:refused(method, path, query, body)
  t.equal(got, status, what or path)
  t.equal(number, number_of(name), what or path)
end

local function limited(seed)
  local b = box.new(seed)
  b.headers.authorization = "token limited-key"
  return b
end

local function add(b, ids, with_plan)
  return b:ok("POST", WORKING .. "/add", nil, { leadIds = json.array(ids), createPlanTask = with_plan }).message
end

local function working(b, query)
  return b:ok("GET", WORKING, query)
end

local function quota(b)
  return b:ok("GET", "/v2.0/sales-agents/quota")
end

local function plans(b, lead)
  return b:ok("GET", "/v2.0/plan-tasks/lead/" .. lead)
end

local function all_leads(b)
  return box.pluck(b:ok("GET", "/v1.0/leads", { limit = 100 }).leads, "leadId")
end

t.test("a lead added is a working lead and costs quota", function()
  local b = box.new "demo"
  t.equal(b:ok("GET", "/v2.0/sales-agents/working-lead/" .. CLARA), {})
  local before = quota(b)
  t.matches(add(b, { CLARA }), "Succeeded: 1 %[" .. CLARA .. "%]; failed: 0 %[%]")
  local entry = b:ok("GET", "/v2.0/sales-agents/working-lead/" .. CLARA)
  t.equal(entry, { leadId = CLARA, firstName = "Clara", lastName = "Venning", email = "clara.venning@example.com",
    phone = "+12075550129", createdAt = "2026-02-25T06:13:20Z" })
  local after = quota(b)
  t.equal(after.usedQuota, before.usedQuota + 1)
  t.equal(after.remainingQuota, before.remainingQuota - 1)
  t.equal(after.totalQuota, before.totalQuota)
  t.equal(after.usagePercentage, after.usedQuota * 100 / after.totalQuota)
  t.equal(working(b).workingLeads[1], entry, "the latest update comes first")
  t.matches(add(b, { CLARA }), "Succeeded: 1 ")
  t.equal(quota(b), after, "once more costs nothing")
end)

t.test("what cannot be added fails alone", function()
  local b = box.new "demo"
  local message = add(b, { CLARA, OCTAVIA, 5, CLARA })
  t.matches(message, "Succeeded: 1 %[" .. CLARA .. "%]; failed: 2 %[" .. OCTAVIA .. ", 5%]")
end)

t.test("the quota ends", function()
  local b = box.new "demo"
  local before = quota(b).usedQuota
  add(b, all_leads(b))
  local full = quota(b)
  t.equal(full.usedQuota, QUOTA)
  t.equal(full.remainingQuota, 0)
  t.equal(full.hasQuotaAvailable, false)
  t.ok(before < QUOTA and #all_leads(b) > QUOTA)
  t.equal(working(b).metadata.total, QUOTA)
  b:ok("DELETE", "/v1.0/leads/" .. ASHBY, { reason = "gone" })
  t.equal(quota(b).hasQuotaAvailable, true)
end)

for _, case in ipairs { "{}", '{"leadIds":[]}', '{"leadIds":null}', '{"leadId":651095960140018}', '{"leadIds":5}',
  '{"leadIds":["x"]}', '{"leadIds":[5],"createPlanTask":"yes"}' } do
  t.test("nothing is added for " .. case, function()
    refused(box.new "demo", "POST", WORKING .. "/add", nil, case, 400, "INVALID_PARAMETER")
  end)
end

t.test("a hundred leads at a time", function()
  local b = box.new "large:150"
  local ids = all_leads(b)
  t.equal(#ids, 100)
  for _, path in ipairs { WORKING .. "/add", "/v2.0/plan-tasks/create" } do
    b:ok("POST", path, nil, { leadIds = ids })
    local more = table.move(ids, 1, 100, 1, { [101] = 5 })
    refused(b, "POST", path, nil, { leadIds = more }, 400, "INVALID_PARAMETER")
  end
end)

t.test("working leads in pages, with metadata", function()
  local b = box.new "demo"
  local all = working(b, { limit = 100 })
  t.ok(all.metadata.total > 3)
  t.equal(all.metadata, { total = #all.workingLeads, count = #all.workingLeads, offset = 0, limit = 100 })
  local ids, offset = {}, 0
  repeat
    t.equal(working(b, { limit = 1, offset = offset }).workingLeads[1], all.workingLeads[offset + 1])
    local page = working(b, { limit = "2", offset = tostring(offset) })
    t.equal(page.metadata.total, all.metadata.total)
    t.equal(page.metadata.count, #page.workingLeads)
    t.equal(page.metadata.offset, offset)
    for _, lead in ipairs(page.workingLeads) do ids[#ids + 1] = lead.leadId end
    offset = offset + 2
  until #page.workingLeads == 0
  t.equal(ids, box.pluck(all.workingLeads, "leadId"))
  t.equal(working(b).metadata.limit, 20)
end)

t.test("order of working leads", function()
  local b = box.new "demo"
  local newest = working(b, { sort = "CreateTime" }).workingLeads
  for i = 2, #newest do t.ok(newest[i - 1].createdAt >= newest[i].createdAt) end
  t.equal(newest[1].leadId, ASHBY)
  local oldest = working(b, { sort = "CreateTime", desc = "false" }).workingLeads
  t.equal(oldest[#oldest].leadId, ASHBY)
  t.equal(working(b).workingLeads[1].lastName, "Desrosiers")
end)

t.test("stages of working leads", function()
  local b = box.new "demo"
  local sum = 0
  for _, stage in ipairs { "HIGH_PRIORITY", "AI_PROSPECTING", "AI_MONITORING" } do
    local found = working(b, { aiStage = stage }).metadata.total
    t.ok(found > 0, stage)
    sum = sum + found
  end
  t.equal(sum, working(b).metadata.total)
end)

for _, query in ipairs { { limit = 101 }, { limit = 0 }, { offset = -1 }, { aiStage = "HOT" }, { limit = "x" } } do
  t.test("no working leads for " .. json.encode(query), function()
    refused(box.new "demo", "GET", WORKING, query, nil, 400, "INVALID_PARAMETER")
  end)
end

t.test("plans are for working leads", function()
  local b = box.new "demo"
  t.equal(plans(b, CLARA), json.array {})
  local function make() return b:ok("POST", "/v2.0/plan-tasks/create", nil, { leadIds = { CLARA, ASHBY, OCTAVIA } }) end
  local reply = make()
  t.equal(reply.code, 0)
  t.equal(reply.data, { succeededLeadIds = { ASHBY }, failedLeadIds = { CLARA, OCTAVIA } })
  t.equal(working(b).workingLeads[1].leadId, ASHBY)
  add(b, { CLARA })
  t.equal(plans(b, CLARA), json.array {}, "no plan unless asked for")
  t.equal(make().data.succeededLeadIds, { CLARA, ASHBY })
  t.equal(box.pluck(plans(b, CLARA), "taskType"), { "TEXT", "CALL", "EMAIL" })
  b = box.new "demo"
  add(b, { CLARA }, true)
  t.equal(#plans(b, CLARA), 3)
end)

t.test("a plan goes on by the clock", function()
  local b = box.new "demo"
  add(b, { CLARA }, true)
  add(b, { GWEN }, true)
  t.equal(plans(b, CLARA)[1].assignedTo, 844710023600001)
  t.equal(plans(b, GWEN)[1].assignedTo, 844710023600019)
  t.equal(plans(b, CLARA)[1].dueAt, "2026-02-25T08:13:20Z")
  t.equal(plans(b, CLARA)[1].createdAt, "2026-02-25T06:13:20Z")
  t.equal(box.pluck(plans(b, CLARA), "status"), { "PENDING", "PENDING", "PENDING" })
  b:wait(2 * HOUR)
  t.equal(box.pluck(plans(b, CLARA), "status"), { "FINISHED", "PENDING", "PENDING" })
  b:wait(DAY)
  t.equal(box.pluck(plans(b, CLARA), "status"), { "FINISHED", "OVERDUE", "PENDING" })
  b:ok("PUT", "/v2.0/sales-agents/working-lead/" .. CLARA .. "/mute")
  b:wait(3 * DAY)
  t.equal(box.pluck(plans(b, CLARA), "status"), { "FINISHED", "OVERDUE", "OVERDUE" }, "a muted lead gets no e-mail")
  b:ok("PUT", "/v2.0/sales-agents/working-lead/" .. CLARA .. "/mute")
  t.equal(plans(b, CLARA)[3].status, "OVERDUE", "muted since the first time")
  t.equal(box.pluck(plans(b, GWEN), "status"), { "FINISHED", "OVERDUE", "FINISHED" })
end)

t.test("muted is muted, and said as a text", function()
  local b = box.new "demo"
  local function status(lead) return b:ok("GET", "/v2.0/sales-agent/lead/mute-status", { leadId = lead }) end
  t.equal(status(ASHBY), { data = { mute = "false" } })
  t.equal(status(HADDAD), { data = { mute = "true" } })
  t.equal(type(b:ok("PUT", "/v2.0/sales-agents/working-lead/" .. ASHBY .. "/mute").message), "string")
  t.equal(status(ASHBY), { data = { mute = "true" } })
  t.equal((b:call("PUT", "/v2.0/sales-agents/working-lead/" .. ASHBY .. "/unmute")), 404)
  t.equal((b:call("DELETE", "/v2.0/sales-agents/working-lead/" .. ASHBY .. "/mute")), 405)
end)

t.test("leads one has no access to are 403", function()
  local b = box.new "demo"
  for _, lead in ipairs { OCTAVIA, 5 } do
    for _, call in ipairs { { "GET", "/v2.0/sales-agents/working-lead/" .. lead },
      { "PUT", "/v2.0/sales-agents/working-lead/" .. lead .. "/mute" }, { "GET", "/v2.0/plan-tasks/lead/" .. lead },
      { "GET", "/v2.0/sales-agent/lead/mute-status", { leadId = lead } },
      { "GET", "/v2.0/sales-agents/by-lead", { leadId = lead } } } do
      refused(b, call[1], call[2], call[3], nil, 403, "PERMISSION_DENIED")
    end
  end
  refused(b, "GET", "/v2.0/sales-agents/working-lead/0", nil, nil, 400, "INVALID_PARAMETER")
  refused(b, "GET", "/v2.0/sales-agents/by-lead", nil, nil, 400, "INVALID_PARAMETER")
  refused(b, "GET", "/v2.0/sales-agent/lead/mute-status", { leadId = "x" }, nil, 400, "INVALID_PARAMETER")
end)

t.test("a lead's sales agent is that of its agent", function()
  local b = box.new "demo"
  local own = b:ok("GET", "/v2.0/sales-agents/current")
  t.equal(own.agentName, "Dana Whitlock")
  t.equal(own.hasQuotaSeat, true)
  t.equal(quota(b).isBorrowed, false)
  t.equal(b:ok("GET", "/v2.0/sales-agents/by-lead", { leadId = ASHBY }), own)
  t.equal(b:ok("GET", "/v2.0/sales-agents/by-lead", { leadId = GWEN }).agentName, "Marcus Okafor")
  refused(b, "GET", "/v2.0/sales-agents/by-lead", { leadId = JEROME }, nil, 404, "RESOURCE_NOT_EXIST")
end)

t.test("settings stay as they were put", function()
  local b = box.new "demo"
  local before = b:ok("GET", SETTINGS)
  local body = { id = before.id, assistantName = "Bea", endActiveHour = 18, activeDays = { 0, 6 }, textChannel = false,
    callTransferType = "ToAssignedAgent", followUpRole = "Agent", leadSources = json.array {}, agentIds = { -1 } }
  t.equal(type(b:ok("PUT", SETTINGS, nil, body).message), "string")
  local expected = {}
  for name, value in pairs(before) do expected[name] = value end
  for name, value in pairs(body) do expected[name] = value end
  t.equal(b:ok("GET", SETTINGS), expected)
  t.equal(b:ok("GET", "/v2.0/sales-agents/current").assistantName, "Bea")
  b:ok("PUT", SETTINGS, nil, { id = before.id, startActiveHour = 0, endActiveHour = 23, callTransferType = "Disabled",
    followUpRole = "AI" })
  expected.startActiveHour, expected.endActiveHour = 0, 23
  expected.callTransferType, expected.followUpRole = "Disabled", "AI"
  b:ok("PUT", SETTINGS, nil, { id = before.id, headUrl = "https://example.com/x", hostedStatus = "OFF" })
  t.equal(b:ok("GET", SETTINGS), expected, "what only replies have cannot be set")
end)

for _, case in ipairs { { id = json.null }, { id = 0 }, { id = 77 }, { endActiveHour = 24 }, { startActiveHour = -1 },
  { activeDays = { 7 } }, { activeDays = 1 }, { callTransferType = "Always" }, { followUpRole = "Nobody" },
  { textChannel = "on" }, { leadTypes = { 10 } }, { agentIds = { "x" } } } do
  t.test("settings cannot be " .. json.encode(case), function()
    local b = box.new "demo"
    local before = b:ok("GET", SETTINGS)
    local body = { id = before.id, assistantName = "Bea" }
    for name, value in pairs(case) do body[name] = value end
    refused(b, "PUT", SETTINGS, nil, body, 400, "INVALID_PARAMETER")
    t.equal(b:ok("GET", SETTINGS), before)
  end)
end

t.test("who never set up a sales agent has none", function()
  local b = limited "demo"
  refused(b, "GET", SETTINGS, nil, nil, 404, "RESOURCE_NOT_EXIST")
  local id = box.new("demo"):ok("GET", SETTINGS).id
  refused(b, "PUT", SETTINGS, nil, { id = id, assistantName = "Bea" }, 400, "INVALID_PARAMETER")
  t.equal(b:ok("GET", "/v2.0/sales-agents/current").hasQuotaSeat, false)
  t.equal(quota(b).totalQuota, 0)
  t.equal(quota(b).hasQuotaAvailable, false)
  t.matches(add(b, { CLARA }), "failed: 1 %[" .. CLARA .. "%]")
  refused(b, "POST", "/v2.0/sales-agent/ai-number/send-sms-to-agent", nil, { content = "x" }, 400, "INVALID_PARAMETER")
end)

t.test("a text from the AI's number needs one", function()
  local b = box.new "demo"
  local path = "/v2.0/sales-agent/ai-number/send-sms-to-agent"
  local settings = b:ok("GET", SETTINGS)
  b:ok("POST", path, nil, { content = "A lead has answered." })
  t.equal(b.box.store.notified, { { channel = "sms", userId = 844710023600001, to = "+12075550101",
    from = settings.virtualNumber, content = "A lead has answered.", time = box.START } })
  refused(b, "POST", path, nil, { content = " " }, 400, "INVALID_PARAMETER")
  b:ok("PUT", SETTINGS, nil, { id = settings.id, virtualNumber = "" })
  refused(b, "POST", path, nil, { content = "A lead has answered." }, 400, "INVALID_PARAMETER")
  t.equal(#b.box.store.notified, 1)
end)

t.test("an empty account has all of it, empty", function()
  local b = box.new "empty"
  t.equal(working(b).workingLeads, json.array {})
  t.equal(quota(b).usedQuota, 0)
  t.ok(b:ok("GET", "/v2.0/sales-agents/current").id)
end)

