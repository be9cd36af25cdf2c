--- Examples of listings for the manual (lofty.manual.examples).
local M = {}

M.list_for_agent = [[
for listing in lofty.listings.each_for_agent { agentListings = true } do
  print(listing.listingId, listing.streetAddress, listing.price)
end]]

M.list_published = [[
local xml = lofty.listings.list_published { type = "AllOnMarket" }
print(#xml .. " bytes of XML")]]

M.search = [[
local search = { searchScope = "my", filterConditions = { price = "300000,500000" } }
for listing in lofty.listings.each_search(search) do
  print(listing.listingId, listing.price, listing.streetAddress)
end]]

return M
