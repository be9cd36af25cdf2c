-- Transactions: property addresses, and what Brokermint reports.
local t = require "harness"
local json = require "native.json"
local box = require "sandbox_box"

local PETRAKIS, DOYLE, ASHBY = 651095960141274, 651095960141907, 651095960136641

local function path_of(lead, id)
  return "/v1.0/leads/" .. lead .. "/transaction" .. (id and "/" .. id or "")
end

-- A deal of the demo seed, or one made since, by its name.
local function find(b, name)
  local query = { transactionType = "All", pageSize = 100 }
  for _, deal in ipairs(b:ok("GET", "/v2.0/transactions", query).pageData) do
    if deal.transactionName == name then
      return deal
    end
  end
  error("no such deal: " .. name)
end

t.test("an address is replaced as a whole", function()
  local b = box.new "demo"
  local id = find(b, "Petrakis condo").transactionId
  local path, put = path_of(PETRAKIS, id) .. "/property/address", path_of(PETRAKIS) .. "/property/address"
  t.equal(b:ok("GET", path).unit, "3B")
  t.equal(b:ok("POST", put, nil, { transactionId = id, city = "Bath", label = "Investment" }).code, 0)
  t.equal(b:ok("GET", path), { transactionId = id, city = "Bath", label = "Investment" })
  t.equal(b:ok("POST", put, nil, { transactionId = id, city = json.null }).code, 0)
  local status, number = b:refused("GET", path)
  t.equal(status, 404)
  t.equal(number, 20007)
end)

t.test("an address that was never set is not there", function()
  local b = box.new "demo"
  local deal = b:ok("POST", path_of(ASHBY), nil, { transactionName = "x" })
  local status, number = b:refused("GET", path_of(ASHBY, deal.transactionId) .. "/property/address")
  t.equal(status, 404)
  t.equal(number, 20007)
  t.equal(find(b, "x").propertyId, nil)
  b:ok("POST", path_of(ASHBY) .. "/property/address", nil, { transactionId = deal.transactionId, city = "Bath" })
  t.ok(find(b, "x").propertyId)
end)

t.test("an address of a deal that is not there is 404, of another lead's an error inside 200", function()
  local b = box.new "demo"
  local path = path_of(PETRAKIS) .. "/property/address"
  local _, missing = b:refused("POST", path, nil, { city = "Bath" })
  t.equal(missing, 20012)
  local status, unknown = b:refused("POST", path, nil, { transactionId = 17, city = "Bath" })
  t.equal(status, 404)
  t.equal(unknown, 200060)
  local lease = find(b, "Doyle summer lease").transactionId
  local reply = b:ok("POST", path, nil, { transactionId = lease, city = "Bath" })
  t.equal(reply.code, 200060)
  t.equal((b:refused("GET", path_of(DOYLE, lease) .. "/property/address")), 404)
end)

t.test("Brokermint closes a deal that was linked to it", function()
  local b = box.new "demo"
  local id = find(b, "88 Cedar Lane").transactionId
  local reply = b:ok("PUT", "/v1.0/brokermint/transaction", nil, {
    id = id, status = "Closed", price = 410000, address = "88 Cedar Lane East", agentId = 844710023600019,
    closedAt = "2026-02-24T12:00:00Z", closingDate = "2026-02-20T12:00:00-05:00", representing = "Buyer",
    expirationDate = "2026-03-01T00:00:00Z",
  })
  t.equal(reply.code, 0)
  local deal = find(b, "88 Cedar Lane")
  t.equal(deal.transactionStatus, "Closed")
  t.equal(deal.homePrice, 410000)
  t.equal(deal.agentName, "Marcus Okafor")
  t.equal(deal.closeDate, 1771934400000)
  t.equal(deal.expectedCloseDate, 1771606800000)
  t.equal(deal.expiration, 1772323200000)
  local address = b:ok("GET", path_of(PETRAKIS, id) .. "/property/address")
  t.equal(address.streetAddress, "88 Cedar Lane East")
  t.equal(address.city, "Portland", "not given, so kept")
end)

t.test("Brokermint's unknown types and statuses are ignored, Cancelled is not", function()
  local b = box.new "demo"
  local id = find(b, "88 Cedar Lane").transactionId
  local function sync(body)
    body.id = id
    t.equal(b:ok("PUT", "/v1.0/brokermint/transaction", nil, body).code, 0)
    local deal = find(b, "88 Cedar Lane")
    return { deal.transactionType, deal.transactionStatus }
  end
  t.equal(sync { status = "Pending", transactionType = "lease" }, { "Purchase", "Under Contract" })
  t.equal(sync { status = "Cancelled" }, { "Purchase", "Cancelled" })
  t.equal(sync { status = "Closed", transactionType = "Listing" }, { "Listing", "Sold" })
end)

t.test("what Brokermint knows nothing of is an error inside 200", function()
  local b = box.new "demo"
  local path = "/v1.0/brokermint/transaction"
  for _, id in ipairs { 17, find(b, "Petrakis condo").transactionId } do
    local reply = b:ok("PUT", path, nil, { id = id, status = "Closed" })
    t.equal(reply.code, 200060)
    t.ok(reply.message ~= "")
  end
  local status, number = b:refused("PUT", path, nil, { id = 17, closedAt = "yesterday" })
  t.equal(status, 400)
  t.equal(number, 20012)
end)

