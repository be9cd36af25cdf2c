--- The demo seed's transactions.

local json = require "native.json"
local times = require "sandbox.times"
local address = require "sandbox.transaction_address"
local write = require "sandbox.transaction_write"

local M = {}

-- Each row: lead's last name, type, status, name, price, days since creation, more. `close` is days from now to the
-- expected close, `closed` days since the deal was closed; `linked` marks what Brokermint may report about.
local DEALS = {
  { "Petrakis", "Purchase", "Under Contract", "88 Cedar Lane", 412000, 34, close = 19, linked = true,
    street = "88 Cedar Lane", custom = { [91005] = "2", [91006] = '["Inspection","Appraisal"]' },
    split = { 70, 30 } },
  { "Petrakis", "Listing", "Active", "Petrakis condo", 268000, 20, close = 75, street = "5 Wharf Road", unit = "3B" },
  { "Winslow", "Purchase", "Under Contract", "27 Juniper Way", 356500, 41, close = 9, street = "27 Juniper Way" },
  { "Obi", "Purchase", "Closed", "14 Mill Road", 389000, 95, closed = 30, street = "14 Mill Road", linked = true },
  { "Doyle", "Purchase", "Closed", "9 Orchard Avenue", 301000, 260, closed = 180, street = "9 Orchard Avenue" },
  { "Doyle", "Lease", "Lease Signed", "Doyle summer lease", 2400, 170, closed = 160 },
  { "Amaral", "Listing", "Pre-listing", "14 Harbor Street", 545000, 11, close = 90, street = "14 Harbor Street" },
  { "Venning", "Listing", "Pre-listing", "Venning home", 610000, 24, close = 120 },
  { "Johnston", "Purchase", "Pre-contract", "Johnston first home", 330000, 15, close = 60 },
  { "Larkin", "Purchase", "Pre-contract", "31 Harbor Street", 498000, 6, close = 45, street = "31 Harbor Street" },
  { "Lehtinen", "Lease", "Application", "Lehtinen apartment", 1850, 8, close = 21 },
  { "Bertrand", "Purchase", "Cancelled", "2 Mill Road", 275000, 370, street = "2 Mill Road" },
  { "Marchetti", "Other", "Open", "Marchetti land survey", 12000, 50 },
  { "Moss", "Purchase", "Pre-contract", "Moss private purchase", 720000, 12, close = 80 },
}

local function custom_fields(row)
  local fields = json.array({})
  for id, value in pairs(row.custom or {}) do
    fields[#fields + 1] = { id = id, value = value }
  end
  table.sort(fields, function(a, b)
    return a.id < b.id
  end)
  return fields
end

local function split(percents, lead)
  local shares = json.array({
    { splitPayType = "AGENT", splitPayTo = lead.assignedUserId, value = percents[1], calculateType = "PERCENT" },
    { splitPayType = "TEAM", value = percents[2], calculateType = "PERCENT" },
  })
  return { preSplit = json.array({}), split = shares, postSplit = json.array({}) }
end

-- What happened, or is to happen, between making a deal and closing it; listings have dates of their own.
local function set_dates(deal, row, made)
  if row[2] == "Listing" then
    deal.appointmentDate, deal.expiration = made - 3 * times.DAY, made + 180 * times.DAY
  elseif row[2] == "Purchase" and row[3] ~= "Pre-contract" then
    deal.offerDate, deal.contractDate = made + 3 * times.DAY, made + 5 * times.DAY
    deal.homeInspectionDate, deal.appraisalDate = made + 12 * times.DAY, made + 18 * times.DAY
    deal.escrowDate = made + 20 * times.DAY
  end
end

local function add(store, lead, row, now)
  local gci = row[5] * 3 // 100
  local made = now - row[6] * times.DAY
  local deal = write.add(store, lead, {
    type = row[2], status = row[3], name = row[4], homePrice = row[5], commissionRate = 3, gci = gci,
    teamRevenue = gci * 3 // 10, agentRevenue = gci - gci * 3 // 10, customFields = custom_fields(row),
    expectedCloseDate = row.close and now + row.close * times.DAY, agreementSignedDate = made + times.DAY,
    closeDate = row.closed and now - row.closed * times.DAY,
    commissions = row.split and split(row.split, lead),
  })
  deal.linked = row.linked
  set_dates(deal, row, made)
  if row.street then
    address.set(store, deal, { streetAddress = row.street, unit = row.unit, city = "Portland", state = "ME",
      zipCode = "04101", county = "Cumberland" })
  end
  deal.created, deal.updated = made, row.closed and deal.closeDate or made + 2 * times.DAY
end

--- Fills the store.
---@param store table
---@param now integer epoch milliseconds
---@param by_name table<string, table> leads by last name
function M.fill(store, now, by_name)
  for _, row in ipairs(DEALS) do
    add(store, by_name[row[1]], row, now)
  end
end

return M
