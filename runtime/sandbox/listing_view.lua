--- A listing as replies show it (ListingItem). Members seen live under other names than the described ones stand
--- beside those: id, streetAddress, city, siteDetailLink.

local json = require "native.json"
local account = require "sandbox.account"

local M = {}

local SITE = "https://homes.example.com/listing/"
local COUNTIES = { ME = "Cumberland", VT = "Chittenden" }

local function open_house(listing)
  if not listing.open then
    return nil
  end
  return "Sat Mar 07, 1:00pm - 3:00pm", "2026-03-07 13:00:00", "2026-03-07 15:00:00"
end

--- The whole item.
---@param listing table as kept in store.listings
---@return table
function M.item(listing)
  local agent = listing.agent
  local office = account.offices[agent.office]
  local schedule, starts, ends = open_house(listing)
  return {
    listingId = listing.id, mlsListingId = listing.mls, listingStreetName = listing.street,
    listingCity = listing.city, listingState = listing.state, listingZipcode = json.array { listing.zip },
    county = COUNTIES[listing.state], area = listing.city, chimeArea = listing.city, chimeComplex = listing.building,
    price = ("%d"):format(listing.price), beds = listing.beds, baths = listing.baths, sqft = listing.sqft,
    builtYear = listing.year, totalAvailableAcres = "6000",
    detailsDescribe = ("%s in %s, built in %d."):format(listing.type, listing.city, listing.year),
    listingStatus = listing.sold and "Sold" or "Active", purchaseType = "For Sale",
    propertyTypes = json.array { listing.type }, propertyTypeSecondary = listing.type,
    propertyTypePrimary = listing.type == "Commercial" and "Commercial" or "Residential",
    pictureList = json.array { SITE .. listing.id .. "/1.jpg", SITE .. listing.id .. "/2.jpg" },
    openHouseSchedules = schedule, openHouseSchedulesStart = starts, openHouseSchedulesEnd = ends,
    agentId = ("%d"):format(agent.short_user_id), agentName = agent.first .. " " .. agent.last,
    agentOrgId = ("%d"):format(office.id), agentOrgName = office.name, hoaFee = -1, condoFee = -1,
    chimeMaintenanceFee = 0, garageParkingSpaces = 1, mlsListDateL = listing.listed,
    id = listing.id, streetAddress = listing.street, city = listing.city, siteDetailLink = SITE .. listing.id,
  }
end

--- Items of a list.
---@param listings table[]
---@param names? string[] the only members to show, all when absent or empty
---@return table[] a JSON array
function M.items(listings, names)
  local items = json.array({})
  for i, listing in ipairs(listings) do
    local item = M.item(listing)
    if names and #names > 0 then
      local whole = item
      item = {}
      for _, name in ipairs(names) do
        item[name] = whole[name]
      end
    end
    items[i] = item
  end
  return items
end

local ESCAPES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

local function element(name, text)
  return ("    <%s>%s</%s>\n"):format(name, tostring(text):gsub('[&<>"]', ESCAPES), name)
end

--- A feed of listings in XML. What Lofty's own feeds look like is not documented.
---@param listings table[]
---@param kind string the variant asked for
---@return string
function M.feed(listings, kind)
  local lines = { '<?xml version="1.0" encoding="UTF-8"?>\n', ('<listings type="%s">\n'):format(kind) }
  for _, listing in ipairs(listings) do
    lines[#lines + 1] = ('  <listing id="%s">\n'):format(listing.id)
    lines[#lines + 1] = element("street", listing.street) .. element("city", listing.city)
      .. element("state", listing.state) .. element("zip", listing.zip) .. element("price", listing.price)
      .. element("beds", listing.beds) .. element("baths", listing.baths) .. element("type", listing.type)
    lines[#lines + 1] = "  </listing>\n"
  end
  lines[#lines + 1] = "</listings>\n"
  return table.concat(lines)
end

return M
