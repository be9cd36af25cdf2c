--- Iterating over all pages of a list, one page in memory:
---
---   for lead in lofty.leads.each { stage = "New Lead" } do ... end
---   for lead in lofty.leads.each { sort = "Score", desc = true }:take(10) do ... end
---   for page, metadata in lofty.leads.each {}:pages() do ... end
---   local tags = lofty.team.each_tags():collect()
---
--- Nothing is lost in silence. A page that repeats, one that is shorter than asked while more remain, items without an
--- id and a total that does not add up raise a lofty error with code INVALID_RESPONSE.
local client = require "lofty.client"
local log = require "native.log"
local lofty_error = require "lofty.error"
local misuse = require "lofty.misuse"
local paging = require "lofty.paging"
local wording = require "lofty.wording"

local M = {}

local PAGE_SIZE = 100
local COLLECT_MAX = 10000

local function broken(walk, message, ...)
  error(lofty_error.new {
    code = "INVALID_RESPONSE",
    operation = walk.row.name,
    method = walk.row.method,
    path = walk.row.path,
    message = message:format(...),
    hint = "Run again; if it stays, read the list in smaller parts with a narrower filter.",
  }, 0)
end

--- Begins an iteration. `wanted` is how many items take() asked for.
local function begin(each)
  local row, filters = each.row, each.filters
  local style = paging[row.page]
  local asked = filters[style.size or "limit"]
  local size = asked or style.size and math.min(row.page_size or PAGE_SIZE, math.max(each.wanted or PAGE_SIZE, 1))
  local walk = { row = row, style = style, filters = filters, size = size, page = 0, given = 0, seen = {} }
  walk.start = style.start(walk)
  walk.position = walk.start
  walk.wanted = each.wanted
  walk.query = style.first(walk)
  return walk
end

local function note_total(walk, metadata)
  local total = metadata and math.tointeger(metadata.total)
  if not total then return end
  if walk.style.exact and walk.most and total < walk.most then
    broken(walk, "the list shrank from %d to %d items while it was read by position, so some were passed over",
      walk.most, total)
  end
  walk.total = total
  walk.least = math.min(walk.least or total, total)
  walk.most = math.max(walk.most or total, total)
end

--- The items not on the page before. Where things are added while a list is read by position, some come twice; where
--- all come twice, the parameter that asks for the next page was not heard.
local function fresh_items(walk, items)
  local fresh, seen, repeated = {}, {}, 0
  for index, item in ipairs(items) do
    local id = type(item) == "table" and item[walk.row.id]
    if not id then broken(walk, "item %d of page %d has no %s", index, walk.page, walk.row.id) end
    if walk.seen[id] then repeated = repeated + 1 else fresh[#fresh + 1] = item end
    seen[id] = true
    walk.last_id = id
  end
  if #items > 0 and repeated == #items then broken(walk, "page %d repeats the page before it", walk.page) end
  walk.seen = seen
  return fresh
end

--- A page that is shorter than asked is the last one, or something is missing from it.
local function check_length(walk, items, metadata)
  local size = walk.query.scrollId and metadata and math.tointeger(metadata.limit) or walk.size
  if not size then return end
  if walk.total and walk.position < walk.total and #items < size then
    broken(walk, "page %d has %d items where %d were asked for and %d more remain",
      walk.page, #items, size, walk.total - walk.position)
  elseif walk.row.page == "none" and #items == size then
    broken(walk, "got exactly the %d items that one page can hold, and nothing tells whether there are more", size)
  end
end

--- Compares what was given with the totals heard on the way.
local function check_total(walk)
  if not walk.total then return end
  local least, most = math.max(walk.least - walk.start, 0), math.max(walk.most - walk.start, 0)
  if walk.given < least or walk.given > most then
    local expected = least == most and ("%d"):format(most) or ("%d to %d"):format(least, most)
    broken(walk, "the total says %s items, but %d came", expected, walk.given)
  elseif walk.given < most and walk.least < walk.most then
    log.write("warn", "the list changed while it was read", {
      operation = walk.row.name, given = walk.given, smallest_total = walk.least, largest_total = walk.most,
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
local function next_page(walk, values)
  if not walk.query or walk.wanted and walk.given >= walk.wanted then return nil end
  local items, metadata = fetch(walk, values)
  walk.page = walk.page + 1
  walk.position = walk.position + #items
  note_total(walk, metadata)
  local fresh = walk.row.page == "none" and items or fresh_items(walk, items)
  check_length(walk, items, metadata)
  local cut = walk.wanted and walk.wanted - walk.given
  if cut and #fresh >= cut then
    fresh = table.move(fresh, 1, cut, 1, {})
    walk.query = nil
  else
    walk.query = walk.style.after(walk, items, metadata)
  end
  walk.given = walk.given + #fresh
  if not walk.query and not (cut and #fresh >= cut) then check_total(walk) end
  if #fresh == 0 then return next_page(walk, values) end
  return fresh, metadata
end

--- A function that gives the items one by one.
local function item_reader(each)
  local walk, page, index = begin(each), {}, 0
  return function()
    index = index + 1
    if page and index > #page then page, index = next_page(walk, each.values), 1 end
    return page and page[index]
  end
end

---@class lofty.Each all items of a list; made by lofty.<resource>.each and its like, used in a for loop
local Each = {}

--- The same list, but at most `count` items of it.
---@param count integer
---@return lofty.Each
function Each:take(count)
  if math.type(count) ~= "integer" or count < 0 then
    misuse(("%s: take needs a number of items, got %s"):format(self.name, wording.describe(count)))
  end
  return M.new(self.name, self.row, self.values, self.filters, math.min(count, self.wanted or count))
end

--- The pages instead of their items.
---@return fun(): table[]|nil, table|nil items and the page's metadata
function Each:pages()
  local walk = begin(self)
  return function() return next_page(walk, self.values) end
end

--- All items in one array. Without `max`, more than 10000 raise: that many belong into a loop.
---@param options { max: integer|nil }|nil at most this many
---@return table[] items
---@return boolean more whether `max` left some out
function Each:collect(options)
  local max = options and options.max
  if max ~= nil and (math.type(max) ~= "integer" or max < 0) then
    misuse(("%s: collect needs max to be a number of items, got %s"):format(self.name, wording.describe(max)))
  end
  for key in pairs(options or {}) do
    if key ~= "max" then misuse(("%s: collect takes only max, got %s"):format(self.name, tostring(key))) end
  end
  local items = {}
  for item in item_reader(self) do
    if #items == max then return items, true end
    if not max and #items == COLLECT_MAX then
      misuse(("%s: more than %d items; loop over them, or say collect{ max = ... }"):format(self.name, COLLECT_MAX))
    end
    items[#items + 1] = item
  end
  return items, false
end

--- Makes the object itself the iterator of a for loop. A loop calls it with its last item, nil at the beginning: each
--- loop starts over, and two loops at once over one object are told apart. Called with nothing it steps by hand.
local function step(each, ...)
  local by_hand = select("#", ...) == 0
  local _, control = ...
  if by_hand then
    each.hand = each.hand or item_reader(each)
    return each.hand()
  elseif control == nil then
    each.loop = item_reader(each)
  elseif control ~= each.last then
    misuse(each.name .. ": two loops at once over one iterator; make one for each loop")
  end
  each.last = each.loop()
  return each.last
end

local metatable = { __name = "lofty.Each", __index = Each, __call = step }

--- An iterator over a list whose arguments were checked already.
---@param name string such as "leads.each"
---@param row table the list's row
---@param values any[] path parameters
---@param filters table
---@param wanted integer|nil at most this many items
---@return lofty.Each
function M.new(name, row, values, filters, wanted)
  return setmetatable({ name = name, row = row, values = values, filters = filters, wanted = wanted }, metatable)
end

--- Checks the arguments, which are those of the list, and makes the iterator. Nothing is sent before the first item.
---@param name string
---@param row table
---@param ... any
---@return lofty.Each
function M.each(name, row, ...)
  local named = setmetatable({ name = name }, { __index = row })
  local values, filters, options = client.arguments(name, named, ...)
  if filters.scrollId ~= nil then
    misuse(name .. ": cannot begin at a scrollId, because nothing then tells when all was seen; use offset")
  end
  if not options.unchecked then values, filters = client.checked(named, values, filters) end
  return M.new(name, row, values, filters)
end

return M
