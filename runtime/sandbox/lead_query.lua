--- GET /v1.0/leads: filters, order, and both ways of paging.
--- A scroll id carries its whole state, so that scrolling a million leads keeps nothing here. Only an order other than
--- by creation needs a kept list of ids.

local json = require "native.json"
local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local params = require "sandbox.params"
local lead_filter = require "sandbox.lead_filter"

local M = {}

M.DEFAULT_LIMIT, M.MAX_LIMIT = 25, 100
M.SCROLL_MS = 3600000 -- how long a scroll id lives; the real time is unknown
local KEPT_ORDERS = 32

-- What each documented order compares; every other name orders by creation, without an error.
local SORT_FIELDS = {
  LastContact = "touched", LastCall = "touched", LastEmail = "touched", Communication = "touched",
  LastActivity = "visited", Activity = "visited", AssignTime = "assigned", Score = "score", SCOREV2 = "score",
}

-- Steps through the positions a scroll has still to look at, until `limit` leads were found.
local function collect(leads, scroll, limit)
  local found = {}
  local accept = lead_filter.compile(scroll.filter)
  local position, step = scroll.cursor, scroll.ascending and 1 or -1
  local last = scroll.ascending and scroll.top or 1
  while #found < limit and (last - position) * step >= 0 do
    local lead = leads:at(position)
    if leads.is_visible(lead) and accept(lead) then
      found[#found + 1] = lead
    end
    position = position + step
  end
  scroll.cursor = position
  return found
end

local function count_matches(leads, filter)
  if not next(filter) then
    return leads.count - #leads.hidden
  end
  local accept, total = lead_filter.compile(filter), 0
  for position = 1, leads.count do
    local lead = leads:at(position)
    if leads.is_visible(lead) and accept(lead) then
      total = total + 1
    end
  end
  return total
end

-- Moves a scroll's cursor past its first `offset` matches.
local function skip(leads, scroll, offset)
  if next(scroll.filter) or #leads.hidden > 0 then
    collect(leads, scroll, offset)
  else
    scroll.cursor = scroll.cursor + (scroll.ascending and offset or -offset)
  end
end

-- Ids of all matches in an order that positions do not give; leads without a value come last.
local function ordered_ids(leads, scroll, field)
  local all = collect(leads, scroll, leads.count)
  local sign = scroll.ascending and 1 or -1
  local place = {}
  for i, lead in ipairs(all) do
    place[lead] = i
  end
  table.sort(all, function(a, b)
    local x, y = a[field], b[field]
    if x == y or not x or not y then
      if (x == nil) ~= (y == nil) then
        return y == nil
      end
      return place[a] < place[b]
    end
    return (x - y) * sign < 0
  end)
  local ids = {}
  for i, lead in ipairs(all) do
    ids[i] = lead.leadId
  end
  return ids
end

local function keep_order(store, ids)
  local orders = store.lead_orders or { serial = 0 }
  store.lead_orders = orders
  orders.serial = orders.serial + 1
  orders[orders.serial] = ids
  orders[orders.serial - KEPT_ORDERS] = nil
  return orders.serial
end

local function page_of_order(store, scroll, limit)
  local ids = store.lead_orders and store.lead_orders[scroll.order]
  wire.demand(ids, "INVALID_PARAMETER")
  local found = {}
  while #found < limit and scroll.cursor <= #ids do
    local lead = store.leads:find(ids[scroll.cursor])
    if lead and store.leads.is_visible(lead) then
      found[#found + 1] = lead
    end
    scroll.cursor = scroll.cursor + 1
  end
  return found
end

local function checksum(text)
  local sum = 1
  for i = 1, #text do
    sum = (sum * 31 + text:byte(i)) % 4294967291
  end
  return string.format("%08x", sum)
end

local function write_scroll_id(store, scroll)
  scroll.expires = store.now() + M.SCROLL_MS
  local text = assert(json.encode(scroll))
  return codec.base64_encode(checksum(text) .. text)
end

-- The scroll an id stands for; refuses ids that are made up, damaged or too old.
local function read_scroll_id(store, id)
  local plain = codec.base64_decode(id) or ""
  local sum, text = plain:sub(1, 8), plain:sub(9)
  wire.demand(sum == checksum(text), "INVALID_PARAMETER")
  local scroll = json.decode(text)
  wire.demand(type(scroll) == "table" and store.now() < scroll.expires, "INVALID_PARAMETER")
  return scroll
end

local function start_scroll(store, query, limit)
  local leads = store.leads
  local offset = params.integer(query, "offset", 0)
  wire.demand(offset >= 0, "INVALID_PARAMETER")
  local filter = lead_filter.read(query)
  local field = SORT_FIELDS[params.text(query, "sort") or ""]
  local ascending = not params.boolean(query, "desc", true)
  local scroll = {
    filter = filter, limit = limit, offset = offset, ascending = ascending, top = leads.count,
    cursor = ascending and 1 or leads.count, total = count_matches(leads, filter),
  }
  local places = math.min(offset, leads.count) -- the number asked for may be anything
  if field then
    scroll.order = keep_order(store, ordered_ids(leads, scroll, field))
    scroll.cursor = places + 1
  elseif places > 0 then
    skip(leads, scroll, places)
  end
  return scroll
end

--- One page of leads. A scroll id continues with its own filters and limit, whatever else the query says; every
--- page carries one, also the last: the end is a page without leads.
---@param store table
---@param query table list of {name, value}
---@return table[] leads as kept
---@return table metadata
function M.page(store, query)
  local limit = params.integer(query, "limit", M.DEFAULT_LIMIT)
  wire.demand(limit >= 1 and limit <= M.MAX_LIMIT, "LIMIT_NOT_VALID")
  local id = params.text(query, "scrollId")
  local scroll = id and read_scroll_id(store, id) or start_scroll(store, query, limit)
  local found
  if scroll.order then
    found = page_of_order(store, scroll, scroll.limit)
  else
    found = collect(store.leads, scroll, scroll.limit)
  end
  local metadata = { collection = "leads", limit = scroll.limit, offset = scroll.offset, total = scroll.total }
  scroll.offset = scroll.offset + #found
  metadata.scrollId = write_scroll_id(store, scroll)
  return found, metadata
end

return M
