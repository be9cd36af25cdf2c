-- transactions.each_all and list_all: all types, or an error, never purchases alone.
local t = require "harness"
local transport = require "transport"
local json = require "native.json"
local lofty = require "lofty"
local transactions = lofty.transactions

local DEALS = {
  { transactionId = 1, transactionType = "Purchase", leadId = 7 }, { transactionId = 2, transactionType = "Listing" },
  { transactionId = 3, transactionType = "Lease", leadId = 7 }, { transactionId = 4, transactionType = "Other" },
  { transactionId = 5, transactionType = "Purchase" },
}

--- A Lofty with these transactions; one that is `deaf` takes no notice of the type.
local function lofty_with(deals, is_deaf)
  transport.reply(function(request)
    local kind = not is_deaf and request.target:match("transactionType=(%a+)") or "Purchase"
    local size = tonumber(request.target:match("pageSize=(%d+)")) or 20
    local first = (tonumber(request.target:match("pageNum=(%d+)")) or 0) * size
    local lead = tonumber(request.target:match("leadId=(%d+)"))
    local found, page = {}, lofty.array {}
    for _, deal in ipairs(deals) do
      if (kind == "All" or deal.transactionType == kind) and (not lead or deal.leadId == lead) then
        found[#found + 1] = deal
      end
    end
    for index = first + 1, math.min(first + size, #found) do page[#page + 1] = found[index] end
    return { json = { pageNum = first // size, pageSize = size, totalCount = #found, pageData = page } }
  end)
end

local function ids(iterator)
  local list = {}
  for deal in iterator do list[#list + 1] = deal.transactionId end
  return list
end

t.test("all types are given", function()
  lofty_with(DEALS)
  t.equal(ids(transactions.each_all()), { 1, 2, 3, 4, 5 })
  t.matches(transport.sent()[1], "pageSize=1&transactionType=Listing$")
  t.matches(transport.sent()[2], "transactionType=All")
  t.equal(ids(transactions.each_all { leadId = 7 }), { 1, 3 })
  t.equal(ids(transactions.each_all():take(2)), { 1, 2 })
  t.equal(#transactions.list_all { queryKey = "Main" }, 5)
  t.matches(transport.sent()[#transport.calls], "queryKey=Main")
  t.equal(#transactions.list_all(), 5)
end)

t.test("no transactions at all are none", function()
  lofty_with {}
  t.equal(transactions.list_all(), {})
end)

t.test("a server that does not hear the type is found out before the first item", function()
  lofty_with(DEALS, true)
  for name, call in pairs { ["transactions.each_all"] = transactions.each_all, ["transactions.list_all"] =
    transactions.list_all } do
    local err = t.fails("INVALID_RESPONSE", call, {})
    t.matches(err.message, "asked for listings, got a transaction of type Purchase")
    t.equal({ err.operation, err.retryable }, { name, false })
  end
end)

local ADDRESS = { transactionId = 5, streetAddress = "12 Mill Road", city = "Portland", unit = "1" }

t.test("a changed part of an address keeps the others", function()
  transport.reply { { json = ADDRESS }, { json = { code = 0, message = "ok" } } }
  t.equal(transactions.edit_property_address(7, 5, { unit = "4B" }), ADDRESS)
  t.equal(transport.sent(), { "GET /v1.0/leads/7/transaction/5/property/address",
    "POST /v1.0/leads/7/transaction/property/address" })
  t.equal(assert(json.decode(transport.calls[2].body)),
    { transactionId = 5, streetAddress = "12 Mill Road", city = "Portland", unit = "4B" })
  transport.reply { { json = ADDRESS } }
  transactions.edit_property_address(7, 5, { unit = "1" })
end)

t.test("an address that cannot be written back is left alone", function()
  transport.reply { { json = { transactionId = 5, zipCode = 4101 } } }
  local err = t.fails("INVALID_RESPONSE", transactions.edit_property_address, 7, 5, { unit = "4B" })
  t.matches(err.message, "cannot be written back .* zipCode must be a string")
  t.equal({ err.outcome, #transport.calls }, { "not_sent", 1 })
end)

t.test("an address that is not set yet begins with what is given", function()
  transport.reply { { status = 404, json = { code = 20007, message = "Resource not exist" } },
    { json = { code = 0, message = "ok" } } }
  t.equal(transactions.edit_property_address(7, 5, { city = "Bangor" }), {})
  t.equal(assert(json.decode(transport.calls[2].body)), { transactionId = 5, city = "Bangor" })
  transport.reply { { status = 404, json = { code = 200060, message = "Transaction not exist" } } }
  t.fails("TRANSACTION_NOT_EXIST", transactions.edit_property_address, 7, 5, { city = "Bangor" })
end)

t.test("mistakes", function()
  t.raises("transactions.edit_property_address: streetAddress, unit, .* or label is required", function()
    transactions.edit_property_address(7, 5)
  end)
  t.raises('transactions.list_all: unknown parameter "transactionType"', function()
    transactions.list_all { transactionType = "Lease" }
  end)
  t.raises("transactions.each_all: call it: for transaction in lofty.transactions.each_all{ ... } do", function()
    for _ in transactions.each_all do end
  end)
  t.raises("transactions.each_all: leadId must be at least 1", function() transactions.each_all { leadId = 0 } end)
  t.raises("queryKey must be at most 15 characters", function() transactions.each_all { queryKey = ("x"):rep(16) } end)
end)

