--- The operations on listings: the search, an agent's own, and the published feed.

local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local params = require "sandbox.params"
local account = require "sandbox.account"
local roster = require "sandbox.roster"
local filter = require "sandbox.listing_filter"
local view = require "sandbox.listing_view"

local M = {}

local MAX_PAGE, MAX_LIMIT = 100, 1000
local SCOPES = { my = true, office = true, all = true }
local FEEDS = { LuxVT = true, AptCom = true, AllOnMarket = true }
local SEARCH_KEYS = {
  searchScope = true, soldFlag = true, filterConditions = true, sortFields = true, returnFields = true, pageNum = true,
  pageSize = true,
}

local function select(store, accept)
  local found = {}
  for _, listing in ipairs(store.listings) do
    if accept(listing) then
      found[#found + 1] = listing
    end
  end
  return found
end

local function in_scope(listing, scope)
  if scope == "my" then
    return listing.agent == account.caller
  end
  return scope == "all" or listing.agent.office == account.caller.office
end

local function read_search(body)
  local wish = {
    scope = params.field_text(body, "searchScope") or "all", sold = params.field_boolean(body, "soldFlag") or false,
    conditions = params.field_object(body, "filterConditions") or {},
    sort = params.field_array(body, "sortFields", params.as_text) or {},
    fields = params.field_array(body, "returnFields", params.as_text),
    page = params.field_integer(body, "pageNum") or 1, size = params.field_integer(body, "pageSize") or 25,
  }
  wire.demand(SCOPES[wish.scope] and wish.page >= 1, "INVALID_PARAMETER")
  wire.demand(wish.size >= 1 and wish.size <= MAX_PAGE, "INVALID_PARAMETER")
  for name in pairs(body) do
    wish.lost = wish.lost or not SEARCH_KEYS[name]
  end
  return wish
end

--- POST /v2.0/listings/search: pages count from 1; a wrong key anywhere finds nothing.
function M.search(store, request)
  local wish = read_search(request.body)
  local accept = filter.compile(wish.conditions, store.now())
  local found = select(store, function(listing)
    return not wish.lost and listing.sold == wish.sold and in_scope(listing, wish.scope) and accept(listing)
  end)
  filter.sort(found, wish.sort)
  -- Bounded before multiplying: the page asked for may be any.
  local first = math.min(wish.page - 1, #found) * wish.size
  local page = table.move(found, first + 1, math.min(first + wish.size, #found), 1, {})
  return {
    listing = view.items(page, wish.fields),
    metadata = {
      collection = "listing", pageSize = wish.size, pageNum = wish.page, totalCount = #found,
      totalPage = (#found + wish.size - 1) // wish.size, hasMore = first + wish.size < #found,
    },
  }
end

-- The member whose listings are asked for, the caller when nobody is named. Other members' are for who manages agents.
local function demand_agent(store, request)
  local user_id = params.integer(request.query, "userId", 0)
  local agent = user_id == 0 and account.caller or roster.find(store, user_id)
  wire.demand(agent, "USER_NOT_EXIST")
  wire.demand(agent == account.caller or not request.limited, "NO_ACCESS_WEBSITE")
  return agent
end

local function set_of(names)
  local set = {}
  for _, name in ipairs(names or {}) do
    set[name] = true
  end
  return set
end

local function contains(text, part)
  return text ~= nil and part ~= nil and text:lower():find(part:lower(), 1, true) ~= nil
end

-- What a GET /v1.0/listing looks for: at least one of the targets, and a street to narrow them.
local function read_targets(query)
  local wish = {
    agent = params.boolean(query, "agentListings", false), office = params.boolean(query, "officeListings", false),
    active = params.text(query, "listingId"), sold = params.text(query, "soldListingId"),
    mls = params.list(query, "mlsListingIds"), building = params.text(query, "buildingName"),
    address = params.text(query, "buildingAddress"),
  }
  wire.demand(wish.agent or wish.office or wish.active or wish.sold or wish.mls or wish.building or wish.address,
    "INVALID_PARAMETER")
  wire.demand(not (wish.active and wish.sold), "INVALID_PARAMETER_200")
  wish.street, wish.mls = params.text(query, "street"), set_of(wish.mls)
  return wish
end

local function is_target(wish, listing, agent)
  if wish.street and not contains(listing.street, wish.street) then
    return false
  end
  return wish.agent and listing.agent == agent or wish.office and listing.agent.office == agent.office
    or not listing.sold and listing.id == wish.active or listing.sold and listing.id == wish.sold
    or wish.mls[listing.mls] or contains(listing.building, wish.building) or listing.building and contains(listing.street, wish.address)
end

-- A page key is where the next page starts, wrapped so that nobody takes it for a number.
local function page_of(found, key, limit)
  local start = key and tonumber((codec.base64_decode(key) or ""):match("^after:(%d+)$"))
  wire.demand(start or not key, "INVALID_PARAMETER")
  local first = math.min(start or 0, #found)
  local last = math.min(first + limit, #found)
  local next_key = last < #found and codec.base64_encode("after:" .. last) or ""
  return { listings = view.items(table.move(found, first + 1, last, 1, {})) }, next_key
end

-- What showCondition adds. The conditions of an account that is not active cannot be looked up.
local function alert_condition(store, agent)
  wire.demand(roster.status(store, agent) == "ACTIVE", "ALERT_CONDITION_FEGIN_FAIL")
  return { userId = agent.user_id, purchaseType = "For Sale" }
end

--- GET /v1.0/listing: active and sold ones side by side, each with a page key of its own.
function M.list_for_agent(store, request)
  local query = request.query
  local limit = params.integer(query, "limit", 25)
  wire.demand(limit > 0 and limit <= MAX_LIMIT, "LISTING_LIMIT_NOT_VALID")
  local wish, agent = read_targets(query), demand_agent(store, request)
  local condition
  if params.boolean(query, "showCondition", false) then
    condition = alert_condition(store, agent)
  end
  local parts = {}
  for _, sold in ipairs { false, true } do
    parts[sold] = select(store, function(listing)
      return listing.sold == sold and is_target(wish, listing, agent)
    end)
    filter.sort(parts[sold], {})
  end
  local active, next_key = page_of(parts[false], params.text(query, "nextPageKey"), limit)
  local sold, sold_key = page_of(parts[true], params.text(query, "soldNextPageKey"), limit)
  return {
    listIng = active, soldListing = sold,
    _listingMetadata = {
      collection = "listing", limit = limit, total = #parts[false] + #parts[true], activeTotal = #parts[false],
      soldTotal = #parts[true], nextPageKey = next_key, soldNextPageKey = sold_key, condition = condition,
    },
  }
end

--- GET /v1.0/getPublishedListings: XML, and only for who accepts that.
function M.list_published(store, request)
  local kind = params.text(request.query, "type")
  wire.demand(FEEDS[kind or ""], "INVALID_PARAMETER")
  local published = select(store, function(listing)
    return not listing.sold
  end)
  return wire.answer(200, "application/xml;charset=UTF-8", view.feed(published, kind))
end

return M
