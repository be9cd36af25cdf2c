local t = require "harness"
local transport = require "transport"
local lofty = require "lofty"

--- `count` leads with ids from `first` on.
local function leads(first, count)
  local list = lofty.array {}
  for id = first, first + count - 1 do list[#list + 1] = { leadId = id } end
  return list
end

local function page(first, count, metadata)
  return { json = { leads = leads(first, count), _metadata = metadata } }
end

local function ids(each, name)
  local list = {}
  for item in each do list[#list + 1] = item[name or "leadId"] end
  return list
end

local function range(first, last)
  local list = {}
  for id = first, last do list[#list + 1] = id end
  return list
end

local function is_broken(message, replies, each)
  transport.reply(replies)
  local err = t.fails("INVALID_RESPONSE", ids, each, "leadId")
  t.equal(err.message, message)
  return err
end

t.test("each goes on by scrollId alone", function()
  transport.reply {
    page(1, 3, { total = 7, limit = 3, scrollId = "a+1" }),
    page(4, 3, { total = 7, limit = 3, scrollId = "a+2" }),
    page(7, 1, { total = 7, limit = 3, scrollId = "a+3" }),
  }
  t.equal(ids(lofty.leads.each { stage = "Hot", limit = 3 }), range(1, 7))
  t.equal(transport.sent(), {
    "GET /v1.0/leads?limit=3&stage=Hot", "GET /v1.0/leads?scrollId=a%2B1", "GET /v1.0/leads?scrollId=a%2B2",
  })
end)

t.test("pages are of 100 unless said otherwise, and no larger than take needs", function()
  for _, case in ipairs {
    { lofty.leads.each {}, 100 }, { lofty.leads.each { limit = 7 }, 7 }, { lofty.leads.each():take(5), 5 },
    { lofty.leads.each():take(500), 100 }, { lofty.leads.each { limit = 7 }:take(5), 7 },
  } do
    transport.reply { page(1, 0, { total = 0, limit = case[2] }) }
    t.equal(ids(case[1]), {})
    t.equal(transport.sent(), { "GET /v1.0/leads?limit=" .. case[2] })
  end
end)

t.test("without a total, an empty page or a missing scrollId is the end", function()
  transport.reply { page(1, 2, { scrollId = "b" }), page(3, 2, { scrollId = "c" }), page(1, 0, { scrollId = "d" }) }
  t.equal(ids(lofty.leads.each { limit = 2 }), range(1, 4))
  transport.reply { page(1, 2, { scrollId = "b" }), page(3, 1, {}) }
  t.equal(ids(lofty.leads.each { limit = 2 }), range(1, 3))
end)

t.test("a full page without scrollId and total is not taken for the end", function()
  transport.reply { page(1, 2), page(2, 2), page(3, 2), page(4, 1) }
  t.equal(ids(lofty.leads.each { limit = 2 }), range(1, 4))
  t.equal(transport.sent(), { -- each page begins with an item already known, for nothing else tells of a loss
    "GET /v1.0/leads?limit=2", "GET /v1.0/leads?limit=2&offset=1", "GET /v1.0/leads?limit=2&offset=2",
    "GET /v1.0/leads?limit=2&offset=3",
  })
end)

t.test("offset takes over where the scrollId is missing", function()
  transport.reply { page(1, 3, { total = 5 }), page(3, 3, { total = 5 }) }
  t.equal(ids(lofty.leads.each { stage = "Hot", limit = 3 }), range(1, 5))
  t.equal(transport.sent()[2], "GET /v1.0/leads?limit=3&offset=2&stage=Hot")
end)

t.test("other refusals of a page are raised", function()
  transport.reply { page(1, 2, { total = 5, scrollId = "x" }), { status = 500, json = { message = "down" } } }
  t.fails("SERVER_ERROR", ids, lofty.leads.each { limit = 2 })
  transport.reply { { status = 400, json = { code = 20012, message = "Invalid parameter" } } }
  t.fails("INVALID_PARAMETER", ids, lofty.leads.each {})
end)

t.test("an offset given at the start counts", function()
  transport.reply { page(4, 2, { total = 7, scrollId = "x" }), page(6, 2, { total = 7 }) }
  t.equal(ids(lofty.leads.each { limit = 2, offset = 3 }), range(4, 7))
  transport.reply { page(1, 0, { total = 3 }) }
  t.equal(ids(lofty.leads.each { offset = 10 }), {})
end)

t.test("what is never silence", function()
  is_broken("page 2 repeats page 1",
    { page(1, 2, { total = 6, scrollId = "x" }), page(1, 2, { total = 6, scrollId = "x" }) },
    lofty.leads.each { limit = 2 })
  is_broken("page 1 has 1 items where 3 were asked for and 5 more remain",
    { page(1, 1, { total = 6, scrollId = "x" }) }, lofty.leads.each { limit = 3 })
  is_broken("page 3 repeats page 1", -- a scrollId that goes in a circle
    { page(1, 2, { total = 9, scrollId = "x" }), page(3, 2, { total = 9, scrollId = "y" }),
      page(1, 2, { total = 9, scrollId = "x" }) }, lofty.leads.each { limit = 2 })
  -- An end too early: the list, asked again, is as long as it said.
  is_broken("the total says 4 items, but 2 came",
    { page(1, 2, { total = 4, scrollId = "x" }), page(1, 0, { total = 4 }), page(1, 1, { total = 4 }) },
    lofty.leads.each { limit = 2 })
  is_broken("the total says 4 items, but 2 came", -- and nothing more is known where it does not answer
    { page(1, 2, { total = 4, scrollId = "x" }), page(1, 0, { total = 4 }), { status = 500, body = "" } },
    lofty.leads.each { limit = 2 })
  is_broken("the total says 2 items, but 3 came", { page(1, 3, { total = 2 }) }, lofty.leads.each { limit = 3 })
  is_broken("item 1 of page 1 has no leadId", { { json = { leads = { { id = 5 } } } } }, lofty.leads.each {})
  is_broken("item 1 of page 1 has no leadId", { { json = { leads = { 5 } } } }, lofty.leads.each {})
  is_broken("the list shrank from 6 to 5 items while it was read by position, so some were passed over",
    { page(1, 2, { total = 6 }), page(2, 2, { total = 5 }) }, lofty.leads.each { limit = 2 })
  -- As many came as left, so that no total tells.
  is_broken("page 2 does not follow page 1: items left the list while it was read by position, so some were passed over",
    { page(1, 2, { total = 6 }), page(3, 2, { total = 6 }) }, lofty.leads.each { limit = 2 })
  local err = is_broken("asked for pages of 100, got pages of 25",
    { page(1, 25, { total = 90, limit = 25, scrollId = "x" }) }, lofty.leads.each {})
  t.equal(err.operation, "leads.list")
  t.equal(err.category, "protocol")
end)

t.test("scroll pages may have a size of their own, which they say", function()
  transport.reply { page(1, 4, { total = 8, limit = 4, scrollId = "x" }),
    page(5, 2, { total = 8, limit = 2, scrollId = "y" }), page(7, 2, { total = 8, limit = 2 }) }
  t.equal(ids(lofty.leads.each { limit = 4 }), range(1, 8))
end)

t.test("a list that grows while it is read is read once", function()
  transport.reply { page(10, 3, { total = 5 }), page(11, 3, { total = 6 }), page(13, 2, { total = 6 }) }
  t.equal(ids(lofty.leads.each { limit = 3 }), range(10, 14))
end)

t.test("a list that shrinks while it is scrolled is read to its end", function()
  transport.reply { page(1, 2, { total = 4, scrollId = "x" }), page(3, 2, { total = 2, scrollId = "y" }),
    page(5, 0, { total = 2, scrollId = "z" }) }
  t.equal(ids(lofty.leads.each { limit = 2 }), range(1, 4))
end)

t.test("leads that leave the list while it is scrolled are no error", function()
  transport.reply { page(1, 3, { total = 8, scrollId = "x" }), page(4, 2, { total = 8, scrollId = "y" }),
    page(7, 2, { total = 8, scrollId = "z" }), page(9, 0, { total = 8 }), page(1, 1, { total = 7, limit = 1 }) }
  t.equal(ids(lofty.leads.each { limit = 3 }), { 1, 2, 3, 4, 5, 7, 8 })
  t.equal(transport.sent()[5], "GET /v1.0/leads?limit=1")
end)

t.test("what is at hand is given before a count is found to be wrong", function()
  transport.reply { page(1, 2, { total = 6 }), page(2, 2, { total = 5 }) }
  local given = {}
  local ok = pcall(function()
    for lead in lofty.leads.each { limit = 2 } do given[#given + 1] = lead.leadId end
  end)
  t.equal(ok, false)
  t.equal(given, { 1, 2, 3 })
end)

t.test("an iterator is no array, and says so", function()
  local each = lofty.leads.each {}
  local wrong = "leads%.each is no array: write for item in lofty%.leads%.each{ %.%.%. } do"
  t.raises(wrong, function() for _, lead in ipairs(each) do lofty.log.info(lead) end end)
  t.raises(wrong, function() for key in pairs(each) do lofty.log.info(key) end end)
  t.raises(wrong, function() return #each end)
  t.raises(wrong, function() return each[1] end)
  t.raises('leads%.each has no "colect"', function() return each:colect() end)
  t.raises("call take with a colon", function() return each.take(3) end)
  t.raises("write collect{ max = %.%.%. }", function() return each:collect(3) end)
end)

t.test("tasks that the script moves while it walks through them come once", function()
  -- Ordered by start time, latest first; the cursor is the last task's place. Moving a task to the future puts it on top.
  local order, given = range(1, 7), {}
  local function tasks_after(id, limit)
    local list, from = lofty.array {}, 1
    for place, task in ipairs(order) do
      if task == id then from = place + 1 end
    end
    for place = from, math.min(from + limit - 1, #order) do list[#list + 1] = { id = order[place] } end
    return { json = { tasks = list } }
  end
  transport.reply(function(request)
    return tasks_after(math.tointeger(request.target:match("currentId=(%d+)")), 2)
  end)
  for task in lofty.tasks.each_mine { limit = 2 } do
    given[#given + 1] = task.id
    for place, id in ipairs(order) do
      if id == task.id then table.insert(order, 1, table.remove(order, place)) break end
    end
    assert(#given < 20, "endless")
  end
  t.equal(given, range(1, 7))
end)

t.test("a total that is capped does not end a scroll, and is told", function()
  transport.reply { page(1, 2, { total = 2, scrollId = "x" }), page(3, 2, { total = 2, scrollId = "y" }),
    page(5, 1, { total = 2 }) }
  local given = 0
  local ok, err = pcall(function()
    for _ in lofty.leads.each { limit = 2 } do given = given + 1 end
  end)
  t.equal(given, 5) -- all of it; nobody knows why the total was less
  t.equal(ok, false)
  t.equal(err.code, "INVALID_RESPONSE")
end)

t.test("take, pages and collect", function()
  local replies = { page(1, 2, { total = 5, scrollId = "x" }), page(3, 2, { total = 5, scrollId = "y" }),
    page(5, 1, { total = 5 }) }
  local each = lofty.leads.each { limit = 2 }
  transport.reply(replies)
  t.equal(ids(each:take(3)), range(1, 3))
  t.equal(#transport.calls, 2)
  transport.reply(replies)
  t.equal(ids(each:take(0)), {})
  t.equal(#transport.calls, 0)

  transport.reply(replies)
  local sizes, totals = {}, {}
  for items, metadata in each:pages() do
    sizes[#sizes + 1], totals[#totals + 1] = #items, metadata.total
  end
  t.equal(sizes, { 2, 2, 1 })
  t.equal(totals, { 5, 5, 5 })

  transport.reply(replies)
  local all, more = each:collect()
  t.equal({ #all, more }, { 5, false })
  transport.reply(replies)
  all, more = each:collect { max = 3 }
  t.equal({ #all, more }, { 3, true })
  transport.reply(replies)
  all, more = each:collect { max = 5 }
  t.equal({ #all, more }, { 5, false })
end)

t.test("collect without max stops at ten thousand", function()
  transport.reply(function(_, number)
    return page(number * 100, 100, { total = 20000, scrollId = "s" .. number })
  end)
  t.raises("pages_test.lua:%d+: leads.each: more than 10000 items; loop over them, or say collect{ max = ... }",
    function() lofty.leads.each():collect() end)
end)

t.test("each loop starts over; two at once are told apart; stepping by hand goes on", function()
  local replies = { page(1, 2, { total = 2 }), page(1, 2, { total = 2 }), page(1, 2, { total = 2 }) }
  local each = lofty.leads.each { limit = 2 }
  transport.reply(replies)
  t.equal(ids(each), { 1, 2 })
  t.equal(ids(each), { 1, 2 })
  t.raises("leads.each: two loops at once", function()
    transport.reply(replies)
    for _ in each do for _ in each do end end
  end)
  transport.reply(replies)
  each = lofty.leads.each { limit = 2 }
  t.equal({ each().leadId, each().leadId, each() }, { 1, 2 })
end)

t.test("arguments are checked when the iterator is made", function()
  transport.reply {}
  t.raises('pages_test.lua:%d+: leads.each: unknown parameter "pageSize"; did you mean "limit"?',
    function() lofty.leads.each { pageSize = 5 } end)
  t.raises("pages_test.lua:%d+: leads.each: cannot begin at a scrollId",
    function() lofty.leads.each { scrollId = "x" } end)
  t.raises("pages_test.lua:%d+: tasks.each: leadId is required", function() lofty.tasks.each() end)
  t.raises("pages_test.lua:%d+: leads.each: take needs a number of items, got string", function()
    lofty.leads.each():take("5")
  end)
  t.raises("pages_test.lua:%d+: leads.each: collect takes only max, got limit", function()
    lofty.leads.each():collect { limit = 5 }
  end)
  t.raises('lofty.webhooks has no operation "each_lists"', function() lofty.webhooks.each_lists() end)
end)

t.test("members: by offset, in pages of the default size", function()
  local function members(first, count, total)
    local list = lofty.array {}
    for id = first, first + count - 1 do list[#list + 1] = { id = id } end
    return { json = { members = list, _metadata = { total = total, limit = 25 } } }
  end
  transport.reply { members(1, 25, 30), members(25, 6, 30) }
  t.equal(ids(lofty.members.each {}, "id"), range(1, 30))
  t.equal(transport.sent(), { "GET /v1.0/members?limit=25", "GET /v1.0/members?limit=25&offset=24" })
end)

t.test("team.each_pipelines: by page number", function()
  local function pipelines(first, count)
    local list = lofty.array {}
    for id = first, first + count - 1 do list[#list + 1] = { id = id, name = "s" .. id } end
    return { json = { pipelines = list, _metadata = { total = 5 } } }
  end
  -- After each page but the first, the item before it is asked for.
  transport.reply { pipelines(1, 2), pipelines(3, 2), pipelines(2, 1), pipelines(5, 1), pipelines(4, 1) }
  t.equal(ids(lofty.team.each_pipelines { pageSize = 2 }, "id"), range(1, 5))
  t.equal(transport.sent()[3], "GET /v1.0/teamFeatures/lead-pipelines?currPage=1&pageSize=1")
  t.equal(transport.sent()[4], "GET /v1.0/teamFeatures/lead-pipelines?currPage=2&pageSize=2")
  transport.reply { pipelines(3, 2), pipelines(5, 1), pipelines(4, 1) }
  t.equal(ids(lofty.team.each_pipelines { pageSize = 2, currPage = 1 }, "id"), range(3, 5))
end)

t.test("tasks.each_mine: after the last id, until an empty page", function()
  local function tasks(...)
    local list = lofty.array {}
    for _, id in ipairs { ... } do list[#list + 1] = { id = id } end
    return { json = { tasks = list } }
  end
  transport.reply { tasks(9, 4), tasks(7), tasks() }
  t.equal(ids(lofty.tasks.each_mine { limit = 2 }, "id"), { 9, 4, 7 })
  t.equal(transport.sent(), {
    "GET /v2.0/tasks/my-tasks?limit=2", "GET /v2.0/tasks/my-tasks?currentId=4&limit=2",
    "GET /v2.0/tasks/my-tasks?currentId=7&limit=2",
  })
end)

t.test("lists that come whole", function()
  transport.reply { { json = { { subscribeId = 1 }, { subscribeId = 2 } } } }
  t.equal(ids(lofty.webhooks.each(), "subscribeId"), { 1, 2 })
  transport.reply { { json = { { tagId = 1, leadId = 0 }, { tagId = 1, leadId = 5 } } } }
  t.equal(ids(lofty.team.each_tags(), "tagId"), { 1, 1 })
  transport.reply { { json = { tasks = { { id = 3 } } } } }
  t.equal(ids(lofty.tasks.each { leadId = 5 }, "id"), { 3 })
  t.equal(transport.sent(), { "GET /v2.0/tasks?leadId=5" })
end)

t.test("notes: a full page leaves doubt, and doubt is not silence", function()
  local function notes(count)
    local list = lofty.array {}
    for id = 1, count do list[id] = { noteId = id } end
    return { json = { notes = list } }
  end
  transport.reply { notes(99) }
  t.equal(#lofty.notes.each({ leadId = 5 }):collect(), 99)
  t.equal(transport.sent(), { "GET /v1.0/notes?leadId=5&limit=100" })
  transport.reply { notes(120) }
  t.equal(#lofty.notes.each({ leadId = 5 }):collect(), 120)
  transport.reply { notes(100) }
  local err = t.fails("INVALID_RESPONSE", function() lofty.notes.each({ leadId = 5 }):collect() end)
  t.matches(err.message, "got exactly the 100 items that one page can hold")
end)

