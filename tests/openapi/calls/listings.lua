--- Valid calls: listings.
return {
  { "listings.search", { {} } },
  { "listings.search", { {
    searchScope = "all", soldFlag = false,
    filterConditions = { location = { city = { "Portland" } } },
    sortFields = { "PRICE_DESC", "MLS_LIST_DATE_L_DESC" }, returnFields = { "listingId", "price" },
    pageNum = 1, pageSize = 100,
  } } },
  { "listings.list_for_agent", { {
    userId = 0, nextPageKey = "", soldNextPageKey = "", mlsListingIds = "ME-20931,ME-20932", street = "Harbor Street",
    limit = 1000, officeListings = true, agentListings = true, buildingName = "Pier House",
    buildingAddress = "2 Pier Road", showCondition = true,
  } } },
  { "listings.list_for_agent", { { listingId = "ME-20931" } } },
  { "listings.list_for_agent", { { soldListingId = "ME-20933" } } },
  { "listings.list_published", { { type = "AllOnMarket" } } },
}
