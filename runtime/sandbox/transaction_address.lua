--- The property address of a transaction: read, and replaced as a whole.

local wire = require "sandbox.wire"
local params = require "sandbox.params"
local access = require "sandbox.access"

local M = {}

M.FIELDS = { "unit", "label", "state", "city", "zipCode", "streetAddress", "county" }

--- Sets an address; an empty one counts as not set.
---@param store table
---@param transaction table changed
---@param address table by FIELDS
function M.set(store, transaction, address)
  transaction.address = next(address) and address or nil
  transaction.propertyId = transaction.address and (transaction.propertyId or store:next_id("property")) or nil
  transaction.updated = store.now()
end

--- GET /v1.0/leads/{leadId}/transaction/{transactionId}/property/address
---@param transaction table found by transactions.lua
---@return table
function M.reply(transaction)
  local address = wire.demand(transaction.address, "RESOURCE_NOT_EXIST")
  local reply = { transactionId = transaction.id }
  for _, name in ipairs(M.FIELDS) do
    reply[name] = address[name]
  end
  return reply
end

-- The description contradicts itself: the operation promises 404 for a transaction that is missing or another lead's,
-- the schema of its reply says that such failures come inside HTTP 200. Each case has one of the two here.
local function find(store, lead_id, id)
  local transaction = wire.demand(store.transactions[id], "TRANSACTION_NOT_EXIST")
  if transaction.leadId ~= lead_id then
    wire.refuse_inside("e", "TRANSACTION_NOT_EXIST")
  end
  return transaction
end

--- POST /v1.0/leads/{leadId}/transaction/property/address: members left out are emptied.
function M.replace(store, request)
  local body = request.body
  local id = wire.demand(params.field_integer(body, "transactionId"), "INVALID_PARAMETER")
  local address = {}
  for _, name in ipairs(M.FIELDS) do
    address[name] = params.field_text(body, name)
  end
  local lead_id = params.parse_integer(request.path_params.leadId)
  access.demand_lead(store, lead_id)
  M.set(store, find(store, lead_id, id), address)
  store:happen(5, "updated", { transactionId = id, leadId = lead_id })
  return { code = 0, message = "success" }
end

return M
