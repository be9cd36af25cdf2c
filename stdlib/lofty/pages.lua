--- Walking through all pages of a list, one page in memory. lofty.each is the object that scripts see.
---
--- Nothing is lost in silence. A page that repeats, a first page that is shorter than asked while more remain, items
--- without an id and a total that does not add up raise a lofty error with code INVALID_RESPONSE. What was read before a
--- count turned out wrong is given first.
local client = require "lofty.client"
local log = require "native.log"
local lofty_error = require "lofty.error"
local paging = require "lofty.paging"

local M = {}

local PAGE_SIZE = 100

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

--- Begins an iteration. `wanted` is how many items take() asked for.
local function begin(list)
  local row, filters = list.row, list.filters
  local style = paging[row.page]
  local asked = filters[style.size or "limit"]
  local size = asked or style.size and math.min(row.page_size or PAGE_SIZE, math.max(list.wanted or PAGE_SIZE, 1))
  local walk = { row = row, style = style, filters = filters, size = size, page = 0, given = 0, seen = {},
    firsts = {} }
  walk.start = style.start(walk)
  walk.position = walk.start
  walk.wanted = list.wanted
  walk.query = style.first(walk)
  return walk
end

local function note_total(walk, metadata)
  local total = metadata and math.tointeger(metadata.total)
  if not total then return end
  if walk.style.exact and walk.most and total < walk.most then
    defer(walk, "the list shrank from %d to %d items while it was read by position, so some were passed over",
      walk.most, total)
  end
  walk.total = total
  walk.least = math.min(walk.least or total, total)
  walk.most = math.max(walk.most or total, total)
end

--- The items not on the page before. Where things are added while a list is read by position, some come twice; where
--- a page begins as an earlier one did, the parameter that asks for the next page was not heard, or goes in a circle.
local function fresh_items(walk, items)
  local fresh, seen, repeated = {}, {}, 0
  for index, item in ipairs(items) do
    local id = type(item) == "table" and item[walk.row.id]
    if not id then error(broken(walk, "item %d of page %d has no %s", index, walk.page, walk.row.id), 0) end
    if walk.seen[id] then repeated = repeated + 1 else fresh[#fresh + 1] = item end
    seen[id] = true
    walk.last_id = id
    if index == 1 then
      local earlier = walk.firsts[id]
      if earlier then error(broken(walk, "page %d repeats page %d", walk.page, earlier), 0) end
      walk.firsts[id] = walk.page
    end
  end
  if #items > 0 and repeated == #items then
    error(broken(walk, "page %d repeats page %d", walk.page, walk.page - 1), 0)
  end
  walk.seen = seen
  return fresh
end

--- A first page that is shorter than asked is the only one, or the size that was asked for was not heard. On later
--- pages items may be missing because they left the list; there the total tells.
local function check_length(walk, items)
  local size = walk.size
  if not size then return end
  if walk.total and walk.position < walk.total and #items < size and (walk.page == 1 or walk.style.exact) then
    local message = broken(walk, "page %d has %d items where %d were asked for and %d more remain",
      walk.page, #items, size, walk.total - walk.position)
    error(message, 0)
  elseif walk.row.page == "none" and #items == size then
    defer(walk, "got exactly the %d items that one page can hold, and nothing tells whether there are more", size)
  end
end

--- How many items the list has now, as its first page says; nil where it does not say.
local function ask_total(walk, values)
  local query = walk.style.first(walk)
  query.limit = 1
  local _, _, metadata = lofty_error.try(client.send, walk.row, values, query)
  return metadata and math.tointeger(metadata.total)
end

--- Compares what was given with the totals heard on the way. Fewer came where items left the list meanwhile, which a
--- scroll does not count again: then the list is asked once more how long it is.
local function check_total(walk, values)
  if not walk.total then return end
  local least, most = math.max(walk.least - walk.start, 0), math.max(walk.most - walk.start, 0)
  if walk.given < least and walk.style.size == "limit" then
    local now = ask_total(walk, values)
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

--- A scrollId that expired is no reason to stop: what remains is read by offset.
local function fetch(walk, values)
  if not walk.query.scrollId then return client.send(walk.row, values, walk.query) end
  local items, err, metadata = lofty_error.try(client.send, walk.row, values, walk.query)
  if items then return items, metadata end
  if err.category ~= "validation" and err.category ~= "not_found" then error(err, 0) end
  log.write("debug", "scrollId refused; going on by offset", { operation = walk.row.name, offset = walk.position })
  walk.style = paging.offset
  walk.query = paging.offset.after(walk, { true })
  return client.send(walk.row, values, walk.query)
end

--- Reads the next page. nil at the end.
---@return table[]|nil items
---@return table|nil metadata
local function read_page(walk, values)
  if walk.failure then error(walk.failure, 0) end
  if not walk.query or walk.wanted and walk.given >= walk.wanted then return nil end
  local items, metadata = fetch(walk, values)
  walk.page = walk.page + 1
  walk.position = walk.position + #items
  note_total(walk, metadata)
  local fresh = walk.row.page == "none" and items or fresh_items(walk, items)
  check_length(walk, items)
  local cut = walk.wanted and walk.wanted - walk.given
  if cut and #fresh >= cut then
    fresh = table.move(fresh, 1, cut, 1, {})
    walk.query = nil
  else
    walk.query = walk.style.after(walk, items, metadata)
  end
  walk.given = walk.given + #fresh
  if not walk.query and not (cut and #fresh >= cut) then check_total(walk, values) end
  if #fresh == 0 then return read_page(walk, values) end
  return fresh, metadata
end

--- The next page. Where the position in the list is an item, the page after it is read ahead: the script may change
--- the items it is given, and with them their place.
---@return table[]|nil items
---@return table|nil metadata
local function next_page(walk, values)
  if not walk.style.ahead then return read_page(walk, values) end
  if not walk.ahead then walk.ahead = table.pack(true, read_page(walk, values)) end
  local ok, items, metadata = table.unpack(walk.ahead, 1, 3)
  if not ok then error(items, 0) end
  if items then walk.ahead = table.pack(pcall(read_page, walk, values)) end
  return items, metadata
end

--- A function that gives the list page by page.
---@param list lofty.Each.List
---@return fun(): table[]|nil, table|nil items and the page's metadata
function M.pages(list)
  local walk = begin(list)
  return function() return next_page(walk, list.values) end
end

--- A function that gives the items one by one.
---@param list lofty.Each.List
---@return fun(): table|nil
function M.items(list)
  local next_items, page, index = M.pages(list), {}, 0
  return function()
    index = index + 1
    if page and index > #page then page, index = next_items(), 1 end
    return page and page[index]
  end
end

return M
