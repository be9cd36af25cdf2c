--- Walking through all pages of a list, one page in memory. lofty.each is the object that scripts see.
---
--- Nothing is lost in silence. A page that repeats, a first page that is shorter than asked while more remain, items
--- without an id and a total that does not add up raise a lofty error with code INVALID_RESPONSE. What was read before a
--- count turned out wrong is given first.
local client = require "lofty.client"
local estimate = require "lofty.estimate"
local identity = require "lofty.identity"
local log = require "native.log"
local lofty_error = require "lofty.error"
local misuse = require "lofty.misuse"
local paging = require "lofty.paging"

local M = {}

local PAGE_SIZE = 100
local MOST_EMPTY = 100 -- pages in a row without a new item, each promising another

local function broken(walk, message, ...)
  return lofty_error.new {
    code = "INVALID_RESPONSE",
    operation = walk.row.name,
    method = walk.row.method,
    path = walk.row.path,
    message = message:format(...),
    hint = "Somebody may have changed the list meanwhile: run again; if it stays, read it with a narrower filter.",
  }
end

--- Notes what is wrong with the count. The items at hand are good, so they are given before it is raised.
local function defer(walk, message, ...)
  walk.failure = walk.failure or broken(walk, message, ...)
end

local function number_in(fields, ...)
  for _, name in ipairs { ... } do
    local number = fields and math.tointeger(tonumber(fields[name]))
    if number then return number end
  end
end

--- How many items to ask for at once; nil where that cannot be said.
local function page_size(list, style)
  local row, asked = list.row, number_in(list.filters, style.size or "limit")
  if asked or not style.size then return asked or style.fixed or row.page_size end
  -- take(5) needs no page of 100, unless some of them are to be passed over.
  local wanted = not list.resume and list.wanted or math.maxinteger
  return math.min(row.page_size or PAGE_SIZE, math.max(wanted, 1))
end

--- Goes to the beginning of the list.
local function rewind(walk)
  walk.style, walk.page, walk.given, walk.empty = paging[walk.row.page], 0, 0, 0
  walk.seen, walk.last_id, walk.circle, walk.is_new = {}, nil, identity.circle(), identity.memory()
  walk.total, walk.least, walk.most, walk.overlaps, walk.short = nil, nil, nil, nil, nil
  walk.start = walk.style.start(walk)
  walk.position = walk.start
  walk.query = walk.style.first(walk)
end

--- Begins an iteration.
local function begin(list)
  local walk = { list = list, row = list.row, values = list.values, filters = list.filters, handed = 0 }
  walk.size = page_size(list, paging[list.row.page])
  rewind(walk)
  walk.session = list.resume and require("lofty.resume").begin(list) or nil
  walk.estimate, walk.look_at = estimate.begin(list.name)
  -- What is mapped is done some time after it was given; lofty.map counts it.
  if list.mapped then walk.look_at = estimate.look(walk.estimate, nil) end
  list.walk = walk
  return walk
end

local function look(walk, done)
  walk.look_at = estimate.look(walk.estimate, estimate.state_of(walk, done))
end

local function note_total(walk, metadata)
  local total = number_in(metadata, "total", "totalCount")
  if not total then return end
  if walk.style.exact and walk.most and total < walk.most then
    defer(walk, "the list shrank from %d to %d items while it was read by position, so some were passed over",
      walk.most, total)
  end
  walk.total = total
  walk.least = math.min(walk.least or total, total)
  walk.most = math.max(walk.most or total, total)
end

--- The items that have not come yet. Where things are added while a list is read by position, some come twice; where
--- a page begins as an earlier one did, the parameter that asks for the next page was not heard, or goes in a circle.
local function fresh_items(walk, items)
  local fresh, seen, last, anchored, opening = {}, {}, nil, false, nil
  for index, item in ipairs(items) do
    local id = identity.of(walk.row, item)
    if not id then error(broken(walk, "item %d of page %d has no %s", index, walk.page, walk.row.id), 0) end
    if walk.is_new(id) then fresh[#fresh + 1] = item end
    if id == walk.last_id then anchored = true end
    seen[id], last = index, id
    -- Where pages overlap, one begins behind the item it has in common with the page before.
    if not opening and not (walk.overlaps and id == walk.last_id) then opening = id end
  end
  local earlier = opening and walk.circle(opening, walk.page)
  if earlier then error(broken(walk, "page %d repeats page %d", walk.page, earlier), 0) end
  if walk.overlaps and not anchored then
    error(broken(walk, "page %d does not follow page %d: items left the list while it was read by position, "
      .. "so some were passed over", walk.page, walk.page - 1), 0)
  end
  -- The last item of the page before may come again, alone, where that is how a page is asked for.
  local expected = walk.overlaps or #items == 1 and anchored and walk.style.ahead
  if #items > 0 and #fresh == 0 and not expected then
    error(broken(walk, "page %d repeats page %d", walk.page, walk.page - 1), 0)
  end
  if #items > 0 then walk.seen, walk.last_id = seen, last end
  return fresh
end

--- A first page that is shorter than asked is the only one, or the size that was asked for was not heard. On later
--- pages items may be missing because they left the list; there the total tells.
local function check_length(walk, items, fresh, metadata)
  local size, count = walk.size, #items
  if not size or walk.partial then
    walk.partial = nil
    return
  end
  if walk.total and walk.position < walk.total and count < size and (walk.page == 1 or walk.style.exact) then
    error(broken(walk, "page %d has %d items where %d were asked for and %d more remain",
      walk.page, count, size, walk.total - walk.position), 0)
  elseif walk.short and #fresh > 0 then
    error(broken(walk, "page %d has %d items where %d were asked for, and more follow", walk.page - 1, walk.short,
      size), 0)
  elseif walk.row.page == "none" and count == size and not walk.total then
    defer(walk, "got exactly the %d items that one page can hold, and nothing tells whether there are more", size)
  end
  local told = walk.total or metadata and metadata.hasMore ~= nil
  walk.short = walk.style.even and not told and count < size and count or nil
end

--- Lofty echoes the page size it used. Another one than asked for means that the parameter was not heard, and then
--- neither were the filters, perhaps.
local function check_echo(walk, metadata)
  local asked, used = number_in(walk.query, walk.style.size), number_in(metadata, "limit", "pageSize")
  if asked and used and asked ~= used then
    error(broken(walk, "asked for pages of %d, got pages of %d", asked, used), 0)
  end
end

local function send(walk)
  local result, metadata = client.send(walk.row, walk.values, walk.query)
  if not walk.style.items then return result, metadata end
  local items, found = walk.style.items(walk, result)
  return items or error(broken(walk, "page %d cannot be read: %s", walk.page + 1, found), 0), found
end

--- Pages that are counted cannot overlap. So the item before a page's first is asked for: unless it was on the page
--- before, items left the list, and as many moved there unread. A total does not tell where others came meanwhile.
local function check_joint(walk, known)
  if walk.page < 2 or not walk.style.joint then return end
  local query = walk.query
  walk.query = walk.style.joint(walk)
  local items = send(walk)
  walk.query = query
  if items[1] == nil or not known[identity.of(walk.row, items[1])] then
    error(broken(walk, "page %d does not follow page %d: the list changed while it was read by position, so some were "
      .. "passed over", walk.page, walk.page - 1), 0)
  end
end

--- How many items the list has now, as its first page says; nil where it does not say.
local function ask_total(walk)
  local query = walk.style.first(walk)
  query[walk.style.size] = 1
  local _, _, metadata = lofty_error.try(client.send, walk.row, walk.values, query)
  return number_in(metadata, "total", "totalCount")
end

--- Compares what was given with the totals heard on the way. Fewer came where items left the list meanwhile, which a
--- scroll does not count again: then the list is asked once more how long it is.
local function check_total(walk)
  if not walk.total then return end
  local least, most = math.max(walk.least - walk.start, 0), math.max(walk.most - walk.start, 0)
  if walk.given < least and walk.style.size and not walk.style.exact then
    local now = ask_total(walk)
    if now then least = math.min(least, math.max(now - walk.start, 0)) end
  end
  if walk.given < least or walk.given > most then
    local expected = least == most and ("%d"):format(most) or ("%d to %d"):format(least, most)
    defer(walk, "the total says %s items, but %d came", expected, walk.given)
  elseif walk.given < most then
    log.write("warn", "the list changed while it was read", {
      operation = walk.row.name, given = walk.given, smallest_total = math.min(walk.least, least + walk.start),
      largest_total = walk.most,
    })
  end
end

--- Goes on where a list is whose scrollId has expired: by offset. With `resume` it is read again from its start, since
--- what is done is known; it must have given something since that happened last.
local function find_again(walk, err)
  log.write("debug", "scrollId refused; looking for the place again",
    { operation = walk.row.name, position = walk.position })
  if walk.session then
    if walk.rewound == walk.handed then error(err, 0) end
    walk.rewound = walk.handed
    rewind(walk)
    return send(walk)
  end
  local function read(offset)
    walk.style = paging.offset
    walk.query = walk.style.first(walk)
    walk.query.offset = offset
    return send(walk)
  end
  local items, metadata, position = require("lofty.place").find(walk, read)
  if not items then
    error(broken(walk, "the scrollId expired after %d items, and none of the last ones is near that place any more; "
      .. 'with each{ resume = "NAME" } the list is read again and what is done is passed over', walk.given), 0)
  end
  -- Counted from here: what was given, and what lies behind this place now.
  walk.position, walk.start, walk.total, walk.least, walk.most = position, position - walk.given, nil, nil, nil
  walk.circle, walk.partial = identity.circle(), true
  return items, metadata
end

local function fetch(walk)
  if not walk.query.scrollId then return send(walk) end
  local items, err, metadata = lofty_error.try(send, walk)
  if items then return items, metadata end
  if err.category ~= "validation" and err.category ~= "not_found" then error(err, 0) end
  return find_again(walk, err)
end

--- Prepares the query of the next page; at the end, adds up.
local function advance(walk, items, metadata)
  local query, problem, overlaps = walk.style.after(walk, items, metadata)
  walk.query, walk.overlaps = query, overlaps
  if problem then
    defer(walk, "page %d %s", walk.page, problem)
  elseif not query then
    check_total(walk)
  end
end

--- Reads the next page that has something new: its items and metadata. nil at the end.
local function read_page(walk)
  while true do
    if walk.failure then error(walk.failure, 0) end
    if not walk.query then return nil end
    local items, metadata = fetch(walk)
    check_echo(walk, metadata)
    walk.page = walk.page + 1
    walk.position = walk.position + #items - (walk.overlaps and 1 or 0)
    note_total(walk, metadata)
    local known = walk.seen
    local fresh = walk.row.page == "none" and items or fresh_items(walk, items)
    check_joint(walk, known)
    check_length(walk, items, fresh, metadata)
    walk.given = walk.given + #fresh
    advance(walk, items, metadata)
    if #fresh > 0 then
      walk.empty = 0
      return fresh, metadata
    end
    walk.empty = walk.empty + 1
    if walk.empty == MOST_EMPTY then error(broken(walk, "%d pages in a row had nothing new", walk.empty), 0) end
  end
end

--- How many more items take() leaves room for.
local function room(walk)
  local wanted = walk.list.wanted
  return wanted and wanted - walk.handed or math.maxinteger
end

--- The next page. Where the position in the list is an item, the page after it is read ahead: the script may change
--- the items it is given, and with them their place.
local function next_page(walk)
  if not walk.style.ahead then return read_page(walk) end
  if not walk.ahead then walk.ahead = table.pack(true, read_page(walk)) end
  local ok, items, metadata = table.unpack(walk.ahead, 1, 3)
  if not ok then error(items, 0) end
  if items then walk.ahead = #items < room(walk) and table.pack(pcall(read_page, walk)) or table.pack(true, nil) end
  return items, metadata
end

local asking_ends = { __close = function(asking) asking.walk.asking = nil end }

--- Notes that a page is being read. Whoever asked meanwhile would read the same one.
local function begin_asking(walk)
  if walk.asking then
    misuse(walk.list.name .. ": two tasks ask one iterator at once; make one for each, or let lofty.map hand out its items")
  end
  walk.asking = true
  return setmetatable({ walk = walk }, asking_ends)
end

--- The next page for the script: what was done in earlier runs is passed over, what take() does not want is left out.
local function give(walk)
  local _ <close> = begin_asking(walk)
  while room(walk) > 0 do
    local items, metadata = next_page(walk)
    if not items then
      if walk.session then walk.session:finish() end
      estimate.finish(walk.estimate)
      return nil
    end
    if walk.session then items = walk.session:left(items) end
    if #items > room(walk) then items = table.move(items, 1, room(walk), 1, {}) end
    walk.handed = walk.handed + #items
    if #items > 0 then return items, metadata end
  end
  if walk.session then walk.session:close() end
  estimate.finish(walk.estimate)
  return nil
end

--- A function that gives the list page by page. With `resume`, a page is done when the next one is asked for.
---@param list lofty.Each.List
---@return fun(): table[]|nil, table|nil items and the page's metadata
function M.pages(list)
  local walk, page, count, metadata = begin(list), nil, 0, nil
  return function()
    if page and walk.session then walk.session:done(1, count) end
    if walk.handed >= walk.look_at then look(walk, walk.handed) end
    page, metadata = give(walk)
    count = page and #page
    return page, metadata
  end
end

--- A function that gives the items one by one. With `resume`, an item is done when the next one is asked for.
---@param list lofty.Each.List
---@return fun(): table|nil
function M.items(list)
  local walk, page, index, done = begin(list), {}, 0, -1
  return function()
    done = done + 1
    if done >= walk.look_at then look(walk, done) end
    if page and index > 0 and walk.session then walk.session:done(index, index) end
    index = index + 1
    if page and index > #page then page, index = give(walk), 1 end
    return page and page[index]
  end
end

return M
