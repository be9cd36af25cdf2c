--- Helpers on transactions. transactions.list gives only purchases where nobody says otherwise, and a property address
--- that is written replaces the whole one (both documented).
local lofty = require "lofty"
local lofty_error = require "lofty.error"
local settle = require "lofty.settle"
local write_back = require "lofty.helpers.write_back"

local M = {}

local FILTERS = {
  leadId = { type = "integer", min = 1 },
  queryKey = { type = "string", not_blank = true, max_length = 15,
    note = "in the name, the address or the lead's name; Lofty looks at 15 characters" },
}

local function query_of(filters, more)
  local query = {}
  for name, value in pairs(filters) do query[name] = value end
  for name, value in pairs(more) do query[name] = value end
  return query
end

--- Asks for listings alone, and looks whether it gets any other: then the type is not heard, and "All" would give
--- purchases only.
local function demand_types(name, filters)
  local page = lofty.transactions.list(query_of(filters, { transactionType = "Listing", pageSize = 1 }))
  local first = page[1]
  if not first or first.transactionType == "Listing" then return end
  error(lofty_error.new {
    code = "INVALID_RESPONSE",
    operation = name,
    retryable = false,
    message = ("asked for listings, got a transaction of type %s: the type was not heard"):format(
      tostring(first.transactionType)),
    hint = "A list would hold purchases only. For one lead, transactions.list_for_lead gives all of them.",
  }, 0)
end

--- An iterator over transactions of all types.
---@param filters { leadId: integer|nil, queryKey: string|nil }
---@return lofty.Each
local function each_all(filters)
  demand_types("transactions.each_all", filters)
  return lofty.transactions.each(query_of(filters, { transactionType = "All" }))
end

--- Transactions of all types in one array.
---@param filters { leadId: integer|nil, queryKey: string|nil }
---@return table[]
local function list_all(filters)
  demand_types("transactions.list_all", filters)
  return (lofty.transactions.each(query_of(filters, { transactionType = "All" })):collect())
end

local part = { type = "string" }

--- Changes parts of a transaction's property address and keeps the others.
---@param leadId integer
---@param transactionId integer
---@param changes table<string, string>
---@return table before the address as it was; empty where there was none
local function edit_property_address(leadId, transactionId, changes)
  local before, err = lofty_error.try(lofty.transactions.get_property_address, leadId, transactionId)
  if err and not settle.is_missing(err, "RESOURCE_NOT_EXIST") then error(err, 0) end
  before = before or {}
  local address, is_changed = { transactionId = transactionId }, false
  for name in pairs(M.edit_property_address.fields) do
    address[name] = changes[name] or before[name]
    is_changed = is_changed or address[name] ~= before[name]
  end
  if is_changed then
    write_back.demand("transactions.edit_property_address", "transactions.set_property_address", address)
    lofty.transactions.set_property_address(leadId, address)
  end
  return before
end

M.edit_property_address = {
  usage = 'transactions.edit_property_address(leadId, transactionId, { unit = "4B" })',
  summary = "Changes parts of a transaction's property address and keeps the others.",
  params = {
    { name = "leadId", type = "integer", min = 1 },
    { name = "transactionId", type = "integer", min = 1 },
  },
  fields = {
    streetAddress = part, unit = part, city = part, county = part, state = part, zipCode = part, label = part,
  },
  fields_at_least_one = { "streetAddress", "unit", "city", "county", "state", "zipCode", "label" },
  uses = { "transactions.get_property_address", "transactions.set_property_address" },
  returns = "the address as it was before; an empty table where there was none",
  raises = { "LEAD_NOT_EXIST", "TRANSACTION_NOT_EXIST", "INVALID_RESPONSE" },
  habits = {
    "Sends nothing where the address is so already.",
    "What somebody else writes into it between the reading and the writing is lost.",
    "May be run twice: where the reply to the update was lost, the second run changes nothing, and returns the address "
      .. "as the first one left it.",
  },
  call = edit_property_address,
}

local CHECKED = "Before the first page it asks for listings alone, and raises INVALID_RESPONSE where another type "
  .. "comes: then Lofty does not hear the type and would give purchases only. Where there is neither a listing nor a "
  .. "purchase, that cannot be told."

M.each_all = {
  usage = "transactions.each_all{ leadId = leadId }",
  summary = "An iterator over transactions of all types; transactions.each gives purchases where no type is named.",
  params = {},
  fields = FILTERS,
  uses = { "transactions.list" },
  returns = "an iterator, as transactions.each gives",
  raises = { "INVALID_RESPONSE" },
  habits = { CHECKED },
  call = each_all,
}

M.list_all = {
  usage = "transactions.list_all{ leadId = leadId }",
  summary = "Transactions of all types in one array; transactions.list gives purchases where no type is named.",
  params = {},
  fields = FILTERS,
  uses = { "transactions.list" },
  returns = "an array of at most 10000; more raise, and belong into a loop over transactions.each_all",
  raises = { "INVALID_RESPONSE" },
  habits = { CHECKED },
  call = list_all,
}

return M
