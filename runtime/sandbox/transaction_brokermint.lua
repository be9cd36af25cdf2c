--- What Brokermint reports about a deal that somebody linked to it in the CRM. Whatever fails comes inside HTTP 200.

local wire = require "sandbox.wire"
local times = require "sandbox.times"
local params = require "sandbox.params"
local access = require "sandbox.access"
local pipelines = require "sandbox.transaction_pipelines"
local address_of = require "sandbox.transaction_address"

local M = {}

local ADDRESS = { streetAddress = "address", city = "city", state = "state", zipCode = "zip" }
-- Brokermint's closing date is the expected one here, and the day it was closed the actual one.
local DATES = { expiration = "expirationDate", closeDate = "closedAt", expectedCloseDate = "closingDate" }
local MARKS = { Closed = "closed", Cancelled = "cancelled" }

local function read_dates(body)
  local dates = {}
  for name, theirs in pairs(DATES) do
    local text = params.field_text(body, theirs)
    dates[name] = text and wire.demand(times.parse_iso(text), "INVALID_PARAMETER")
  end
  return dates
end

-- What of the address was given, over what was there.
local function merge_address(store, transaction, body)
  local address, is_changed = {}, false
  for _, name in ipairs(address_of.FIELDS) do
    local given = ADDRESS[name] and params.field_text(body, ADDRESS[name])
    is_changed = is_changed or given ~= nil
    address[name] = given or (transaction.address or {})[name]
  end
  if is_changed then
    address_of.set(store, transaction, address)
  end
end

-- Types and statuses it does not know are ignored without a word.
local function move(transaction, kind, status)
  local pipeline = pipelines.find(kind) or pipelines.find(transaction.type)
  local stage = pipelines.stage(pipeline, transaction.status) or pipeline.stages[1]
  if MARKS[status or ""] then
    stage = pipelines.last_stage(pipeline, MARKS[status])
  end
  transaction.type, transaction.status = pipeline.type, stage.name
end

--- PUT /v1.0/brokermint/transaction
function M.sync(store, request)
  local body = request.body
  local id, dates = params.field_integer(body, "id"), read_dates(body)
  local agent, price = params.field_integer(body, "agentId"), params.given(body, "price")
  wire.demand(price == nil or type(price) == "number", "INVALID_PARAMETER")
  local transaction = id and store.transactions[id]
  if not transaction or not transaction.linked or not access.may_see(store, transaction.leadId) then
    wire.refuse_inside("e", "TRANSACTION_NOT_EXIST")
  end
  move(transaction, params.field_text(body, "transactionType"), params.field_text(body, "status"))
  for name, value in pairs(dates) do
    transaction[name] = value
  end
  transaction.agentId, transaction.homePrice = agent or transaction.agentId, price or transaction.homePrice
  transaction.updated = store.now()
  merge_address(store, transaction, body)
  store:happen(5, "updated", { transactionId = id, leadId = transaction.leadId })
  return { code = 0, message = "success" }
end

return M
