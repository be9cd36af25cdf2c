-- Every code that the operations on transactions, logs, calls and messages document: provoked by what it documents,
-- and read by the client as that code.
local t = require "harness"
local json = require "native.json"
local operations = require "lofty.operations"
local box = require "sandbox_box"
local refusal = require "sandbox_refusal"

local PETRAKIS, DOYLE, MOSS, GREER = 651095960141274, 651095960141907, 651095960142540, 651095960138541
local DEALS, OTHERS = "/v1.0/leads/" .. PETRAKIS .. "/transaction", "/v1.0/leads/" .. MOSS .. "/transaction"
local WINDOW = { startTime = box.START - 1000, endTime = box.START, type = "ALL", teamView = true }

-- A deal without an address, and one of somebody else.
local probe = box.new "demo"
local DEAL = probe:ok("POST", DEALS, nil, { transactionName = "x" }).transactionId
local LEASE = probe:ok("GET", "/v1.0/leads/" .. DOYLE .. "/transactions")[1].transactionId

local function log(changes)
  local body = { leadId = GREER, logType = "logCall", leadPhoneNumber = "5550101", content = "x" }
  for name, value in pairs(changes) do
    body[name] = value
  end
  return { "POST", "/v1.0/logType", nil, body }
end

-- Ids of somebody else's lead, as the box keeps them.
local private_call, private_log
for _, entry in ipairs(probe.box.store.communications.list) do
  private_call = entry.leadId == MOSS and entry.dialer and entry.dialer.callId or private_call
  private_log = entry.leadId == MOSS and entry.way == "Logged" and entry.id or private_log
end

local trashed_call = probe:ok("GET", "/v1.0/calls", { leadId = GREER }).calls[1].id

local function history(kind)
  return { LEAD_NOT_EXIST = { "GET", "/v1.0/communication/" .. kind, { leadId = MOSS } } }
end

local function by_id(kind)
  return { PERMISSION_DENIED = { "GET", "/v2.0/communication/" .. kind .. "/17" } }
end

-- Operation -> code -> method, path, query, body of a call that is refused so. `before` are calls made ahead of it.
local CASES = {
  ["transactions.create"] = {
    INVALID_PARAMETER = { "POST", DEALS, nil,
      { transactionName = "x", commissions = { split = json.array { { payType = "BOSS" } } } } },
    LEAD_NOT_EXIST = { "POST", OTHERS, nil, { transactionName = "x" } },
    TRANSACTION_NAME_BLANK = { "POST", DEALS, nil, { transactionName = " " } },
    TRANSACTION_NAME_HTML = { "POST", DEALS, nil, { transactionName = "<b>" } },
  },
  ["transactions.get"] = {
    LEAD_NOT_EXIST = { "GET", OTHERS .. "/1" }, TRANSACTION_NOT_EXIST = { "GET", DEALS .. "/" .. LEASE },
  },
  ["transactions.get_property_address"] = {
    LEAD_NOT_EXIST = { "GET", OTHERS .. "/1/property/address" },
    TRANSACTION_NOT_EXIST = { "GET", DEALS .. "/17/property/address" },
    RESOURCE_NOT_EXIST = { "GET", DEALS .. "/" .. DEAL .. "/property/address",
      before = { { "POST", DEALS, nil, { transactionName = "x" } } } },
  },
  ["transactions.list"] = {
    INVALID_PARAMETER = { "GET", "/v2.0/transactions", { transactionType = "Sale" } },
    LIMIT_NOT_VALID = { "GET", "/v2.0/transactions", { pageSize = 101 } },
  },
  ["transactions.list_for_lead"] = { LEAD_NOT_EXIST = { "GET", OTHERS .. "s" } },
  ["transactions.set_property_address"] = {
    INVALID_PARAMETER = { "POST", DEALS .. "/property/address", nil, { city = "Bath" } },
    LEAD_NOT_EXIST = { "POST", OTHERS .. "/property/address", nil, { transactionId = 17 } },
    TRANSACTION_NOT_EXIST = { "POST", DEALS .. "/property/address", nil, { transactionId = LEASE } },
  },
  ["transactions.sync_brokermint"] = {
    TRANSACTION_NOT_EXIST = { "PUT", "/v1.0/brokermint/transaction", nil, { id = 17 } },
  },
  ["transactions.update"] = {
    INVALID_PARAMETER = { "PUT", DEALS .. "/17", nil, { commissions = { split = json.array { { value = -1 } } } } },
    LEAD_NOT_EXIST = { "PUT", OTHERS .. "/17", nil, { gci = 1 } },
    TRANSACTION_NOT_EXIST = { "PUT", DEALS .. "/17", nil, { gci = 1 } },
    TRANSACTION_STATUS_INVALID = { "PUT", DEALS .. "/" .. DEAL, nil, { transactionStatus = "Nearly" },
      before = { { "POST", DEALS, nil, { transactionName = "x" } } } },
  },
  ["manual_logs.create"] = {
    INVALID_PARAMETER = log { outboundOrInbound = "Outbound" },
    PARAMETER_TOO_LONG = log { leadPhoneNumber = ("5"):rep(21) },
    LEAD_NOT_EXIST = log { leadId = MOSS },
  },
  ["manual_logs.delete"] = {
    LEAD_NOT_EXIST = { "DELETE", "/v1.0/logType/" .. private_log },
    RESOURCE_NOT_EXIST = { "DELETE", "/v1.0/logType/17" },
  },
  ["manual_logs.get"] = { RESOURCE_NOT_EXIST = { "GET", "/v1.0/logType/17" } },
  ["manual_logs.list"] = {
    INVALID_PARAMETER = { "GET", "/v1.0/logType", { leadId = GREER, logType = "call" } },
    OFFSET_EXCEED_LIMIT = { "GET", "/v1.0/logType", { leadId = GREER, logType = "logCall", offset = 20000 } },
    LEAD_NOT_EXIST = { "GET", "/v1.0/logType", { leadId = MOSS, logType = "logCall" } },
  },
  ["calls.get"] = {
    PERMISSION_DENIED = { "GET", "/v1.0/calls/" .. private_call },
    LEAD_NOT_FOUND = { "GET", "/v1.0/calls/" .. trashed_call, trash = GREER },
  },
  ["calls.get_recording_url"] = {
    PERMISSION_DENIED = { "GET", "/v1.0/call/url/17" },
    LEAD_NOT_FOUND = { "GET", "/v1.0/call/url/" .. trashed_call, trash = GREER },
  },
  ["calls.list"] = {
    PERMISSION_DENIED = { "GET", "/v1.0/calls", { leadId = MOSS } }, LEAD_NOT_FOUND = { "GET", "/v1.0/calls" },
  },
  ["messages.get_call"] = by_id "call",
  ["messages.get_email"] = by_id "email",
  ["messages.get_text"] = by_id "text",
  ["messages.list_calls"] = history "call",
  ["messages.list_calls_v2"] = history "call/v2",
  ["messages.list_emails"] = history "email",
  ["messages.list_texts"] = history "text",
  ["messages.list_by_agent"] = {
    ACCESS_ALL_TEAM_LEADS = { "GET", "/v2.0/communication/agent", WINDOW, limited = true },
  },
  ["messages.search_by_agent"] = {
    ACCESS_ALL_TEAM_LEADS = { "POST", "/v1.0/agent/communication", nil, WINDOW, limited = true },
  },
}

local function provoke(name, case)
  local b = box.new "demo"
  for _, call in ipairs(case.before or {}) do
    b:ok(table.unpack(call, 1, 4))
  end
  if case.trash then
    b:ok("DELETE", "/v1.0/leads/" .. case.trash, { reason = "test" })
  end
  if case.limited then
    b = refusal.limited(b)
  end
  return (refusal.code(b, name, table.unpack(case, 1, 4)))
end

for _, resource in ipairs { "transactions", "manual_logs", "system_logs", "calls", "messages" } do
  for verb, row in pairs(operations.rows(resource)) do
    local name = resource .. "." .. verb
    for _, code in ipairs(row.codes or {}) do
      t.test(name .. " is refused with " .. code, function()
        local case = CASES[name] and CASES[name][code]
        t.ok(case, "a call that provokes it")
        t.equal(provoke(name, case), code)
      end)
    end
  end
end

