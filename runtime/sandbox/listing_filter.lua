--- Which listings a POST /v2.0/listings/search asks for, and in what order. A key that is none finds nothing, without
--- an error; seen live.

local json = require "native.json"
local times = require "sandbox.times"

local M = {}

-- "min,max" with either side left out; a bare number is both. Anything else is no range.
local function range_of(text)
  if type(text) ~= "string" then
    return nil
  end
  local low, high = text:match("^%s*(%d*%.?%d*)%s*,%s*(%d*%.?%d*)%s*$")
  if not low then
    low = text:match("^%s*(%d+%.?%d*)%s*$")
    high = low
  end
  return low and { low = tonumber(low) or -math.huge, high = tonumber(high) or math.huge }
end

local function in_range(field)
  return function(wanted)
    local range = range_of(wanted)
    return range and function(listing)
      return listing[field] >= range.low and listing[field] <= range.high
    end
  end
end

-- A label or a list of them.
local function set_of(wanted)
  local set = {}
  for _, label in ipairs(type(wanted) == "table" and wanted or { wanted }) do
    set[tostring(label):lower()] = true
  end
  return set
end

local function one_of(value_of)
  return function(wanted)
    local set = set_of(wanted)
    return function(listing)
      return set[value_of(listing):lower()] or false
    end
  end
end

local PLACES = {
  city = one_of(function(listing) return listing.city end),
  state = one_of(function(listing) return listing.state end),
  zipCode = one_of(function(listing) return listing.zip end),
  streetAddress = one_of(function(listing) return listing.street end),
}

-- One maker of a test per condition; it gives nil for what it cannot read.
local makers = {
  price = in_range("price"), beds = in_range("beds"), baths = in_range("baths"), sqFt = in_range("sqft"),
  builtYear = in_range("year"),
  propertyType = one_of(function(listing) return listing.type end),
  purchaseType = one_of(function() return "For Sale" end),
  listingStatus = one_of(function(listing) return listing.sold and "Sold" or "Active" end),
}

function makers.daysOnSite(wanted, now)
  local range = range_of(wanted)
  return range and function(listing)
    local days = (now - listing.listed) / times.DAY
    return days >= range.low and days <= range.high
  end
end

function makers.location(wanted)
  if type(wanted) ~= "table" or json.is_array(wanted) then
    return nil
  end
  local found = {}
  for name, value in pairs(wanted) do
    if not PLACES[name] then
      return nil
    end
    found[#found + 1] = PLACES[name](value)
  end
  -- Places are alternatives, unlike conditions.
  return function(listing)
    for _, accept in ipairs(found) do
      if accept(listing) then
        return true
      end
    end
    return #found == 0
  end
end

--- One function that says whether a listing passes all conditions.
---@param conditions table<string, any>
---@param now integer epoch milliseconds
---@return fun(listing: table): boolean
function M.compile(conditions, now)
  local list = {}
  for name, wanted in pairs(conditions) do
    if wanted ~= json.null then
      local test = makers[name] and makers[name](wanted, now)
      if not test then
        return function() return false end
      end
      list[#list + 1] = test
    end
  end
  return function(listing)
    for _, accept in ipairs(list) do
      if not accept(listing) then
        return false
      end
    end
    return true
  end
end

local ORDERS = {
  PRICE_DESC = { "price", -1 }, PRICE_ASC = { "price", 1 }, BEDROOMS_DESC = { "beds", -1 }, BATHS_DESC = { "baths", -1 },
  BUILT_YEAR_DESC = { "year", -1 }, SQFT_DESC = { "sqft", -1 }, MLS_LIST_DATE_L_DESC = { "listed", -1 },
}

--- Sorts in place: by the named orders, the first one first; names that are none are ignored. Newest first at last.
---@param listings table[]
---@param names string[]
function M.sort(listings, names)
  local orders = {}
  for _, name in ipairs(names) do
    orders[#orders + 1] = ORDERS[name]
  end
  orders[#orders + 1] = ORDERS.MLS_LIST_DATE_L_DESC
  table.sort(listings, function(a, b)
    for _, order in ipairs(orders) do
      local x, y = a[order[1]], b[order[1]]
      if x ~= y then
        return (x - y) * order[2] < 0
      end
    end
    return a.id < b.id
  end)
end

return M
