local t = require "harness"
local catalogue = require "lofty.catalogue"
local code = require "lofty.code"
local help = require "lofty.help"

-- Every code Lofty is known to use: name, number, HTTP statuses, category, retry.
local KNOWN = {
  { false, 200100, "403", "permission", "no" },
  { "BAD_CREDENTIALS", 20004, "401", "auth", "after_refresh" },
  { "VENDOR_HAS_NO_PERMISSION", false, "403,400", "permission", "no" },
  { "PERMISSION_DENIED", 20017, "403,400", "permission", "no" },
  { "NO_ACCESS_WEBSITE", false, "403", "permission", "no" },
  { "ACCESS_ALL_TEAM_LEADS", false, "403,400", "permission", "no" },
  { "INVALID_PARAMETER", 20012, "400", "validation", "no" },
  { "MISSING_PARAMETER", false, "400", "validation", "no" },
  { "LIMIT_NOT_VALID", 20042, "400", "validation", "no" },
  { "LIMIT_PARAM_OVERSIZE", false, "400", "validation", "no" },
  { "PARAMETER_TOO_LONG", 20043, "400", "validation", "no" },
  { "LISTING_LIMIT_NOT_VALID", false, "400", "validation", "no" },
  { "OFFSET_EXCEED_LIMIT", 200104, "400", "validation", "no" },
  { "LEAD_NOT_EXIST", 20006, "404", "not_found", "after_create" },
  { "LEAD_NOT_FOUND", 20006, "404", "not_found", "after_create" },
  { "TASK_NOT_EXIST", false, "404", "not_found", "no" },
  { "TRANSACTION_NOT_EXIST", 200060, "404", "not_found", "no" },
  { "USER_NOT_EXIST", 20003, "404", "not_found", "no" },
  { "RESOURCE_NOT_EXIST", 20007, "404", "not_found", "no" },
  { "LEAD_PROPERTY_NOT_EXIST", 200108, "404", "not_found", "no" },
  { "ALERT_CONDITION_FEGIN_FAIL", false, "404", "not_found", "yes" },
  { "PARAM_FIRST_NAME_FILL", false, "400", "validation", "no" },
  { "PARAM_EMAIL_MUST_FILL", false, "400", "validation", "no" },
  { "INVALID_UPDATE_OPERATION_LEADID", false, "400", "validation", "no" },
  { "PROPERTY_ADDRESS_EMPTY", 200057, "400", "validation", "no" },
  { "TRANSACTION_NAME_BLANK", 200062, "400", "validation", "no" },
  { "TRANSACTION_NAME_HTML", 200062, "400", "validation", "no" },
  { "TASK_IS_SMARTPLAN", false, "400", "conflict", "no" },
  { "ATTRIBUTE_NAME_EMPTY", false, "400", "validation", "no" },
  { "ATTRIBUTE_TYPE_EMPTY", false, "400", "validation", "no" },
  { "BUSINESS_TYPE_ERROR", false, "400", "validation", "no" },
  { "STRATEGY_TYPE_ERROR", false, "400", "validation", "no" },
  { "STRATEGY_TYPE_NOT_MATCH", false, "400", "conflict", "no" },
  { "INVAID_ROLE_ID", false, "400", "validation", "no" },
  { "INVAID_ID", false, "400", "validation", "no" },
  { "INVAID_GROUP_ID", false, "400", "validation", "no" },
  { "INVAID_ACTIVE_HOURS", false, "400", "validation", "no" },
  { "INVAID_ACTIVE_DAY", false, "400", "validation", "no" },
  { "INVAID_MEMBER_WEIGHT", false, "400", "validation", "no" },
  { "INVAID_TOUCHMINUTES", false, "400", "validation", "no" },
  { "WEBHOOK_TYPE_ERROR", false, "400", "validation", "no" },
  { "WEBHOOK_CALLBACK_URL_INVALID", 20049, "400", "validation", "no" },
  { "WEBHOOK_EXCEED_LIMIT", false, "400", "quota", "no" },
  { "WEBHOOK_DELETE_NOT_EXIST", false, "400", "not_found", "no" },
  { "WEBHOOK_DELETE_NO_AUTHORITY", false, "400", "permission", "no" },
  { "TRANSACTION_STATUS_INVALID", 200125, "400", "validation", "no" },
  { "SEAT_INSUFFICIENT", 310111, "200", "quota", "no" },
  { false, 20001, "400", "validation", "no" },
  { false, 20005, "500", "server", "yes" },
  { false, 200058, "400", "auth", "no" },
  { false, 990105, "200", "conflict", "no" },
  { false, 990106, "200", "conflict", "no" },
  { false, 990107, "200", "conflict", "no" },
  { false, 990112, "200", "conflict", "no" },
  { false, 990113, "200", "conflict", "no" },
  { false, 1900012, "200", "permission", "no" },
}

local CATEGORIES = {
  validation = true, auth = true, permission = true, not_found = true, conflict = true, quota = true,
  rate_limit = true, server = true, network = true, timeout = true, protocol = true, cancelled = true, limit = true,
}

local OWN = {
  "TIMEOUT", "CONNECT_FAILED", "TLS_FAILED", "INVALID_RESPONSE", "RESPONSE_TOO_LARGE", "CONNECTION_LOST",
  "REDIRECTED", "INSECURE_URL", "TOO_MANY_REQUESTS", "SERVER_ERROR", "UNAUTHORIZED", "FORBIDDEN", "NOT_FOUND",
  "BAD_REQUEST", "CANCELLED", "DEADLINE_EXCEEDED", "TOO_MANY_CALLS", "INVALID_URL", "NO_CREDENTIALS",
  "OUT_OF_MEMORY",
}

t.test("every known code is in the catalogue as it is known", function()
  t.equal(#KNOWN, 56)
  local of_lofty = 0
  for _, row in ipairs(catalogue.rows()) do of_lofty = of_lofty + (row.own and 0 or 1) end
  t.equal(of_lofty, #KNOWN)
  for _, known in ipairs(KNOWN) do
    local name, number, statuses, category, retry = table.unpack(known)
    local row = catalogue.find(name or number)
    t.equal(row.name, name or nil)
    t.equal(row.number, number or nil)
    t.equal(table.concat(row.statuses, ","), statuses)
    t.equal(row.category, category)
    t.equal(row.retry, retry)
  end
end)

t.test("every row explains itself and is whole", function()
  for _, row in ipairs(catalogue.rows()) do
    local label = tostring(row.name or row.number)
    assert(#row.meaning > 20 and row.meaning:find("%.$"), label .. ": meaning")
    assert(#row.cure > 10 and row.cure:find("%.$"), label .. ": cure")
    assert(CATEGORIES[row.category], label .. ": category")
  end
end)

t.test("every name without a known number can be deduced", function()
  for _, row in ipairs(catalogue.rows()) do
    if not row.own and not row.number then
      assert(row.infer and #row.infer.says > 0, row.name .. " has no evidence")
    end
    for _, pattern in ipairs(row.infer and row.infer.says or {}) do
      assert(not pattern:gsub("%%%u", ""):find("%u"), pattern .. ": messages are matched in lower case")
      assert(pcall(string.find, "", pattern))
    end
  end
end)

t.test("our own failures are in it and marked", function()
  for _, name in ipairs(OWN) do t.equal(catalogue.find(name).own, true) end
end)

t.test("find takes names, numbers and numbers as text", function()
  t.equal(catalogue.find(20042).name, "LIMIT_NOT_VALID")
  t.equal(catalogue.find(20042.0).name, "LIMIT_NOT_VALID")
  t.equal(catalogue.find("20042").name, "LIMIT_NOT_VALID")
  t.equal(catalogue.find("LIMIT_NOT_VALID").number, 20042)
  t.equal(catalogue.find("LIMIT_NOT_VALD"), nil)
  t.equal(catalogue.find(77777), nil)
  t.equal(catalogue.find(nil), nil)
  t.equal(catalogue.nearest("LIMIT_NOT_VALD"), "LIMIT_NOT_VALID")
  t.equal(catalogue.nearest("limit_not_valid"), "LIMIT_NOT_VALID")
end)

t.test("two numbers have two names each", function()
  for number, names in pairs {
    [20006] = { "LEAD_NOT_EXIST", "LEAD_NOT_FOUND" },
    [200062] = { "TRANSACTION_NAME_BLANK", "TRANSACTION_NAME_HTML" },
  } do
    local found = {}
    for i, row in ipairs(catalogue.by_number(number)) do found[i] = row.name end
    t.equal(found, names)
  end
end)

t.test("lofty.code gives every name and nothing else", function()
  t.equal(code.TASK_IS_SMARTPLAN, "TASK_IS_SMARTPLAN")
  t.raises("catalogue_test.lua:%d+: .*did you mean TASK_IS_SMARTPLAN", function() return code.TASK_IS_SMARTPLN end)
  t.raises("catalogue_test.lua:%d+: lofty.code has no 5", function() return code[5] end)
  t.raises("catalogue_test.lua:%d+: lofty.code is read%-only", function() code.MINE = "MINE" end)
  t.raises("read%-only", function() code.TIMEOUT = "X" end)
  local count = 0
  for name, value in pairs(code) do
    t.equal(name, value)
    count = count + 1
  end
  t.equal(count, #catalogue.names())
end)

t.test("help explains every topic within 100 columns", function()
  for _, topic in ipairs(help.topics()) do
    local text = help.describe(topic)
    assert(text and #text > 40, topic)
    for line in text:gmatch("[^\n]+") do assert(#line <= 100, topic .. ": " .. line) end
  end
end)

t.test("help's snippets are Lua that branches on the code", function()
  for _, row in ipairs(catalogue.rows()) do
    local text = help.describe(tostring(row.name or row.number))
    local lua = text:match("(  local lofty = .-\n  end)\n")
    assert(load(lua), lua)
    assert(lua:find(row.name and "err:is(code." .. row.name .. ")" or "err:is(" .. row.number .. ")", 1, true), lua)
  end
end)

t.test("help of a code says what to do, its number and where it comes from", function()
  local text = help.describe("TASK_IS_SMARTPLAN")
  for _, piece in ipairs { "Smart Plan", "not known", "400", "tasks.finish", "conflict", "What to do" } do
    assert(text:find(piece, 1, true), piece)
  end
  assert(help.describe("task_is_smartplan") == text)
  local both = help.describe("20006")
  assert(both:find("LEAD_NOT_EXIST", 1, true) and both:find("LEAD_NOT_FOUND", 1, true))
  assert(help.describe("990105"):find("deactivated already", 1, true))
end)

t.test("help of an operation gives its path, parameters and codes", function()
  local text = help.describe("webhooks.create")
  for _, piece in ipairs { "POST /v1.0/webhook", "callbackUrl *", "https URL", "one of 1 | 2", "WEBHOOK_EXCEED_LIMIT" } do
    assert(text:find(piece, 1, true), piece)
  end
  t.equal(help.describe("lofty.webhooks.create"), text)
  assert(help.describe("tasks"):find("tasks.finish", 1, true))
end)

t.test("help shows the fields of an object below it", function()
  local text = help.describe("leads.update")
  assert(text:find("\n  inquiry +object\n      bathroomsMax +string\n"), text)
  assert(text:find("\n      locations +array of object\n          city"), text)
  assert(text:find("\n  customAttributeList +array of object\n      attributeName %* +string\n"), text)
end)

t.test("help's sample calls are Lua, with a table where there is one", function()
  local snippet, operations = require "lofty.snippet", require "lofty.operations"
  for _, name in ipairs(operations.names()) do
    local call = snippet.call(operations.find(name))
    assert(load("return " .. call), call)
  end
  for name, call in pairs {
    ["leads.list"] = "lofty.leads.list { ... }", ["tasks.list"] = "lofty.tasks.list { leadId = leadId }",
    ["members.me"] = "lofty.members.me()", ["leads.get"] = "lofty.leads.get(leadId)",
    ["leads.update"] = "lofty.leads.update(leadId, { ... })",
  } do
    assert(help.describe(name):find("\n  " .. call .. "\n", 1, true), name)
  end
end)

t.test("help of an unknown name suggests the nearest", function()
  for topic, nearest in pairs {
    TASK_IS_SMARTPLN = "TASK_IS_SMARTPLAN", ["webhook_exceed_limt"] = "WEBHOOK_EXCEED_LIMIT",
    ["task.finish"] = "tasks.finish", ["lead.list"] = "leads.list",
  } do
    local text, suggestion = help.describe(topic)
    t.equal(text, nil)
    t.equal(suggestion, nearest)
  end
end)

