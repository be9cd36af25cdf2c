--- The ways in which Lofty pages its lists, one entry each. An operation names its way in `page`.
---
--- A style has
---   size    the name of the parameter that sets the size of a page; nil where there is none
---   start   how many items the filters skip to begin with
---   first   the query of the first page
---   after   the query of the page after the one just read, or nil at the end. It may change walk.style.
---   exact   true where a position counts on nothing leaving the list while it is read
---   ahead   true where a position is an item, which the script may move
--- `walk` is lofty.pages' record of one iteration: filters, size, page (its number), position (start + all items read),
--- total (the last one heard), most (the largest one), last_id.
local M = {}

--- A copy of the filters with more parameters.
local function with(walk, extra)
  local query = {}
  for name, value in pairs(walk.filters) do query[name] = value end
  for name, value in pairs(extra) do query[name] = value end
  return query
end

--- Whether the end is reached: known where there is a total, otherwise an empty page says so.
local function at_end(walk, items)
  return #items == 0 or walk.total ~= nil and walk.position >= walk.most
end

local function skipped(walk)
  return walk.filters.offset or 0
end

M.offset = {
  size = "limit",
  exact = true,
  start = skipped,
  first = function(walk) return with(walk, { limit = walk.size }) end,
  after = function(walk, items)
    if at_end(walk, items) then return nil end
    return with(walk, { limit = walk.size, offset = walk.position })
  end,
}

--- leads.list: each page brings the scrollId of the next, which is then its only parameter (seen live). Where none
--- comes although there is more, the rest is read by offset.
M.scroll = {
  size = "limit",
  start = skipped,
  first = M.offset.first,
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

--- team.list_pipelines: pages are numbered from 0.
M.index = {
  size = "pageSize",
  exact = true,
  start = function(walk) return (walk.filters.currPage or 0) * walk.size end,
  first = function(walk) return with(walk, { pageSize = walk.size }) end,
  after = function(walk, items)
    if at_end(walk, items) then return nil end
    return with(walk, { pageSize = walk.size, currPage = (walk.filters.currPage or 0) + walk.page })
  end,
}

--- tasks.mine: the next page begins after the id of the last item. There is no total, so only an empty page is the end.
M.after_id = {
  size = "limit",
  ahead = true,
  start = function() return 0 end,
  first = function(walk) return with(walk, { limit = walk.size }) end,
  after = function(walk, items)
    if #items == 0 then return nil end
    return with(walk, { limit = walk.size, currentId = walk.last_id })
  end,
}

--- Lists that come whole.
M.none = {
  start = function() return 0 end,
  first = function(walk) return walk.filters end,
  after = function() return nil end,
}

return M
