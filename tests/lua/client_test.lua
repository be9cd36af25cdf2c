-- loftyrun: allow delete_leads
-- loftyrun: allow delete_notes
-- loftyrun: allow delete_webhooks
local t = require "harness"
local transport = require "transport"
local json = require "native.json"
local lofty = require "lofty"
local client = require "lofty.client"

local ID = 651095960136641

local function answering(reply)
  transport.reply(function() return reply end)
end

--- A misuse: raised at this file's line, with nothing sent.
local function misuses(message, body, ...)
  answering { json = {} }
  local err = t.raises("client_test%.lua:%d+: ", body, ...)
  t.equal(err:gsub("^.-:%d+: ", ""), message)
  t.equal(#transport.calls, 0, "calls sent")
end

t.test("requests are built exactly", function()
  local cases = {
    { "GET /v1.0/leads", nil, function() lofty.leads.list() end },
    { "GET /v1.0/leads?contacted=false&desc=true&limit=5&stage=New%20Lead", nil,
      function() lofty.leads.list { stage = "New Lead", limit = 5.0, contacted = false, desc = true } end },
    { "GET /v1.0/leads?email=a%2Bb%40example.com", nil, function() lofty.leads.list { email = "a+b@example.com" } end },
    { "GET /v1.0/leads?key=Zo%C3%AB%20%26%20Co", nil, function() lofty.leads.list { key = "Zoë & Co" } end },
    { "GET /v1.0/leads?assignedUserId=9223372036854775807", nil,
      function() lofty.leads.list { assignedUserId = math.maxinteger } end },
    { "GET /v1.0/leads/9007199254740993", nil, function() lofty.leads.get(9007199254740993) end },
    { "GET /v1.0/leads/651095960136641?withTrash=true", nil, function() lofty.leads.get(ID, { withTrash = true }) end },
    { "DELETE /v1.0/leads/651095960136641?reason=a%20%3D%20b", nil,
      function() lofty.leads.delete(ID, { reason = "a = b" }) end },
    { "GET /v1.0/members?groupIds=7&groupIds=9&limit=5", nil,
      function() lofty.members.list { groupIds = { 7, 9 }, limit = 5 } end },
    { "POST /v2.0/tasks/5/finish", nil, function() lofty.tasks.finish(5) end },
    { "DELETE /v1.0/webhook/5", nil, function() lofty.webhooks.delete(5) end },
    { "PUT /v1.0/leads/5", '{"emails":[]}', function() lofty.leads.update(5, { emails = {} }) end },
    { "PUT /v1.0/leads/5", '{"assignedUserId":9007199254740993}',
      function() lofty.leads.update(5, { assignedUserId = 9007199254740993 }) end },
    { "PUT /v1.0/leads/5", '{"lastName":null}', function() lofty.leads.update(5, { lastName = lofty.null }) end },
  }
  for _, case in ipairs(cases) do
    local line, body, call = table.unpack(case, 1, 3)
    -- Enough of everything for any of them to be content with.
    local list = lofty.array {}
    answering { json = { leads = list, members = list, lead = { leadId = 5 } } }
    call()
    t.equal(transport.sent(), { line })
    t.equal(transport.calls[1].body, body, line)
  end
end)

t.test("a role is emptied on purpose only", function()
  answering { json = { leadId = 5 } }
  lofty.leads.assign(5, { { role = "Agent", assignee = lofty.null } })
  t.equal(json.decode(transport.calls[1].body, { keep_null = true }), { { role = "Agent", assignee = json.null } })
  misuses("leads.assign: [1].assignee is required; lofty.null empties the role", function()
    lofty.leads.assign(5, { { role = "Agent", assignee = nil } })
  end)
end)

t.test("results are unwrapped, metadata comes second", function()
  answering { json = { _metadata = { limit = 25, total = 1 }, leads = { { leadId = ID } } } }
  local leads, metadata = lofty.leads.list {}
  t.equal(leads[1].leadId, ID)
  t.equal(metadata.total, 1)
  answering { json = { lead = { leadId = ID } } }
  t.equal(lofty.leads.get(ID).leadId, ID)
  answering { json = { leadId = ID } }
  t.equal(lofty.leads.create({ firstName = "Ada" }).leadId, ID)
  answering { body = "" }
  t.equal(lofty.notes.delete(5), true)
end)

t.test("mistakes raise at the script's line and send nothing", function()
  misuses('leads.list: unknown parameter "pageSize"; did you mean "limit"?', function()
    lofty.leads.list { pageSize = 5 }
  end)
  misuses("leads.get: leadId is required", function() lofty.leads.get() end)
  misuses("leads.get: leadId must be an integer, got a table; pass its leadId", function()
    lofty.leads.get { leadId = 5 }
  end)
  misuses("tasks.finish: takes only taskId, got a table as well", function() lofty.tasks.finish(5, { x = 1 }) end)
  misuses("webhooks.list: takes no parameters, got integer 5 as well", function() lofty.webhooks.list(5) end)
  misuses('routing.get_default_rule: roleId is required when type is "4"', function()
    lofty.routing.get_default_rule(4)
  end)
  misuses("leads.list: takes at most 2 arguments, got 3", function() lofty.leads.list({}, {}, {}) end)
  misuses("leads.list: options come after the parameters, in a table of their own: "
    .. "leads.list({ ... }, { unchecked = true })", function() lofty.leads.list { unchecked = true } end)
  misuses('leads.list: unknown option "uncheked"; there are retries, unchecked and verify', function()
    lofty.leads.list({}, { uncheked = true })
  end)
  misuses("leads.list: expected a table of parameters, got integer 5", function() lofty.leads.list(5) end)
  misuses('lofty.tasks has no operation "finsh"; did you mean "finish"?', function() lofty.tasks.finsh(5) end)
  misuses('lofty has no "taks"; did you mean "tasks"?', function() lofty.taks.finish(5) end)
end)

t.test("slips of Lua are named", function()
  misuses("leads.get: use a dot, not a colon: lofty.leads.get(...)", function() lofty.leads:get(5) end)
  misuses("leads.list: use a dot, not a colon: lofty.leads.list(...)", function() lofty.leads:list { limit = 5 } end)
  misuses("leads.each: use a dot, not a colon: lofty.leads.each(...)", function() lofty.leads:each {} end)
  misuses("leads.each: call it: for lead in lofty.leads.each{ ... } do", function()
    for lead in lofty.leads.each do print(lead) end
  end)
  misuses("tasks.each_mine: call it: for task in lofty.tasks.each_mine{ ... } do", function()
    for task in lofty.tasks.each_mine do print(task) end
  end)
  misuses("team.each_tags: call it: for tag in lofty.team.each_tags{ ... } do", function()
    for tag in lofty.team.each_tags do print(tag) end
  end)
  misuses("leads.update: leadId comes first: leads.update(leadId, { ... })", function()
    lofty.leads.update { leadId = 5, stage = "Hot" }
  end)
  misuses("leads.update: one pair of braces too many", function() lofty.leads.update(5, { { stage = "Hot" } }) end)
end)

t.test("other names of operations and of modules", function()
  local cases = {
    { "tasks", "complete", '; did you mean "finish"?' },
    { "tasks", "done", '; did you mean "finish"?' },
    { "tasks", "close", '; did you mean "finish"?' },
    { "webhooks", "remove", '; did you mean "delete"?' },
    { "leads", "add", '; did you mean "create"?' },
    { "leads", "fetch", '; did you mean "get"?' },
    { "leads", "show", '; did you mean "get"?' },
    { "leads", "search", '; did you mean "list"?' },
    { "tasks", "find", '; did you mean "list"?' },
    { "leads", "query", '; did you mean "list"?' },
    { "leads", "for_each", '; did you mean "each"?' },
    { "team", "list", '; did you mean "list_tags" or "list_pipelines"?' },
    { "members", "zzzzz", "; it has each, get, get_by_id, list, me" },
  }
  for _, case in ipairs(cases) do
    local resource, verb, rest = table.unpack(case)
    misuses(('lofty.%s has no operation "%s"%s'):format(resource, verb, rest), function()
      return lofty[resource][verb]
    end)
  end
  misuses('lofty has no "times"; did you mean "time"?', function() return lofty.times end)
  misuses('lofty.time has no operation "prase"; did you mean "parse"?', function() return lofty.time.prase end)
  misuses('lofty has no "args": it is a module of its own, require "lofty.args"', function() return lofty.args.parse end)
end)

t.test("unchecked calls are sent as they are", function()
  answering { json = { leads = lofty.array {}, _metadata = { limit = 25 } } }
  lofty.leads.list({ pageSize = 5, limit = 500, x = { "a", "b" }, y = "" }, { unchecked = true })
  t.equal(transport.sent(), { "GET /v1.0/leads?limit=500&pageSize=5&x=a&x=b&y=" })
end)

t.test("unchecked calls without a table, with a body, with strange ids", function()
  answering { json = { message = "done" } }
  lofty.tasks.finish(5, { unchecked = true })
  lofty.tasks.finish(5, { why = "x" }, { unchecked = true })
  lofty.leads.update("5/../6", { tags = { 7 } }, { unchecked = true })
  t.equal(transport.sent(), { "POST /v2.0/tasks/5/finish", "POST /v2.0/tasks/5/finish", "PUT /v1.0/leads/5%2F..%2F6" })
  t.equal(transport.calls[2].body, '{"why":"x"}')
  t.equal(transport.calls[3].body, '{"tags":[7]}')
  misuses("leads.update: the body cannot be written as JSON: "
    .. select(3, json.encode { x = print }), function()
    lofty.leads.update(5, { x = print }, { unchecked = true })
  end)
end)

t.test("what Lofty refuses becomes one error", function()
  answering { status = 404, json = { code = 20006, message = "Lead not exist" } }
  local err = t.fails("LEAD_NOT_EXIST", lofty.leads.update, ID, { stage = "Hot" })
  t.equal(err.operation, "leads.update")
  t.equal(err.method, "PUT")
  t.equal(err.path, "/v1.0/leads/651095960136641")
  t.equal(err.status, 404)
  t.equal(err.outcome, "refused")
  t.equal(err.attempts, 1)
  err = t.fails("LEAD_NOT_EXIST", lofty.leads.get, ID)
  t.equal(err.outcome, nil)
  local result, caught = lofty.try(lofty.leads.get, ID)
  t.equal(result, nil)
  t.ok(lofty.error.is_error(caught) and caught:is(lofty.code.LEAD_NOT_EXIST))
end)

t.test("the outcome of a write without a usable reply", function()
  local cases = {
    { { failure = { "CONNECT_FAILED", "refused", false } }, "CONNECT_FAILED", "not_sent" },
    { { failure = { "TIMEOUT", "too slow", true } }, "TIMEOUT", "unknown" },
    { { failure = { "INVALID_RESPONSE", "cut short", true } }, "INVALID_RESPONSE", "unknown" },
    { { status = 500, json = { code = 20005, message = "There is an internal error happened" } }, 20005, "unknown" },
    { { status = 200, body = "<html>" }, "INVALID_RESPONSE", "unknown" },
    { { status = 429, json = { message = "Too Many Requests" } }, "TOO_MANY_REQUESTS", "refused" },
    { { status = 200, json = { code = 20012, message = "Invalid parameter" } }, "INVALID_PARAMETER", "refused" },
  }
  for _, case in ipairs(cases) do
    answering(case[1])
    local err = t.fails(case[2], lofty.tasks.finish, 5)
    t.equal(err.outcome, case[3], tostring(case[2]))
    err = t.fails(case[2], lofty.tasks.get, 5)
    t.equal(err.outcome, nil, tostring(case[2]))
    t.equal(err.path, "/v2.0/tasks/5")
  end
end)

t.test("asked for 100, got 25 is never silence", function()
  answering { json = { leads = lofty.array {}, _metadata = { limit = 25, total = 0 } } }
  local err = t.fails("INVALID_RESPONSE", lofty.leads.list, { limit = 100 })
  t.equal(err.message, "asked for pages of 100, got pages of 25")
  lofty.leads.list {}
  answering { json = { pipelines = lofty.array {}, _metadata = { limit = 10 } } }
  t.fails("INVALID_RESPONSE", lofty.team.list_pipelines, { pageSize = 50 })
end)

t.test("floats in a URL read back as the same number", function()
  local row = { name = "x.y", method = "GET", path = "/x" }
  for _, number in ipairs { 0.1, 1e100, 1 / 3, 123456789.125, -2.5 } do
    local target = client.request(row, {}, { n = number }).target
    t.equal(tonumber(target:match("=(.*)$")), number)
  end
  t.raises("cannot be written in a URL: it is a table", client.request, row, {}, { n = { {} } })
  t.raises("cannot be written in a URL: it is float nan", client.request, row, {}, { n = math.abs(0 / 0) })
end)

t.test("small functions of the library", function()
  t.equal(lofty.json.decode('{"id":9007199254740993}').id, 9007199254740993)
  t.equal(lofty.json.encode(lofty.array {}), "[]")
  t.raises("client_test.lua:%d+: lofty.json.decode: ", function() lofty.json.decode("{") end)
  t.raises("client_test.lua:%d+: lofty.json.decode: expected a string, got nothing", function() lofty.json.decode() end)
  t.raises("client_test.lua:%d+: lofty.json.encode: ", function() lofty.json.encode(print) end)
  t.raises('client_test.lua:%d+: lofty.sleep: expected .*, got string "5"', function() lofty.sleep("5") end)
  t.raises("client_test.lua:%d+: lofty.sleep: ", function() lofty.sleep(-1) end)
  t.raises("client_test.lua:%d+: lofty.log.info: the fields must be a table", function() lofty.log.info("x", 5) end)
  local before = lofty.now()
  lofty.sleep("20ms")
  local waited = lofty.now() - before
  t.equal(math.type(waited), "integer")
  t.ok(waited >= 15, "waited " .. waited .. " ms")
end)

