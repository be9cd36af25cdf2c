local t = require "harness"
local errors = require "lofty.error"
local operations = require "lofty.operations"
local reply = require "lofty.reply"

--- Operations that are used here and need not have a row yet.
local EXTRA = {
  ["agents.reactivate"] = { method = "POST", codes = { "SEAT_INSUFFICIENT", 990112, 1900012 } },
  ["agents.add_tags"] = { method = "POST" },
  ["calls.get"] = { method = "GET", codes = { "PERMISSION_DENIED", "LEAD_NOT_FOUND" } },
  ["transactions.create"] = { method = "POST", codes = { "INVALID_PARAMETER", "LEAD_NOT_EXIST",
    "TRANSACTION_NAME_BLANK", "TRANSACTION_NAME_HTML" } },
  ["leads.sync_brokermint"] = { method = "PUT" },
  ["notifications.send_opportunity"] = { method = "POST", reply = "data", codes = { 20005 } },
  ["v1.tasks.update"] = { method = "PUT", codes = { "INVALID_PARAMETER", "MISSING_PARAMETER", "LEAD_NOT_EXIST",
    "TASK_NOT_EXIST", "INVALID_UPDATE_OPERATION_LEADID", "TASK_IS_SMARTPLAN" } },
  ["calendar.list"] = { method = "GET", reply = "data.items", page = "index" },
  ["listings.search"] = { method = "POST", read = true, reply = "listing", page = "index" },
  ["routing.update_rule"] = { method = "PUT", codes = { "PERMISSION_DENIED", "STRATEGY_TYPE_ERROR",
    "STRATEGY_TYPE_NOT_MATCH", "INVAID_ID" } },
  ["messages.list_by_agent"] = { method = "GET", reply = "data", page = "cursor", codes = { "ACCESS_ALL_TEAM_LEADS" } },
}
for name, row in pairs(EXTRA) do row.name = name end

local function interpret(name, status, body, more)
  local operation = operations.find(name) or EXTRA[name] or error("no such operation: " .. name)
  more = more or {}
  local response = { status = status, headers = more.headers or {}, body = body, elapsed = 0.25 }
  return reply.interpret(operation, response, function() return more.code_names end)
end

local function refusal(name, status, body, more)
  local ok, fields = interpret(name, status, body, more)
  if ok then error(("%s: %s was taken for success"):format(name, body), 2) end
  return errors.new(fields)
end

local CHIME = '{"message":"BaseApplicationException:errorCode=%d,errorMsg=%s"}'

-- operation, status, body, then code, category, number, message (nil: any)
local REFUSALS = {
  -- a
  { "leads.get", 404, '{"code":20006,"message":"Lead not exist"}', "LEAD_NOT_EXIST", "not_found", 20006, "Lead not exist" },
  { "leads.list", 403, '{"code":200100,"message":"Sorry."}', 200100, "permission", 200100 },
  { "leads.list", 400, '{"code":200058,"message":"User in token does not exist."}', 200058, "auth", 200058 },
  { "notes.delete", 400, '{"code":20001,"message":"Content-type must be: application/json"}', 20001, "validation", 20001 },
  { "leads.list", 400, '{"code":"20042","message":"Limit must be between 1 and 100"}', "LIMIT_NOT_VALID", "validation",
    20042 },
  { "tasks.finish", 400, '{"code":"TASK_IS_SMARTPLAN","message":"no"}', "TASK_IS_SMARTPLAN", "conflict" },
  { "tasks.get", 400, '{"code":20017,"message":"no"}', "PERMISSION_DENIED", "permission", 20017 },
  { "tasks.get", 403, '{"code":20017,"message":"no"}', "PERMISSION_DENIED", "permission", 20017 },
  { "leads.get", 400, '{"code":424242,"message":"Something new"}', 424242, "validation", 424242, "Something new" },
  { "leads.get", 400, '{"code":"SOMETHING_NEW","message":"x"}', "SOMETHING_NEW", "validation" },
  { "leads.get", 400, '{"code":424242}', 424242, "validation", 424242, "no reason was given" },
  { "leads.get", 500, '{"code":20005,"message":"There is an internal error happened"}', 20005, "server", 20005 },
  -- b
  { "leads.get", 404, CHIME:format(20006, "Lead not exist"), "LEAD_NOT_EXIST", "not_found", 20006, "Lead not exist" },
  { "leads.get", 500, CHIME:format(20005, "There is an internal error happened"), 20005, "server", 20005,
    "There is an internal error happened" },
  { "leads.get", 200, CHIME:format(20006, "Lead not exist"), "LEAD_NOT_EXIST", "not_found", 20006 },
  -- c
  { "leads.list", 429, '{"message":"Too Many Requests"}', "TOO_MANY_REQUESTS", "rate_limit" },
  { "leads.list", 429, "", "TOO_MANY_REQUESTS", "rate_limit" },
  { "leads.list", 429, '{"code":429,"message":"slow down"}', "TOO_MANY_REQUESTS", "rate_limit", 429 },
  -- d
  { "leads.get", 404, '"Lead not exist"', "LEAD_NOT_EXIST", "not_found", nil, "Lead not exist" },
  { "leads.get", 401, '"Bad credentials"', "BAD_CREDENTIALS", "auth" },
  { "leads.get", 401, '"Something"', "UNAUTHORIZED", "auth" },
  -- e
  { "agents.reactivate", 200, '{"code":310111,"message":"no seat"}', "SEAT_INSUFFICIENT", "quota", 310111 },
  { "agents.reactivate", 200, '{"code":990112,"message":"active","data":{}}', 990112, "conflict", 990112 },
  { "agents.reactivate", 200, '{"code":1900012,"message":"no"}', 1900012, "permission", 1900012 },
  { "leads.sync_brokermint", 200, '{"code":5,"message":"not linked"}', 5, "conflict", 5, "not linked" },
  -- f
  { "agents.add_tags", 200, '{"data":false,"errorCode":20003,"errorMsg":"gone"}', "USER_NOT_EXIST", "not_found", 20003,
    "gone" },
  { "agents.add_tags", 400, '{"data":null,"errorCode":20012,"errorMsg":"bad"}', "INVALID_PARAMETER", "validation", 20012,
    "bad" },
  -- g
  { "notifications.send_opportunity", 200, '{"status":{"code":20005,"msg":"broke"},"data":false}', 20005, "server", 20005,
    "broke" },
  -- h, i, and what gateways answer
  { "leads.get", 404, '{"message":"The requested API endpoint does not exist"}', "NOT_FOUND", "not_found" },
  { "leads.get", 404, "The requested API endpoint does not exist", "NOT_FOUND", "not_found", nil,
    "The requested API endpoint does not exist" },
  { "team.list_tags", 415, '{"message":"Content-Type \'null\' is not supported"}', "BAD_REQUEST", "validation" },
  { "team.list_tags", 406, '"Not Acceptable"', "BAD_REQUEST", "validation" },
  { "leads.list", 502, "<html><head><title>502 Bad\n Gateway</title></head><body><h1>x</h1></body></html>", "SERVER_ERROR",
    "server", nil, "502 Bad Gateway" },
  { "leads.list", 503, "<h1>Down &amp; out</h1>", "SERVER_ERROR", "server", nil, "Down & out" },
  { "leads.list", 403, "<!doctype html><p>Attention</p>", "FORBIDDEN", "permission", nil, "Attention" },
  { "leads.list", 400, '{"code":20', "BAD_REQUEST", "validation" },
  { "leads.get", 404, '{"timestamp":1,"status":404,"error":"Not Found","path":"/x"}', "NOT_FOUND", "not_found", nil,
    "Not Found" },
  { "leads.get", 400, '{"error":"invalid_grant","error_description":"Grant is gone"}', "BAD_REQUEST", "validation", nil,
    "Grant is gone" },
  { "leads.list", 500, "null", "SERVER_ERROR", "server" },
  { "leads.list", 302, "", "INVALID_RESPONSE", "protocol" },
  -- numbers with two names
  { "calls.get", 404, '{"code":20006,"message":"x"}', "LEAD_NOT_FOUND", "not_found", 20006 },
  { "transactions.create", 400, '{"code":200062,"message":"name is blank"}', "TRANSACTION_NAME_BLANK", "validation" },
  { "transactions.create", 400, '{"code":200062,"message":"no HTML, please"}', "TRANSACTION_NAME_HTML", "validation" },
}

t.test("every shape of refusal is understood", function()
  for _, case in ipairs(REFUSALS) do
    local name, status, body, code, category, number, message = table.unpack(case, 1, 7)
    local err = refusal(name, status, body)
    t.equal(err.code, code, body)
    t.equal(err.category, category, body)
    if number then t.equal(err.number, number, body) end
    if message then t.equal(err.message, message, body) end
    t.equal(err.status, status)
    t.equal(err.operation, name)
    t.equal(err.elapsed, 0.25)
  end
end)

-- operation, status, number or false, message, name
local DEDUCED = {
  { "tasks.finish", 400, 20301, "Cannot modify a task that belongs to a Smart Plan", "TASK_IS_SMARTPLAN" },
  { "tasks.finish", 400, false, "Cannot modify a task that belongs to a Smart Plan.", "TASK_IS_SMARTPLAN" },
  { "tasks.finish", 400, 20301, "smartplan task", "TASK_IS_SMARTPLAN" },
  { "tasks.finish", 400, 20301, "task is smart-plan", "TASK_IS_SMARTPLAN" },
  { "tasks.update", 400, 20301, "This task was created by SmartPlan", "TASK_IS_SMARTPLAN" },
  { "v1.tasks.update", 400, false, "TASK_IS_SMARTPLAN", "TASK_IS_SMARTPLAN" },
  { "tasks.finish", 404, 20302, "Task not exist", "TASK_NOT_EXIST" },
  { "tasks.get", 404, false, "Task 4411 doesn't exist", "TASK_NOT_EXIST" },
  { "tasks.finish", 404, false, "Lead not exist", "LEAD_NOT_EXIST" },
  { "tasks.update", 400, false, "At least one field has to be given", "MISSING_PARAMETER" },
  { "v1.tasks.update", 400, 1, "leadId does not match the task's lead", "INVALID_UPDATE_OPERATION_LEADID" },
  { "webhooks.create", 400, 20401, "Maximum number of webhook subscriptions reached", "WEBHOOK_EXCEED_LIMIT" },
  { "webhooks.create", 400, false, "Maximum number of webhook subscriptions reached.", "WEBHOOK_EXCEED_LIMIT" },
  { "webhooks.create", 400, 20401, "webhook limit exceeded", "WEBHOOK_EXCEED_LIMIT" },
  { "webhooks.create", 400, 20401, "Webhook exceed limit", "WEBHOOK_EXCEED_LIMIT" },
  { "webhooks.create", 400, false, "You have too many subscriptions", "WEBHOOK_EXCEED_LIMIT" },
  { "webhooks.create", 400, false, "listId 13 is not supported", "WEBHOOK_TYPE_ERROR" },
  { "webhooks.create", 400, 1, "unsupported event type", "WEBHOOK_TYPE_ERROR" },
  { "webhooks.create", 400, false, "Please enter url in right format", "WEBHOOK_CALLBACK_URL_INVALID" },
  { "webhooks.delete", 400, 1, "Subscription does not exist", "WEBHOOK_DELETE_NOT_EXIST" },
  { "webhooks.delete", 400, false, "Webhook 5 was not found", "WEBHOOK_DELETE_NOT_EXIST" },
  { "webhooks.delete", 400, 1, "You do not own this subscription", "WEBHOOK_DELETE_NO_AUTHORITY" },
  { "members.list", 400, 1, "limit exceeds the maximum", "LIMIT_PARAM_OVERSIZE" },
  { "routing.update_rule", 400, 1, "Strategy type does not match the rule", "STRATEGY_TYPE_NOT_MATCH" },
  { "routing.update_rule", 400, 1, "Strategy type unknown", "STRATEGY_TYPE_ERROR" },
  { "messages.list_by_agent", 400, 1, "teamView needs more permission", "ACCESS_ALL_TEAM_LEADS" },
  { "leads.create", 400, false, "rate limit exceeded", "TOO_MANY_REQUESTS" },
}

t.test("names without a number are deduced, and marked", function()
  for _, case in ipairs(DEDUCED) do
    local name, status, number, message, expected = table.unpack(case)
    local body = number and ('{"code":%d,"message":"%s"}'):format(number, message) or ('{"message":"%s"}'):format(message)
    local err = refusal(name, status, body)
    t.equal(err.code, expected, name .. ": " .. body)
    t.equal(err.inferred, true, body)
    t.equal(err.number, number or nil, body)
    assert(err:is(expected))
  end
end)

t.test("what the reply does not tell is not made up", function()
  for _, case in ipairs {
    -- That an operation documents one code for a status is no evidence for it.
    { "tasks.finish", 400, '{"code":31001}', 31001 },
    { "tasks.finish", 400, '{"code":31001,"message":"you may not"}', 31001 },
    { "tasks.finish", 400, '{"message":"you may not"}', "BAD_REQUEST" },
    { "tasks.finish", 400, '{"code":40001,"message":"Your package quota of API calls is used up"}', 40001 },
    { "tasks.finish", 400, '{"code":40001,"message":"Task is locked by another user"}', 40001 },
    { "tasks.finish", 400, '"string"', "BAD_REQUEST" },
    -- A limit of calls is not the limit of subscriptions.
    { "webhooks.create", 400, '{"message":"API rate limit exceeded"}', "TOO_MANY_REQUESTS" },
    { "webhooks.create", 400, '{"message":"Call limit reached"}', "TOO_MANY_REQUESTS" },
    { "webhooks.create", 400, '{"code":20999,"message":"daily quota reached"}', 20999 },
    { "webhooks.create", 400, '{"code":20999,"message":"package limit exceeded"}', 20999 },
    { "webhooks.create", 400, '{"code":20999,"message":"The webhook callback URL exceeds the maximum length"}', 20999 },
    -- Neither is a stranger's 404 the absence of what was asked for.
    { "tasks.delete", 404, "<html><head><title>404 Not Found</title></head></html>", "NOT_FOUND" },
    { "tasks.delete", 404, "Task not found", "NOT_FOUND" },
    { "webhooks.delete", 400, '{"code":20999,"message":"Token not found"}', 20999 },
    { "webhooks.delete", 400, '{"code":20999,"message":"User does not exist"}', 20999 },
    { "webhooks.delete", 400, '{"code":20999,"message":"Endpoint not found"}', 20999 },
    { "tasks.finish", 400, '{"message":"Required header is missing"}', "MISSING_PARAMETER" },
    { "tasks.finish", 400, '{"message":"JSON parse error"}', "BAD_REQUEST" },
    { "tasks.finish", 400, '{"code":20999,"message":"Invalid parameter"}', 20999 },
    { "tasks.finish", 400, "", "BAD_REQUEST" },
    { "tasks.finish", 404, '{"code":20999,"message":"who knows"}', 20999 }, -- two codes are documented for 404
    { "tasks.get", 404, '{"message":"Not Found"}', "NOT_FOUND" },
    { "tasks.finish", 500, '{"message":"smart plan service is down"}', "SERVER_ERROR" },
    { "leads.get", 404, '{"message":"who knows"}', "NOT_FOUND" },
    { "leads.get", 400, '{"message":"smart plan"}', "BAD_REQUEST" }, -- not an operation on tasks
    { "webhooks.create", 400, '{"code":20999,"message":"who knows"}', 20999 },
    { "webhooks.create", 400, '{"code":20999,"message":"limit must be between 1 and 5000"}', 20999 },
  } do
    local err = refusal(case[1], case[2], case[3])
    t.equal(err.code, case[4], case[3])
  end
  t.equal(refusal("leads.get", 404, '{"code":20006,"message":"x"}').inferred, nil)
end)

t.test("a profile's names for numbers come first and are not deduced", function()
  local more = { code_names = { [20301] = "TASK_IS_SMARTPLAN" } }
  local err = refusal("tasks.update", 400, '{"code":20301,"message":"no"}', more)
  t.equal(err.code, "TASK_IS_SMARTPLAN")
  t.equal(err.number, 20301)
  t.equal(err.inferred, nil)
  assert(err:is("TASK_IS_SMARTPLAN") and err:is(20301))
end)

t.test("a write knows what became of it", function()
  for _, case in ipairs {
    { "leads.create", 400, '{"code":20012,"message":"x"}', "refused" },
    { "leads.create", 429, '{"message":"Too Many Requests"}', "refused" },
    { "leads.create", 500, '{"code":20005,"message":"x"}', "unknown" },
    { "leads.create", 502, "<html></html>", "unknown" },
    { "leads.create", 200, '{"leadId":', "unknown" },
    { "leads.create", 200, "<html><title>Hello</title></html>", "unknown" },
    { "agents.reactivate", 200, '{"code":310111,"message":"x"}', "refused" },
    { "notifications.send_opportunity", 200, '{"status":{"code":20005,"msg":"x"}}', "unknown" },
    { "leads.get", 500, "", nil }, { "leads.get", 404, "", nil }, { "listings.search", 500, "", nil },
  } do
    local err = refusal(case[1], case[2], case[3])
    t.equal(err.outcome, case[4], case[3])
    if err.outcome == "unknown" then t.equal(err.retryable, false) end
  end
end)

-- operation, status, body, value, metadata
local RESULTS = {
  { "leads.get", 200, '{"lead":{"leadId":651095960136641,"code":7,"message":"hi"}}',
    { leadId = 651095960136641, code = 7, message = "hi" } },
  { "leads.get", 200, '{"lead":{"leadId":1},"code":7,"message":"hi"}', { leadId = 1 } },
  { "leads.list", 200, '{"_metadata":{"total":1,"scrollId":"s"},"leads":[{"leadId":1}]}', { { leadId = 1 } },
    { total = 1, scrollId = "s" } },
  { "leads.list", 200, '{"leads":[]}', {} },
  { "leads.list", 200, '{"code":0,"message":"success","data":{"leads":[],"_metadata":{"total":0}}}', {}, { total = 0 } },
  { "leads.create", 200, '{"leadId":9}', { leadId = 9 } },
  -- described bare, seen wrapped
  { "leads.get", 200, '{"leadId":9,"firstName":"A"}', { leadId = 9, firstName = "A" } },
  { "tasks.get", 200, '{"id":9}', { id = 9 } },
  { "notes.get", 200, '{"noteId":9}', { noteId = 9 } },
  { "tasks.list", 200, '{"tasks":[{"id":1}]}', { { id = 1 } } },
  { "tasks.finish", 200, '{"message":"Task finished"}', { message = "Task finished" } },
  { "tasks.finish", 200, '{"code":200,"message":"OK"}', { code = 200, message = "OK" } },
  { "webhooks.list", 200, "[]", {} },
  { "webhooks.delete", 200, "", true },
  { "webhooks.delete", 204, "", true },
  { "leads.delete", 200, "null", true },
  { "routing.update_rule", 200, '"success"', "success" },
  { "calendar.list", 200, '{"data":{"total":3,"page":0,"pageSize":2,"items":[{"id":"1-task"}]}}', { { id = "1-task" } },
    { total = 3, page = 0, pageSize = 2 } },
  { "listings.search", 200, '{"listing":[],"metadata":{"hasMore":false}}', {}, { hasMore = false } },
  { "messages.list_by_agent", 200, '{"data":[1],"nextCursor":"c","hasMore":true}', { 1 }, { nextCursor = "c", hasMore = true } },
  { "agents.reactivate", 200, '{"code":0,"message":"success"}', { code = 0, message = "success" } },
  { "agents.reactivate", 200, '{"code":0,"message":"success","data":{"id":5}}', { id = 5 } },
  { "agents.add_tags", 200, '{"data":true,"errorCode":0,"errorMsg":""}', true },
  { "notifications.send_opportunity", 200, '{"status":{"code":0,"msg":"ok"},"data":false}', false },
  { "notifications.send_opportunity", 200, '{"status":{"code":0,"msg":"ok"}}', true },
  { "members.me", 200, '{"id":5,"status":1}', { id = 5, status = 1 } },
}

t.test("results are unwrapped", function()
  for _, case in ipairs(RESULTS) do
    local name, status, body, value, metadata = table.unpack(case, 1, 5)
    local ok, actual, beside = interpret(name, status, body)
    if not ok then error(body .. ": " .. tostring(errors.new(actual))) end
    t.equal(actual, value, body)
    t.equal(beside, metadata, body)
  end
end)

t.test("a write that answers with nothing of its own is refused by any code, and by success = false", function()
  for _, name in ipairs { "tasks.finish", "notes.update" } do
    t.equal(refusal(name, 200, '{"code":40001}').outcome, "refused")
    t.equal(refusal(name, 200, '{"code":40001,"message":"no"}').outcome, "refused")
    -- Without a code nobody knows what it means, so nobody knows what was done.
    t.equal(refusal(name, 200, '{"success":false,"message":"no"}').outcome, "unknown")
    t.equal(refusal(name, 200, '{"success":false}').outcome, "unknown")
  end
end)

t.test("no content is an answer to writes only, and not to those that answer with an id", function()
  for _, name in ipairs { "leads.list", "leads.get", "webhooks.list", "members.me", "leads.create", "notes.create" } do
    t.equal(refusal(name, 204, "").code, "INVALID_RESPONSE", name)
  end
  for _, name in ipairs { "webhooks.delete", "tasks.finish", "notes.update" } do
    t.equal({ interpret(name, 204, "") }, { true, true }, name)
  end
end)

t.test("success that cannot be the result is INVALID_RESPONSE", function()
  for _, case in ipairs {
    { "leads.get", '{"id":1}', 'no "lead"' },
    { "leads.create", "", "empty" },
    { "leads.create", "{}", 'no "leadId"' },
    { "tasks.create", "5", 'no "taskId"' },
    { "notes.create", '"ok"', 'no "noteId"' },
    { "webhooks.create", "[]", 'no "subscribeId"' },
    { "webhooks.create", "null", "empty" },
    { "leads.get", "", "empty" },
    { "leads.list", '{"leads":{}}', "an object where a list belongs" },
    { "leads.list", '{"leads":[{"leadId":1},{"le', "JSON" },
    { "leads.list", "<html><head><title>Maintenance</title></head></html>", "a page, not JSON: Maintenance" },
    { "leads.list", "[]", 'no "leads"' },
    { "webhooks.list", "{}", "an object" },
    { "webhooks.list", "", "empty" },
    { "tasks.list", '"ok"', 'no "tasks"' },
  } do
    local err = refusal(case[1], 200, case[2])
    t.equal(err.code, "INVALID_RESPONSE", case[2])
    t.equal(err.category, "protocol")
    assert(err.message:find(case[3], 1, true), err.message)
    t.equal(err.body, case[2] ~= "" and case[2] or nil)
  end
end)

t.test("headers say how long to wait", function()
  local err = refusal("leads.list", 429, '{"message":"Too Many Requests"}', { headers = {
    ["x-ratelimit-limit"] = "20", ["x-ratelimit-remaining"] = "0", ["x-ratelimit-reset"] = "21000",
    ["x-request-id"] = "r-7" } })
  t.equal(err.retry_after, 21.0)
  t.equal(err.rate_limit, { limit = 20, remaining = 0, reset = 21.0 })
  t.equal(err.request_id, "r-7")
  t.equal(err.retryable, true)
  local elsewhere = { headers = { ["x-ratelimit-reset"] = "21000" } }
  t.equal(refusal("leads.get", 404, "", elsewhere).retry_after, nil)
  t.equal(refusal("leads.get", 503, "", { headers = { ["retry-after"] = "7" } }).retry_after, 7)
end)

