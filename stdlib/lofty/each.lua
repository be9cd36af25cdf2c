--- Iterating over all items of a list:
---
---   for lead in lofty.leads.each { stage = "New Lead" } do ... end
---   for lead in lofty.leads.each { sort = "Score", desc = true }:take(10) do ... end
---   for page, metadata in lofty.leads.each {}:pages() do ... end
---   local tags = lofty.team.each_tags():collect()
---   for lead in lofty.leads.each { stage = "New Lead", resume = "welcome" } do ... end   -- see lofty.resume
local client = require "lofty.client"
local estimate = require "lofty.estimate"
local misuse = require "lofty.misuse"
local pages = require "lofty.pages"
local paging = require "lofty.paging"
local wording = require "lofty.wording"

local M = {}

local COLLECT_MAX = 10000

---@class lofty.Each.List what an iterator goes over
---@field name string such as "leads.each"
---@field row table the list's row
---@field values any[] path parameters
---@field filters table
---@field wanted integer|nil at most this many items

---@class lofty.Each all items of a list; made by lofty.<resource>.each and its like, used in a for loop
local Each = {}

--- What an object is made of, out of the reach of ipairs, # and pairs: on it these would find nothing, or the wrong
--- things, and a loop that does nothing looks like work that is done.
local lists = setmetatable({}, { __mode = "k" }) ---@type table<lofty.Each, lofty.Each.List>

local function of(self, method)
  return lists[self] or misuse(("call %s with a colon, as in lofty.leads.each{ ... }:%s(...)"):format(method, method))
end

--- The same list, but at most `count` items of it; with `resume`, of those that are left.
---@param count integer
---@return lofty.Each
function Each:take(count)
  local list = of(self, "take")
  if math.type(count) ~= "integer" or count < 0 then
    misuse(("%s: take needs a number of items, got %s"):format(list.name, wording.describe(count)))
  end
  return M.new(list.name, list.row, list.values, list.filters, math.min(count, list.wanted or count), list.resume)
end

--- The pages instead of their items.
---@return fun(): table[]|nil, table|nil pages items and the page's metadata
function Each:pages()
  local list = of(self, "pages")
  if list.resume then return pages.pages(list), nil, nil, self end
  return pages.pages(list)
end

--- All items in one array. Without `max`, more than 10000 raise: that many belong into a loop.
---@param options { max: integer|nil }|nil at most this many
---@return table[] items
---@return boolean more whether `max` left some out
function Each:collect(options)
  local list = of(self, "collect")
  if options ~= nil and type(options) ~= "table" then
    misuse(("%s: write collect{ max = ... }, got %s"):format(list.name, wording.describe(options)))
  end
  if list.resume then
    misuse(list.name .. ": collect does not go with resume: nothing would be done before all is read; loop instead")
  end
  local max = options and options.max
  if max ~= nil and (math.type(max) ~= "integer" or max < 0) then
    misuse(("%s: collect needs max to be a number of items, got %s"):format(list.name, wording.describe(max)))
  end
  for key in pairs(options or {}) do
    if key ~= "max" then misuse(("%s: collect takes only max, got %s"):format(list.name, tostring(key))) end
  end
  local items = {}
  for item in pages.items(list) do
    if #items == max then return items, true end
    if not max and #items == COLLECT_MAX then
      misuse(("%s: more than %d items; loop over them, or say collect{ max = ... }"):format(list.name, COLLECT_MAX))
    end
    items[#items + 1] = item
  end
  return items, false
end

--- Ends the loop under way, if there is one with a name: what is done stays done, and others may go on.
local function leave(list)
  if list.session then list.session:close() end
  list.session = nil
end

--- Makes the object itself the iterator of a for loop. A loop calls it with its last item, nil at the beginning: each
--- loop starts over, and two loops at once over one object are told apart. Called with nothing it steps by hand.
local function step(self, ...)
  local list = lists[self]
  local by_hand = select("#", ...) == 0
  local _, control = ...
  if by_hand then
    list.hand = list.hand or pages.items(list)
    return list.hand()
  elseif control == nil then
    leave(list)
    list.loop = pages.items(list)
  elseif control ~= list.last then
    misuse(list.name .. ": two loops at once over one iterator; make one for each loop")
  end
  list.last = list.loop()
  return list.last
end

local function no_table(self)
  misuse(("%s is no array: write for item in lofty.%s{ ... } do, or make an array with :collect()"):format(
    lists[self].name, lists[self].name))
end

local metatable = {
  __name = "lofty.Each",
  __call = step,
  __len = no_table,
  __pairs = no_table,
  __index = function(self, key)
    if Each[key] then return Each[key] end
    if type(key) == "number" then no_table(self) end
    misuse(("%s has no %s; it has :take(n), :pages() and :collect()"):format(
      lists[self].name, wording.quoted(tostring(key))))
  end,
  __newindex = no_table,
  __close = function(self) leave(lists[self]) end,
}

--- An iterator over a list whose arguments were checked already. One with a name comes as the four values of a for
--- loop, so that the loop closes it, however it ends.
---@param name string such as "leads.each"
---@param row table the list's row
---@param values any[] path parameters
---@param filters table
---@param wanted integer|nil at most this many items
---@param resume string|nil
---@return lofty.Each
function M.new(name, row, values, filters, wanted, resume)
  local each = setmetatable({}, metatable)
  lists[each] = { name = name, row = row, values = values, filters = filters, wanted = wanted, resume = resume }
  if resume then return each, nil, nil, each end
  return each
end

--- What an iterator goes over; nil where it is none.
---@param value any
---@return lofty.Each.List|nil
function M.list_of(value)
  return lists[value]
end

--- Whether it is an iterator that remembers what is done, one item after the other.
---@param value any
---@return boolean
function M.has_name(value)
  local list = M.list_of(value)
  return list ~= nil and list.resume ~= nil
end

--- What lofty.map asks of an iterator how far it is; nil for what is none.
---@param value any
---@return (fun(done: number): lofty.Estimate.State|nil)|nil
---@return string|nil name such as "leads.each"
function M.mapped(value)
  local list = lists[value]
  if not list then return nil end
  list.mapped = true
  return function(done) return list.walk and estimate.state_of(list.walk, done) end, list.name
end

--- Takes `resume` out of the table of filters, since it is ours. What is left may be nothing at all.
local function take_resume(name, row, ...)
  local arguments, place = table.pack(...), #(row.params or {}) + 1
  local filters = arguments[place]
  if type(filters) ~= "table" or filters.resume == nil then return nil, arguments end
  local rest = {}
  for key, value in pairs(filters) do rest[key] = value end
  rest.resume = nil
  if next(rest) == nil and not row.query and not row.body then rest = nil end
  arguments[place] = rest
  if not row.id then
    misuse(name .. ": resume is not possible here, because the items of this list have no ids")
  end
  return require("lofty.resume").check_name(name, filters.resume), arguments
end

--- Where an iteration cannot begin.
local function check_begin(name, row, filters, resume)
  for _, parameter in ipairs(paging[row.page].begin or {}) do
    if filters[parameter] ~= nil then
      misuse(("%s: cannot begin at a %s, because nothing then tells when all was seen%s"):format(name, parameter,
        row.query and row.query.offset and "; use offset" or ""))
    end
  end
  if row.page == "none" and row.page_size and filters.limit ~= nil then
    misuse(("%s: goes over all there are; leave out limit, or take the first ones with :take(n)"):format(name))
  end
  for _, parameter in ipairs(resume and { "offset", paging[row.page].at } or {}) do
    if filters[parameter] ~= nil then
      misuse(("%s: resume reads the list from its start; leave out %s"):format(name, parameter))
    end
  end
end

--- Checks the arguments, which are those of the list and `resume`, and makes the iterator. Nothing is sent before the
--- first item.
---@param name string
---@param row table
---@param ... any
---@return lofty.Each
function M.each(name, row, ...)
  local named = setmetatable({ name = name }, { __index = row })
  local resume, arguments = take_resume(name, row, ...)
  local values, filters, options = client.arguments(name, named, table.unpack(arguments, 1, arguments.n))
  check_begin(name, row, filters, resume)
  if options.verify then require("lofty.verify").check(named, filters, options) end
  if not options.unchecked then values, filters = client.checked(named, values, filters) end
  return M.new(name, row, values, filters, nil, resume)
end

return M
