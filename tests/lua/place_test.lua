-- Lists whose scrollId expires in the middle: going on by offset, behind the last items given.
local t = require "harness"
local transport = require "transport"
local lofty = require "lofty"

local function page(first, count, metadata)
  local list = lofty.array {}
  for id = first, first + count - 1 do list[#list + 1] = { leadId = id } end
  return { json = { leads = list, _metadata = metadata } }
end

local function ids(each)
  local list = {}
  for item in each do list[#list + 1] = item.leadId end
  return list
end

local function range(first, last)
  local list = {}
  for id = first, last do list[#list + 1] = id end
  return list
end

local expired = { status = 400, json = { code = 20012, message = "Invalid parameter" } }

t.test("offset takes over where the scrollId is refused, behind the last items given", function()
  transport.reply {
    page(1, 2, { total = 5, scrollId = "x" }), expired,
    page(1, 2, { total = 5, scrollId = "unused" }), page(3, 2, { total = 5, scrollId = "unused" }),
    page(4, 2, { total = 5 }), -- from here on each page begins with an item already known
  }
  t.equal(ids(lofty.leads.each { stage = "Hot", limit = 2 }), range(1, 5))
  t.equal(transport.sent(), {
    "GET /v1.0/leads?limit=2&stage=Hot", "GET /v1.0/leads?scrollId=x", "GET /v1.0/leads?limit=2&offset=0&stage=Hot",
    "GET /v1.0/leads?limit=2&offset=2&stage=Hot", "GET /v1.0/leads?limit=2&offset=3&stage=Hot",
  })
end)

--- A list of leads 1 to `count`, read in pages of `size`, whose first scrollId has expired after `pages` of them, when
--- `change` was done to the list. Returns what each gave, in order.
local function after_expiry(count, size, pages, change)
  local list, calls = range(1, count), 0
  transport.reply(function(request)
    calls = calls + 1
    assert(calls < 200, "endless")
    local scroll = request.target:match("scrollId=(%d+)")
    if tonumber(scroll) == pages * size then
      change(list)
      return expired
    end
    local offset = tonumber(scroll or request.target:match("offset=(%d+)") or 0)
    local here = lofty.array {}
    for place = offset + 1, math.min(offset + size, #list) do here[#here + 1] = { leadId = list[place] } end
    return { json = { leads = here,
      _metadata = { total = #list, scrollId = not request.target:find("offset") and offset + size or nil } } }
  end)
  return ids(lofty.leads.each { limit = size })
end

local function remove(list, first, last)
  for _ = first, last do table.remove(list, first) end
end

local function insert_in_front(list, many)
  for id = 1001, 1000 + many do table.insert(list, 1, id) end
end

t.test("the place is found again though leads have come or left before it", function()
  for _, size in ipairs { 2, 5 } do
    local given = size * 4
    for many = 0, 12 do
      local label = ("%d on a page, %d of them"):format(size, many)
      t.equal(after_expiry(40, size, 4, function(list) insert_in_front(list, many) end), range(1, 40), label .. " came")
      if many < given then -- at least the last one given must be left
        t.equal(after_expiry(40, size, 4, function(list) remove(list, 1, many) end), range(1, 40), label .. " left")
      end
      t.equal(after_expiry(40, size, 4, function(list)
        remove(list, 1, math.min(many, given - 1))
        insert_in_front(list, 3)
      end), range(1, 40), label .. " left, 3 came")
    end
  end
  -- Some of the last page left, and the list ends there, or a little later.
  t.equal(after_expiry(20, 5, 3, function(list) remove(list, 12, 14) end), range(1, 20))
  t.equal(after_expiry(20, 5, 3, function(list) remove(list, 16, 20) end), range(1, 15))
  t.equal(after_expiry(22, 5, 4, function(list) insert_in_front(list, 5) end), range(1, 22))
end)

t.test("a place that cannot be found again is told, with the way out", function()
  for what, change in pairs {
    ["all that was given left"] = function(list) remove(list, 1, 20) end,
    ["the last page left"] = function(list) remove(list, 16, 20) end,
    ["it is too far away"] = function(list) insert_in_front(list, 200) end,
    ["the last page lies the other way round"] = function(list)
      for place = 1, 5 do table.insert(list, place, table.remove(list, 15 + place)) end
      list[1], list[5] = list[5], list[1]
    end,
  } do
    local err = t.fails("INVALID_RESPONSE", after_expiry, 400, 5, 4, change)
    t.matches(err.message, "the scrollId expired after 20 items, and none of the last ones", what)
    t.matches(err.message, 'each{ resume = "NAME" }', what)
    t.ok(#transport.calls < 30, what .. ": bounded")
  end
end)

