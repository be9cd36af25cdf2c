--- The demo seed's listings: invented houses. Read by demo.lua.

local account = require "sandbox.account"
local times = require "sandbox.times"

local M = {}

-- Each row: id, street, city, state, zip code, type, price, beds, baths, square feet, year, agent's place in
-- account.members, days on the market, more.
local ROWS = {
  { 4410001, "14 Harbor Street", "Portland", "ME", "04101", "Condo", 515000, 2, 2, 1180, 2006, 1, 9,
    building = "Harbor Lofts" },
  { 4410002, "88 Cedar Lane", "Portland", "ME", "04103", "Single Family Home", 469000, 3, 2, 1640, 1962, 1, 21,
    open = true },
  { 4410003, "5 Juniper Way", "South Portland", "ME", "04106", "Single Family Home", 389000, 3, 1.5, 1320, 1954, 2, 4 },
  { 4410004, "120 Orchard Avenue", "Westbrook", "ME", "04092", "Multi-Family", 640000, 6, 3, 2890, 1921, 1, 47 },
  { 4410005, "31 Mill Road", "South Portland", "ME", "04106", "Townhouse", 355000, 2, 1.5, 1105, 1998, 2, 33 },
  { 4410006, "7 Lakeview Terrace", "Burlington", "VT", "05401", "Condo", 298000, 1, 1, 760, 1987, 3, 12,
    building = "Lakeview Terrace" },
  { 4410007, "9 Lakeview Terrace", "Burlington", "VT", "05401", "Condo", 342000, 2, 1, 915, 1987, 3, 2,
    building = "Lakeview Terrace" },
  { 4410008, "402 Maple Hill", "Shelburne", "VT", "05482", "Single Family Home", 729000, 4, 3, 2750, 2011, 3, 64 },
  { 4410009, "0 Quarry Road", "Barre", "VT", "05641", "Vacant Land", 84000, 0, 0, 0, 0, 3, 190 },
  { 4410010, "22 Harbor Street", "Portland", "ME", "04101", "Condo", 488000, 2, 2, 1090, 2006, 2, 15,
    building = "Harbor Lofts" },
  { 4410011, "17 Fern Court", "Portland", "ME", "04102", "Single Family Home", 812000, 4, 3.5, 3010, 1938, 1, 28 },
  { 4410012, "3 Wharf Road", "Portland", "ME", "04101", "Commercial", 1250000, 0, 2, 5400, 1974, 1, 120 },
  { 4410013, "61 Cedar Lane", "Portland", "ME", "04103", "Single Family Home", 455000, 3, 2, 1590, 1962, 1, 95,
    sold = true },
  { 4410014, "8 Juniper Way", "South Portland", "ME", "04106", "Single Family Home", 372000, 3, 1, 1240, 1954, 2, 140,
    sold = true },
  { 4410015, "12 Lakeview Terrace", "Burlington", "VT", "05401", "Condo", 310000, 2, 1, 880, 1987, 3, 200,
    sold = true, building = "Lakeview Terrace" },
}

--- Fills the store.
---@param store table
---@param now integer epoch milliseconds
function M.fill(store, now)
  for _, row in ipairs(ROWS) do
    store.listings[#store.listings + 1] = {
      id = ("%d"):format(row[1]), mls = "NE" .. row[1] % 100000 + 700000, street = row[2], city = row[3], state = row[4],
      zip = row[5], type = row[6], price = row[7], beds = row[8], baths = row[9], sqft = row[10], year = row[11],
      agent = account.members[row[12]], listed = now - row[13] * times.DAY, sold = row.sold or false,
      building = row.building, open = row.open,
    }
  end
end

return M
