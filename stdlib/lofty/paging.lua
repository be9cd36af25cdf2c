--- The ways in which Lofty pages its lists, one entry each. An operation names its way in `page`.
---
--- A style has
---   size    the parameter that sets the size of a page; nil where there is none
---   fixed   the size that pages have where nothing sets it
---   at      the parameter that says where a page begins, for messages and help
---   begin   parameters that continue what was read before; an iteration cannot begin at one of them
---   start   how many items the filters skip to begin with
---   first   the query of the first page
---   after   the query of the page after the one just read; nil at the end, nil and why where none can be asked for;
---           a third result is true where that page is to begin with the last item of this one
---   items   the items and the metadata in a result that is no plain list
---   joint   the query of the item before the page just read, where pages are counted
---   exact   true where a position counts on nothing leaving the list while it is read
---   even    true where pages are counted, so that a short one in the middle means that others overlap
---   ahead   true where a position is an item, which the script may move
--- `walk` is lofty.pages' record of one iteration: filters, size, page (its number), position (start + all items read),
--- total (the last one heard), most (the largest one), last_id, query (the one just answered), overlaps.
local M = {}

--- A copy of the filters with more parameters.
local function with(walk, extra)
  local query = {}
  for name, value in pairs(walk.filters) do query[name] = value end
  for name, value in pairs(extra) do query[name] = value end
  return query
end

--- What a page says of more pages, where it says so: true or 1, false or 0.
local function says_more(metadata)
  local more = metadata and metadata.hasMore
  if more == nil then return nil end
  return more ~= false and more ~= 0
end

--- Whether the end is reached: as the page says; else known where there is a total; else an empty page says so.
local function at_end(walk, items, metadata)
  local more = says_more(metadata)
  if more ~= nil then return not more end
  return #items == 0 or walk.total ~= nil and walk.position >= walk.most
end

local function starts_at_zero() return 0 end

local function first_page(walk)
  local size = walk.style.size
  return with(walk, size and { [size] = walk.size } or {})
end

--- Lists read by position. `reach` is the last position that Lofty lets anybody read.
local function positioned(reach)
  return {
    size = "limit",
    at = "offset",
    exact = true,
    start = function(walk) return math.tointeger(tonumber(walk.filters.offset)) or 0 end,
    first = first_page,
    after = function(walk, items, metadata)
      if at_end(walk, items, metadata) or walk.overlaps and #items == 1 then return nil end
      if says_more(metadata) and #items == 0 then return nil, "is empty, yet says that more follows" end
      -- Nobody would hear that something left the list where other things came: each page begins with a known item.
      local overlaps = walk.size > 1
      local offset, limit = walk.position - (overlaps and 1 or 0), walk.size
      if reach then limit = math.min(limit, reach - offset) end
      if limit <= (overlaps and 1 or 0) then
        return nil, ("ends at item %d, the last one that can be read by position; narrow the filter"):format(reach)
      end
      return with(walk, { limit = limit, offset = offset }), nil, overlaps
    end,
  }
end

M.offset = positioned()
--- messages.search_by_agent: in the body, with hasMore.
M.body_offset = M.offset
--- manual_logs.list: offset + limit is at most 20000 (documented).
M.near_offset = positioned(20000)

--- leads.list: each page brings the scrollId of the next, which is then its only parameter (seen live). Where none
--- comes although there is more, the rest is read by offset.
M.scroll = {
  size = "limit",
  at = "scrollId",
  begin = { "scrollId" },
  start = M.offset.start,
  first = first_page,
  after = function(walk, items, metadata)
    local scroll_id = metadata and metadata.scrollId
    local offered = scroll_id and scroll_id ~= ""
    -- A full page with a scrollId is no end, whatever the total says: totals may be capped, an empty page is not.
    if offered and #items >= walk.size then return { scrollId = scroll_id } end
    if at_end(walk, items) then return nil end
    if offered then return { scrollId = scroll_id } end
    local more = walk.total and walk.position < walk.total
    if not more and (walk.total or #items < walk.size) then return nil end
    walk.style = M.offset
    return M.offset.after(walk, items)
  end,
}

--- Lists whose pages are numbered from `first`.
local function numbered(page, size, first, fixed)
  local function number(walk) return math.tointeger(tonumber(walk.filters[page])) or first end
  return {
    size = size,
    fixed = fixed,
    at = page,
    exact = true,
    even = size ~= nil,
    joint = size and function(walk)
      return with(walk, { [page] = first + (number(walk) - first + walk.page - 1) * walk.size - 1, [size] = 1 })
    end,
    start = function(walk) return (number(walk) - first) * walk.size end,
    first = first_page,
    after = function(walk, items, metadata)
      if at_end(walk, items, metadata) then return nil end
      if says_more(metadata) and #items == 0 then return nil, "is empty, yet says that more follows" end
      local query = with(walk, { [page] = number(walk) + walk.page })
      if size then query[size] = walk.size end
      return query
    end,
  }
end

M.index = numbered("currPage", "pageSize", 0)
M.page = numbered("page", "pageSize", 0)
M.pageNumber = numbered("pageNumber", "pageSize", 0)
M.pageNum0 = numbered("pageNum", "pageSize", 0)
M.pageNum = numbered("pageNum", "pageSize", 1)
--- leads.list_site_activities: pages of 100, which nothing changes (documented).
M.curPage = numbered("curPage", nil, 0, 100)

--- The next page begins after the id of the last item. There is no total, so only an empty page is the end. Nobody
--- says whether that item comes again: it may.
M.after_id = {
  size = "limit",
  at = "currentId",
  ahead = true,
  start = starts_at_zero,
  first = first_page,
  after = function(walk, items)
    if #items == 0 or #items == 1 and walk.query.currentId == walk.last_id then return nil end
    return with(walk, { limit = walk.size, currentId = walk.last_id })
  end,
}
M.timeline = M.after_id

--- messages.list_by_agent: a cursor until none comes; the last page may be empty (documented).
M.cursor = {
  size = "limit",
  at = "cursor",
  begin = { "cursor" },
  start = starts_at_zero,
  first = first_page,
  after = function(walk, _, metadata)
    local cursor = metadata and metadata.nextCursor
    if cursor == nil or cursor == "" then
      return nil, says_more(metadata) and "says that more follows, but brings no cursor" or nil
    end
    if cursor == walk.query.cursor then return nil, "brings the cursor that it was asked for with" end
    return with(walk, { limit = walk.size, cursor = cursor })
  end,
}

--- listings.list_for_agent: two lists side by side, each with a key of its own; a list is through when no key comes.
local LISTS = { { "listIng", "nextPageKey" }, { "soldListing", "soldNextPageKey" } }

--- The array in what a list's member holds: the array itself, or the only one inside an object, since nothing says
--- what that object is called inside.
local function array_in(value)
  local is_array = require("native.json").is_array
  if value == nil or is_array(value) then return value or {} end
  local found
  for _, member in pairs(type(value) == "table" and value or {}) do
    if is_array(member) then
      if found then return nil end
      found = member
    end
  end
  return found
end

--- ai.list_lead_analyses: nothing is documented of what its data holds.
M.pageNum_inside = setmetatable({
  items = function(_, result)
    local found = array_in(result)
    if not found then return nil, "it holds no single list" end
    return found, result
  end,
}, { __index = M.pageNum })

M.two_keys = {
  size = "limit",
  at = "nextPageKey",
  begin = { "nextPageKey", "soldNextPageKey" },
  start = starts_at_zero,
  first = first_page,
  items = function(walk, result)
    local items = {}
    for _, list in ipairs(LISTS) do
      local name, key = list[1], list[2]
      -- A list that is through would begin again, for want of a key.
      if walk.page == 0 or walk.query[key] then
        local found = array_in(result[name])
        if not found then return nil, ("%s holds no single list"):format(name) end
        table.move(found, 1, #found, #items + 1, items)
      end
    end
    return items, result._listingMetadata
  end,
  after = function(walk, _, metadata)
    local keys, more = { limit = walk.size }, false
    for _, list in ipairs(LISTS) do
      local key = metadata and metadata[list[2]]
      if key and key ~= "" and (walk.page == 1 or walk.query[list[2]]) then
        if key == walk.query[list[2]] then return nil, "brings the key that it was asked for with" end
        keys[list[2]], more = key, true
      end
    end
    return more and with(walk, keys) or nil
  end,
}

--- Lists that come whole. `limit` is the most of them, where the operation takes one.
M.none = {
  start = starts_at_zero,
  first = function(walk)
    return walk.row.page_size and with(walk, { limit = walk.size }) or walk.filters
  end,
  after = function() return nil end,
}

return M
