--- The operations on transactions, the deals of a lead.

local json = require "native.json"
local wire = require "sandbox.wire"
local params = require "sandbox.params"
local access = require "sandbox.access"
local pipelines = require "sandbox.transaction_pipelines"
local view = require "sandbox.transaction_view"
local write = require "sandbox.transaction_write"
local address = require "sandbox.transaction_address"

local M = {}

local MAX_KEY = 15 -- characters of queryKey that count

local function demand_lead(store, request)
  return access.demand_lead(store, params.parse_integer(request.path_params.leadId))
end

-- The transaction a path names; another lead's does not exist here.
local function find(store, request)
  local id = params.parse_integer(request.path_params.transactionId)
  local lead = demand_lead(store, request)
  local transaction = store.transactions[id]
  return wire.demand(transaction and transaction.leadId == lead.leadId and transaction, "TRANSACTION_NOT_EXIST")
end

-- Newest first, which nobody documents.
local function select(store, wanted)
  local found = {}
  for _, transaction in pairs(store.transactions) do
    if access.may_see(store, transaction.leadId) and wanted(transaction) then
      found[#found + 1] = transaction
    end
  end
  table.sort(found, function(a, b)
    return a.created > b.created or (a.created == b.created and a.id > b.id)
  end)
  return found
end

--- GET /v1.0/leads/{leadId}/transactions: all types, a bare array.
function M.list_for_lead(store, request)
  local lead = demand_lead(store, request)
  local list = json.array({})
  for i, transaction in ipairs(select(store, function(one) return one.leadId == lead.leadId end)) do
    list[i] = view.full(store, transaction)
  end
  return list
end

-- The type to search for, in any letter case: nil for all of them, Purchase when none is given.
local function read_type(query)
  local wanted = (params.text(query, "transactionType") or "Purchase"):lower()
  for _, pipeline in ipairs(pipelines.pipelines) do
    if pipeline.type:lower() == wanted then
      return pipeline.type
    end
  end
  wire.demand(wanted == "all", "INVALID_PARAMETER")
  return nil
end

-- Whether name, address or lead name of a transaction contain the key.
local function matches(store, transaction, key)
  local place = transaction.address or {}
  local texts = { transaction.name, view.lead_name(store, transaction) }
  texts[#texts + 1] = table.concat({ place.streetAddress or "", place.city or "", place.state or "",
    place.zipCode or "" }, " ")
  for _, text in ipairs(texts) do
    if text:lower():find(key, 1, true) then
      return true
    end
  end
  return false
end

--- GET /v2.0/transactions: purchases only, unless another type or All is asked for.
function M.search(store, request)
  local query = request.query
  local page, size = params.integer(query, "pageNum", 0), params.integer(query, "pageSize", 20)
  wire.demand(page >= 0, "INVALID_PARAMETER")
  wire.demand(size >= 1 and size <= 100, "LIMIT_NOT_VALID")
  local kind, lead_id = read_type(query), params.integer(query, "leadId")
  local key = params.cut(params.text(query, "queryKey") or "", MAX_KEY):lower()
  local found = select(store, function(one)
    return (not kind or one.type == kind) and (not lead_id or one.leadId == lead_id) and matches(store, one, key)
  end)
  local items = json.array({})
  -- Bounded before multiplying: the page asked for may be anything.
  local first = math.min(page, #found) * size
  for i = first + 1, math.min(first + size, #found) do
    items[#items + 1] = view.item(store, found[i])
  end
  return { pageNum = page, pageSize = size, totalCount = #found, pageData = items }
end

--- GET /v2.0/transactions/pipelines
function M.list_pipelines()
  return view.pipelines()
end

--- GET /v1.0/transaction/customfields: a bare array.
function M.list_custom_fields()
  return json.array(pipelines.custom_fields)
end

--- GET /v1.0/leads/{leadId}/transaction/{transactionId}
function M.get(store, request)
  return view.full(store, find(store, request))
end

--- POST /v1.0/leads/{leadId}/transaction
function M.create(store, request)
  local fields = write.read(request.body, true)
  return view.full(store, write.add(store, demand_lead(store, request), fields))
end

--- PUT /v1.0/leads/{leadId}/transaction/{transactionId}; only what is supplied changes.
function M.update(store, request)
  local fields = write.read(request.body, false)
  local transaction = find(store, request)
  write.update(store, transaction, fields)
  return view.full(store, transaction)
end

--- GET /v1.0/leads/{leadId}/transaction/{transactionId}/property/address
function M.get_address(store, request)
  return address.reply(find(store, request))
end

return M
