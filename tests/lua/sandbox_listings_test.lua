-- Listings: the search with its traps, an agent's own, the published feed.
local t = require "harness"
local json = require "native.json"
local box = require "sandbox_box"
local refusal = require "sandbox_refusal"

local SEARCH, OWN, FEED = "/v2.0/listings/search", "/v1.0/listing", "/v1.0/getPublishedListings"
local MARCUS, GORDON = 844710023600019, 844710023600091

local function search(b, body)
  return b:ok("POST", SEARCH, nil, body or "{}")
end

local function ids(listings)
  local list = box.pluck(listings, "listingId")
  table.sort(list)
  return table.concat(list, ","):gsub("44100", "")
end

t.test("a search without conditions finds what is for sale, newest first, from page 1 on", function()
  local b = box.new "demo"
  local first = search(b, { pageSize = 5 })
  t.equal(first.metadata,
    { collection = "listing", pageSize = 5, pageNum = 1, totalCount = 12, totalPage = 3, hasMore = true })
  t.equal(first.listing[1].listingId, "4410007")
  local last = search(b, { pageSize = 5, pageNum = 3 })
  t.equal(#last.listing, 2)
  t.equal(last.metadata.hasMore, false)
  t.equal(#search(b, { pageNum = 9007199254740993 }).listing, 0)
  t.equal(#search(b, { soldFlag = true }).listing, 3)
  t.equal(#search(b, { searchScope = "my" }).listing, 5)
  t.equal(#search(b, { searchScope = "office" }).listing, 8)
  t.equal(search(box.new "empty").metadata.totalCount, 0)
end)

-- Conditions, and the ends of the ids found.
for _, case in ipairs {
  { { price = "400000,500000" }, "02,10" }, { { price = "800000," }, "11,12" }, { { beds = ",1" }, "06,09,12" },
  { { baths = "3,3" }, "04,08" }, { { sqFt = "2000,3000" }, "04,08" }, { { daysOnSite = ",5" }, "03,07" },
  { { location = { city = { "south portland" } } }, "03,05" }, { { location = { zipCode = { "04102", "05482" } } }, "08,11" },
  { { propertyType = { "Condo", "Townhouse" }, price = ",360000" }, "05,06,07" },
  { { purchaseType = { "For Sale" }, location = { state = { "VT" } }, beds = "4," }, "08" },
  { { purchaseType = { "For Rent" } }, "" },
} do
  t.test("found by " .. json.encode(case[1]), function()
    t.equal((ids(search(box.new "demo", { filterConditions = case[1] }).listing)), case[2])
  end)
end

for _, body in ipairs {
  { filterConditions = { minPrice = 100000 } }, { filterConditions = { price = "cheap" } }, { city = "Portland" },
  { filterConditions = { location = "Portland" } }, { filterConditions = { location = { town = { "Portland" } } } },
  { filterConditions = { beds = json.array { 2 } } },
} do
  t.test("a wrong key or value finds nothing, without an error: " .. json.encode(body), function()
    local found = search(box.new "demo", body)
    t.equal(found.listing, json.array {})
    t.equal(found.metadata.totalCount, 0)
  end)
end

t.test("a search is sorted and shows only the fields asked for", function()
  local found = search(box.new "demo", { sortFields = { "PRICE_ASC", "NO_SUCH" }, returnFields = { "price", "beds" },
    pageSize = 2 })
  t.equal(found.listing, { { price = "84000", beds = 0 }, { price = "298000", beds = 1 } })
end)

for _, body in ipairs { { pageSize = 0 }, { pageSize = 101 }, { pageNum = 0 }, { searchScope = "team" },
  { filterConditions = "x" }, { soldFlag = "yes" } } do
  t.test("a search is refused: " .. json.encode(body), function()
    t.equal({ refusal.code(box.new "demo", "listings.search", "POST", SEARCH, nil, body) }, { "INVALID_PARAMETER", 400 })
  end)
end

t.test("an agent's listings, active and sold, each with a page key", function()
  local b = box.new "demo"
  local query = { agentListings = true, limit = 2 }
  local seen, sold = {}, {}
  repeat
    local page = b:ok("GET", OWN, query)
    t.equal(page._listingMetadata.activeTotal, 5)
    t.equal(page._listingMetadata.soldTotal, 1)
    table.move(page.listIng.listings, 1, #page.listIng.listings, #seen + 1, seen)
    table.move(page.soldListing.listings, 1, #page.soldListing.listings, #sold + 1, sold)
    query.nextPageKey, query.soldNextPageKey = page._listingMetadata.nextPageKey, "YWZ0ZXI6MQ=="
  until query.nextPageKey == ""
  t.equal((ids(seen)), "01,02,04,11,12")
  t.equal((ids(sold)), "13")
end)

t.test("an agent's listings by the several targets", function()
  local b = box.new "demo"
  local function found(query)
    local page = b:ok("GET", OWN, query)
    return (ids(page.listIng.listings)) .. "/" .. (ids(page.soldListing.listings))
  end
  t.equal(found { agentListings = true, userId = MARCUS }, "03,05,10/14")
  t.equal(found { agentListings = true, userId = 48216 }, "03,05,10/14")
  t.equal(found { officeListings = true, street = "harbor" }, "01,10/")
  t.equal(found { listingId = "4410008" }, "08/")
  t.equal(found { listingId = "4410013" }, "/", "that one is sold")
  t.equal(found { soldListingId = "4410013" }, "/13")
  t.equal(found { mlsListingIds = "NE710006,NE710015,NE1" }, "06/15")
  t.equal(found { buildingName = "lakeview" }, "06,07/15")
  t.equal(found { buildingAddress = "22 Harbor" }, "10/")
end)

t.test("two ids at once are refused inside HTTP 200", function()
  t.equal({ refusal.code(box.new "demo", "listings.list_for_agent", "GET", OWN,
    { listingId = "4410008", soldListingId = "4410013" }) }, { "INVALID_PARAMETER", 200 })
end)

for _, case in ipairs {
  { { limit = 0, agentListings = true }, "LISTING_LIMIT_NOT_VALID", 400 },
  { { limit = 1001, agentListings = true }, "LISTING_LIMIT_NOT_VALID", 400 },
  { {}, "INVALID_PARAMETER", 400 }, { { street = "harbor" }, "INVALID_PARAMETER", 400 },
  { { agentListings = true, nextPageKey = "x" }, "INVALID_PARAMETER", 400 },
  { { agentListings = true, userId = 17 }, "USER_NOT_EXIST", 404 },
  { { agentListings = true, userId = GORDON, showCondition = true }, "ALERT_CONDITION_FEGIN_FAIL", 404 },
} do
  t.test("an agent's listings are refused with " .. case[2] .. ": " .. json.encode(case[1]), function()
    t.equal({ refusal.code(box.new "demo", "listings.list_for_agent", "GET", OWN, case[1]) }, { case[2], case[3] })
  end)
end

t.test("conditions are shown when asked for", function()
  local b = box.new "demo"
  t.ok(b:ok("GET", OWN, { agentListings = true, showCondition = true })._listingMetadata.condition)
  b:ok("GET", OWN, { agentListings = true, userId = GORDON })
end)

t.test("other agents' listings are not for who manages nothing", function()
  local b = refusal.limited(box.new "demo")
  t.equal({ refusal.code(b, "listings.list_for_agent", "GET", OWN, { agentListings = true, userId = MARCUS }) },
    { "NO_ACCESS_WEBSITE", 403 })
  b:ok("GET", OWN, { agentListings = true, userId = 48213 })
end)

-- The feed is no JSON, so it is asked for past sandbox_box's decoding.
local function feed(accept, kind)
  local b = box.new "demo"
  return b.box:handle { method = "GET", path = FEED, query = { { "type", kind or "LuxVT" } }, body = "",
    headers = { authorization = "token k", accept = accept } }
end

t.test("the feed is XML", function()
  local status, headers, body = feed "application/xml"
  t.equal(status, 200)
  t.matches(headers["content-type"], "^application/xml")
  t.matches(body, "^<%?xml .*<listings type=\"LuxVT\">")
  t.equal(select(2, body:gsub("<listing id=", "")), 12)
end)

t.test("the feed is only for who accepts XML", function()
  for accept, wanted in pairs { ["*/*"] = 200, ["application/*"] = 200, ["text/html, application/xml;q=0.9"] = 200,
    [""] = 200, ["application/json"] = 406, ["application/xml;q=0"] = 406, ["text/*"] = 406 } do
    t.equal((feed(accept)), wanted, accept)
  end
  t.equal((feed(nil)), 200)
  local _, _, body = feed "application/json"
  t.equal(body, '{"message":"Not Acceptable"}')
end)

t.test("the feed's type is one of three", function()
  t.equal((feed("*/*", "AptCom")), 200)
  t.equal((feed("*/*", "All")), 400)
end)

