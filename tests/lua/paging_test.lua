-- sandbox: empty
-- Each dialect of paging against a pretend server that speaks it as Lofty documents it.
local t = require "harness"
local transport = require "transport"
local each = require "lofty.each"
local json = require "native.json"
local lofty = require "lofty"

local integer, text = { type = "integer" }, { type = "string" }

--- A list's row with these parameters, in the query or in the body.
local function row(fields)
  local specs = {}
  for _, name in ipairs { "leadId", "offset", "limit", "page", "pageSize", "pageNum", "pageNumber", "curPage", "currPage",
    "currentId" } do specs[name] = integer end
  for _, name in ipairs { "cursor", "nextPageKey", "soldNextPageKey" } do specs[name] = text end
  local made = { name = "things.list", method = "GET", path = "/things", reply = "things", id = "id" }
  for name, value in pairs(fields) do made[name] = value end
  if made.method == "POST" then
    made.body, made.read = { type = "object", fields = specs }, true
  else
    made.query = specs
  end
  return made
end

local function things(made, filters) return (each.each("things.each", made, filters)) end

local function ids(made, filters)
  local list = {}
  for item in things(made, filters) do list[#list + 1] = item.id end
  return list
end

local function range(first, last)
  local list = lofty.array {}
  for id = first, last do list[#list + 1] = id end
  return list
end

--- Items `first` to `last` of those up to `total`.
local function slice(first, last, total)
  local list = lofty.array {}
  for id = math.max(first, 1), math.min(last, total) do list[#list + 1] = { id = id } end
  return list
end

local function number(request, name)
  return math.tointeger(request.target:match("[?&]" .. name .. "=(%d+)"))
end

local function body(request) return (assert(json.decode(request.body))) end

local function is_broken(pattern, made, filters)
  local err = t.fails("INVALID_RESPONSE", ids, made, filters)
  t.matches(err.message, pattern)
end

local NUMBERED = {
  { "index", "currPage", 0 }, { "page", "page", 0 }, { "pageNumber", "pageNumber", 0 }, { "pageNum0", "pageNum", 0 },
  { "pageNum", "pageNum", 1 },
}

t.test("numbered pages, each under its own name and from its own first number", function()
  for _, case in ipairs(NUMBERED) do
    local style, name, first = table.unpack(case)
    transport.reply(function(request)
      local page, size = (number(request, name) or first) - first, number(request, "pageSize")
      return { json = { things = slice(page * size + 1, page * size + size, 7),
        _metadata = { total = 7, pageSize = size } } }
    end)
    t.equal(ids(row { page = style }, { pageSize = 3 }), range(1, 7), style)
    local sent = { "GET /things?pageSize=3" }
    -- Each further page, and then the one item that stands before it.
    for _, asked in ipairs { { 1, 3 }, { 2, 1 }, { 2, 3 }, { 5, 1 } } do
      sent[#sent + 1] = ("GET /things?%s=%d&pageSize=%d"):format(name, first + asked[1], asked[2])
    end
    t.equal(transport.sent(), sent, style)
    t.equal(ids(row { page = style }, { pageSize = 3, [name] = first + 1 }), range(4, 7), style)
  end
end)

t.test("numbered pages without a total end with an empty one", function()
  transport.reply(function(request)
    local page, size = number(request, "pageNum") or 0, number(request, "pageSize")
    return { json = { things = slice(page * size + 1, page * size + size, 6) } }
  end)
  t.equal(ids(row { page = "pageNum0" }, { pageSize = 3 }), range(1, 6))
  t.equal(#transport.calls, 5)
end)

t.test("numbered pages that do not follow each other, though the total stays", function()
  for _, change in ipairs {
    function(list) list[#list + 1] = table.remove(list, 1) end, -- one that was read moves to the end
    function(list)
      table.remove(list, 2)
      table.insert(list, 7, 99)
    end,
  } do
    local list = range(1, 9)
    transport.reply(function(request, call)
      if call == 2 then change(list) end
      local page, size, here = number(request, "page") or 0, number(request, "pageSize"), lofty.array {}
      for place = page * size + 1, math.min(page * size + size, #list) do here[#here + 1] = { id = list[place] } end
      return { json = { things = here, total = #list } }
    end)
    is_broken("page 2 does not follow page 1: the list changed", row { page = "page" }, { pageSize = 3 })
  end
end)

t.test("what comes again a few pages later is given once", function()
  local list = range(1, 20)
  transport.reply(function(request, call)
    if call == 4 then for id = 101, 104 do table.insert(list, 1, id) end end
    local offset, here = number(request, "offset") or 0, lofty.array {}
    for place = offset + 1, math.min(offset + number(request, "limit"), #list) do here[#here + 1] = { id = list[place] } end
    return { json = { things = here, total = #list } }
  end)
  t.equal(ids(row { page = "offset" }, { limit = 7 }), range(1, 20))
end)

t.test("a short numbered page in the middle is no end and no accident", function()
  transport.reply(function(request)
    local page = number(request, "page") or 0
    if number(request, "pageSize") == 1 then return { json = { things = slice(11, 11, 99) } } end
    return { json = { things = slice(page * 10 + 10, page * 10 + 11, 99) } }
  end)
  is_broken("page 1 has 2 items where 3 were asked for, and more follow", row { page = "page" }, { pageSize = 3 })
end)

t.test("the size of pages is that of the row, and the one that is echoed", function()
  transport.reply { { json = { things = lofty.array {}, pageSize = 500 } } }
  t.equal(ids(row { page = "page", page_size = 500 }), {})
  t.equal(transport.sent(), { "GET /things?pageSize=500" })
  transport.reply { { json = { things = slice(1, 25, 99), pageSize = 25 } } }
  is_broken("asked for pages of 500, got pages of 25", row { page = "page", page_size = 500 })
end)

t.test("hasMore decides where it comes, as 0 and 1 too", function()
  local more = { [0] = 1, 1, 0 }
  transport.reply(function(request)
    local page = number(request, "pageNumber") or 0
    if number(request, "pageSize") == 1 then page = (page + 1) // 2 - 1 end -- the item before the page just read
    return { json = { things = slice(page * 10 + 10, page * 10 + 10, 99), hasMore = more[page] } }
  end)
  t.equal(ids(row { page = "pageNumber", page_size = 2 }), { 10, 20, 30 }) -- short pages are told, so they are fine
  t.equal(#transport.calls, 5)
  transport.reply { { json = { things = lofty.array {}, hasMore = 1 } } }
  is_broken("page 1 is empty, yet says that more follows", row { page = "pageNumber" })
  transport.reply { { json = { things = slice(1, 2, 2), hasMore = false, total = 5 } } }
  is_broken("the total says 5 items, but 2 came", row { page = "pageNumber" }, { pageSize = 2 })
end)

t.test("pages of a fixed size", function()
  transport.reply(function(request)
    local page = number(request, "curPage") or 0
    return { json = slice(page * 100 + 1, page * 100 + 100, 250) }
  end)
  local bare = row { page = "curPage" }
  bare.reply, bare.id = nil, nil
  t.equal(ids(bare), range(1, 250))
  t.equal(transport.sent(), { "GET /things", "GET /things?curPage=1", "GET /things?curPage=2", "GET /things?curPage=3" })
  transport.reply { { json = slice(1, 89, 89) }, { json = slice(1, 89, 89) } } -- nobody heard the page's number
  is_broken("page 2 repeats page 1", bare)
end)

t.test("numbered pages and offsets in the body of a POST", function()
  transport.reply(function(request)
    local asked = body(request)
    local page, size = (asked.pageNum or 1) - 1, asked.pageSize
    return { json = { things = slice(page * size + 1, page * size + size, 3),
      metadata = { totalCount = 3, hasMore = page * size + size < 3 } } }
  end)
  t.equal(ids(row { page = "pageNum", method = "POST" }, { pageSize = 2, leadId = 5 }), range(1, 3))
  t.equal(body(transport.calls[2]), { pageSize = 2, leadId = 5, pageNum = 2 })

  transport.reply(function(request)
    local offset = body(request).offset or 0
    return { json = { things = slice(offset + 1, offset + 3, 8), hasMore = offset + 3 < 8, limit = 3 } }
  end)
  t.equal(ids(row { page = "body_offset", method = "POST" }, { limit = 3 }), range(1, 8))
  transport.reply { { json = { things = slice(1, 2, 9), hasMore = true, limit = 10 } } }
  is_broken("asked for pages of 3, got pages of 10", row { page = "body_offset", method = "POST" }, { limit = 3 })
end)

--- A list read by offset whose server changes it before the call `when`.
local function changing(count, when, change)
  local list = range(1, count)
  transport.reply(function(request, call)
    if call == when then change(list) end
    local offset, things_here = number(request, "offset") or 0, lofty.array {}
    for place = offset + 1, math.min(offset + number(request, "limit"), #list) do
      things_here[#things_here + 1] = { id = list[place] }
    end
    return { json = { things = things_here } }
  end)
end

t.test("offsets without a total: each page begins with the last item of the one before", function()
  changing(7, 0)
  t.equal(ids(row { page = "offset" }, { limit = 3 }), range(1, 7))
  t.equal(transport.sent(), { "GET /things?limit=3", "GET /things?limit=3&offset=2", "GET /things?limit=3&offset=4",
    "GET /things?limit=3&offset=6" })
  changing(6, 2, function(list) table.insert(list, 1, 99) end)
  t.equal(ids(row { page = "offset" }, { limit = 3 }), range(1, 6))
  for _, gone in ipairs { 1, 3 } do -- before the place, and the anchor itself
    changing(6, 2, function(list) table.remove(list, gone) end)
    is_broken("page 2 does not follow page 1: items left the list", row { page = "offset" }, { limit = 3 })
  end
  changing(3, 0)
  t.equal(ids(row { page = "offset" }, { limit = 1 }), range(1, 3))
end)

t.test("an offset that ends at 20000 says so, and is never exceeded", function()
  local count
  transport.reply(function(request)
    local offset, limit = number(request, "offset") or 0, number(request, "limit")
    assert(offset + limit <= 20000, "OFFSET_EXCEED_LIMIT")
    return { json = { things = slice(offset + 1, offset + limit, count) } }
  end)
  count = 19999
  t.equal(#ids(row { page = "near_offset", page_size = 1000 }), 19999)
  count = 30000
  local given = 0
  local err = t.fails("INVALID_RESPONSE", function()
    for _ in things(row { page = "near_offset", page_size = 1000 }) do given = given + 1 end
  end)
  t.matches(err.message, "ends at item 20000, the last one that can be read by position")
  t.equal(given, 20000)
end)

t.test("after the last id, which may come again or not", function()
  for inclusive = 0, 1 do
    transport.reply(function(request)
      local from = number(request, "currentId")
      from = from and from + 1 - inclusive or 1
      return { json = { things = slice(from, from + 2, 7) } }
    end)
    t.equal(ids(row { page = "timeline" }, { limit = 3 }), range(1, 7), "inclusive " .. inclusive)
    t.matches(transport.sent()[2], "currentId=3&limit=3")
  end
  transport.reply(function() return { json = { things = slice(1, 3, 7) } } end)
  is_broken("page 2 repeats page 1", row { page = "timeline" }, { limit = 3 })
end)

t.test("a cursor, until none comes; the last page may be empty", function()
  local function page(first, last, cursor) return { json = { things = slice(first, last, 99), nextCursor = cursor } } end
  local made = row { page = "cursor", page_size = 2 }
  transport.reply { page(1, 2, "a/1"), page(3, 3, "b"), page(4, 3, json.null) }
  t.equal(ids(made, { leadId = 5 }), range(1, 3))
  t.equal(transport.sent(), { "GET /things?leadId=5&limit=2", "GET /things?cursor=a%2F1&leadId=5&limit=2",
    "GET /things?cursor=b&leadId=5&limit=2" })
  transport.reply { page(1, 2, "a"), page(3, 4, "a") }
  is_broken("page 2 brings the cursor that it was asked for with", made)
  transport.reply { page(1, 2, "a"), page(3, 4, "b"), page(1, 2, "a") }
  is_broken("page 3 repeats page 1", made)
  transport.reply { { json = { things = slice(1, 2, 2), hasMore = true } } }
  is_broken("page 1 says that more follows, but brings no cursor", made)
  local early = { json = { things = slice(1, 2, 2), hasMore = false, totalCount = 9 } }
  transport.reply { early, early } -- asked again, the list is still as long as it said
  is_broken("the total says 9 items, but 2 came", made)
  transport.reply(function(_, call) return page(1, 0, "c" .. call) end)
  is_broken("100 pages in a row had nothing new", made)
  t.raises("paging_test.lua:%d+: things.each: cannot begin at a cursor", function()
    return (things(made, { cursor = "a" }))
  end)
end)

t.test("two lists with a key each: one that is through does not begin again", function()
  local made = row { page = "two_keys", page_size = 2 }
  made.reply = nil
  local function part(first, last) return slice(first, last, 99) end
  transport.reply {
    { json = { listIng = part(1, 2), soldListing = { items = part(11, 12) },
      _listingMetadata = { total = 7, nextPageKey = "n2", soldNextPageKey = "s2" } } },
    { json = { listIng = part(3, 3), soldListing = part(13, 14),
      _listingMetadata = { total = 7, nextPageKey = "", soldNextPageKey = "s3" } } },
    { json = { listIng = part(1, 2), soldListing = part(15, 15), _listingMetadata = { total = 8, nextPageKey = "n2" } } },
  }
  t.equal(ids(made), { 1, 2, 11, 12, 3, 13, 14, 15 })
  t.equal(transport.sent(), { "GET /things?limit=2", "GET /things?limit=2&nextPageKey=n2&soldNextPageKey=s2",
    "GET /things?limit=2&soldNextPageKey=s3" })
  transport.reply { { json = { listIng = { a = part(1, 2), b = part(3, 4) } } } }
  is_broken("page 1 cannot be read: listIng holds no single list", made)
end)

t.test("items without an id are told apart by what is in them", function()
  local made = row { page = "page", page_size = 2 }
  made.id = nil
  local function page(...)
    local list = lofty.array {}
    for _, name in ipairs { ... } do list[#list + 1] = { at = { name, 1 }, to = name } end
    return { json = { things = list, total = 4 } }
  end
  local function names(replies)
    transport.reply(replies)
    local list = {}
    for item in things(made) do list[#list + 1] = item.to end
    return table.concat(list)
  end
  t.equal(names { page("a", "b"), page("c", "d"), page("b") }, "abcd")
  t.matches(t.fails("INVALID_RESPONSE", names, { page("a", "b"), page("a", "b") }).message, "page 2 repeats page 1")
end)

t.test("what comes whole and has a total must have it all", function()
  transport.reply { { json = { things = slice(1, 5, 5), total = 5 } } }
  t.equal(ids(row { page = "none", page_size = 1000 }), range(1, 5))
  t.equal(transport.sent(), { "GET /things?limit=1000" })
  transport.reply { { json = { things = slice(1, 10, 10), total = 30 } } }
  is_broken("the total says 30 items, but 10 came", row { page = "none" }, { limit = 10 })
end)

t.test("a long circle is noticed, and short memory is enough for it", function()
  transport.reply(function(_, call)
    local page = call <= 100 and call or 100 + (call - 100) % 3000
    assert(call < 20000, "endless")
    return { json = { things = slice(page * 2, page * 2 + 1, 1 << 40), nextCursor = "c" .. call } }
  end)
  is_broken("page %d+ repeats page %d+", row { page = "cursor", page_size = 2 })
end)

