-- sandbox: empty
-- each{ resume = ... } within one run; what outlives a run is proved by the cases resume*.case.
local t = require "harness"
local transport = require "transport"
local each = require "lofty.each"
local lofty = require "lofty"

local function range(first, last)
  local list = {}
  for id = first, last do list[#list + 1] = id end
  return list
end

--- The leads there are; scrollIds are positions, and those in `expired` are refused, once.
local leads, expired = {}, {}

local function serve(count)
  leads, expired = range(1, count), {}
  transport.reply(function(request, call)
    assert(call < 100, "endless")
    local scroll = math.tointeger(request.target:match("scrollId=(%d+)"))
    if scroll and expired[scroll] then
      if expired[scroll] ~= "always" then expired[scroll] = nil end
      return { status = 400, json = { code = 20012, message = "Invalid parameter" } }
    end
    local offset, here = scroll or 0, lofty.array {}
    local size = math.tointeger(request.target:match("limit=(%d+)")) or 3
    for place = offset + 1, math.min(offset + size, #leads) do here[#here + 1] = { leadId = leads[place] } end
    return { json = { leads = here, _metadata = { total = #leads, scrollId = offset + size } } }
  end)
end

--- What a loop gives before `stop` is given; that one is in the result too.
local function run(stop, filters, take)
  filters = filters or {}
  filters.resume, filters.limit = filters.resume or "r", filters.limit or 3
  local given = {}
  local function body(lead)
    given[#given + 1] = lead.leadId
    return lead.leadId == stop
  end
  if take then
    for lead in lofty.leads.each(filters):take(take) do if body(lead) then break end end
  else
    for lead in lofty.leads.each(filters) do if body(lead) then break end end
  end
  return given
end

local function names()
  local list = {}
  for index, entry in ipairs(lofty.resume.list()) do
    list[index] = ("%s %d %s"):format(entry.name, entry.done, entry.list)
  end
  return list
end

t.test("a loop that was left goes on with the item it was at; one that ended is forgotten", function()
  serve(8)
  t.equal(run(5), range(1, 5))
  t.equal(names(), { "r 4 leads.each()" })
  t.equal(run(6), { 5, 6 })
  t.equal(run(), { 6, 7, 8 })
  t.equal(names(), {})
  t.equal(run(), range(1, 8))
end)

t.test("nothing done yet, all done but the end", function()
  serve(4)
  t.equal(run(1), { 1 })
  t.equal(run(4), range(1, 4))
  t.equal(run(), { 4 })
  t.equal(run(1), { 1 })
  t.ok(lofty.resume.forget("r"))
end)

t.test("what came, left or moved meanwhile makes nothing come twice or not at all", function()
  serve(9)
  t.equal(run(5), range(1, 5))
  leads = { 9, 12, 3, 8, 5, 2, 7, 4, 11 } -- 1 and 6 have left, 11 and 12 have come
  t.equal(run(), { 9, 12, 8, 5, 7, 11 })
  t.equal(names(), {})
end)

t.test("an error in the loop leaves it as break does, and so does one of Lofty's", function()
  serve(4)
  t.raises("no", function()
    for lead in lofty.leads.each { resume = "r", limit = 3 } do
      if lead.leadId == 2 then error("no") end
    end
  end)
  t.equal(run(), { 2, 3, 4 })
  transport.reply { { json = { leads = { { leadId = 1 } }, _metadata = { total = 9, scrollId = "s" } } },
    { status = 500, body = "" } }
  t.fails("SERVER_ERROR", run, nil, { limit = 1 })
  serve(2)
  t.equal(run(nil, { limit = 1 }), { 2 })
end)

t.test("page by page: a page is done when the next one is asked for", function()
  serve(8)
  local function pages(stop)
    local sizes = {}
    for page in lofty.leads.each({ resume = "p", limit = 3 }):pages() do
      sizes[#sizes + 1] = #page
      if #sizes == stop then break end
    end
    return sizes
  end
  t.equal(pages(2), { 3, 3 })
  t.equal(names(), { "p 3 leads.each()" })
  t.equal(pages(), { 3, 2 })
  t.equal(names(), {})
end)

t.test("what a script makes of its items and pages does not matter", function()
  serve(7)
  for page in lofty.leads.each({ resume = "r", limit = 3 }):pages() do
    if page[1].leadId == 4 then break end
    while #page > 0 do table.remove(page) end
  end
  for lead in lofty.leads.each { resume = "r", limit = 3 } do
    if lead.leadId == 6 then break end
    lead.leadId = nil
  end
  t.equal(run(), { 6, 7 })
end)

t.test("an item that another task is at is not done", function()
  serve(4)
  local WHY = "leads.each: an item is done when the next one is asked for"
  do
    local by_hand <close> = lofty.leads.each { resume = "r" }
    lofty.spawn(function() t.equal(by_hand().leadId, 1) end):wait()
    t.raises(WHY, by_hand)
  end
  do
    local pages, _, _, loop = lofty.leads.each({ resume = "r", limit = 2 }):pages()
    local _ <close> = loop
    t.raises(WHY, lofty.map, pages, function() lofty.sleep "1ms" end)
  end
  t.equal(run(), range(1, 4))
end)

t.test("take counts what is left, and another run takes the next ones", function()
  serve(8)
  t.equal(run(nil, nil, 3), range(1, 3))
  t.equal(run(nil, nil, 3), range(4, 6))
  t.equal(run(nil, nil, 0), {})
  t.equal(run(nil, nil, 3), range(7, 8))
  t.equal(names(), {})
end)

t.test("stepping by hand", function()
  serve(3)
  local step = lofty.leads.each { resume = "r", limit = 3 }
  t.equal({ step().leadId, step().leadId }, { 1, 2 })
  t.fails("ALREADY_RUNNING", run)
  do
    local closed <close> = step -- luacheck: ignore
  end
  t.equal(run(), { 2, 3 })
end)

t.test("two at once are told apart, and the first one goes on", function()
  serve(4)
  local given = {}
  for lead in lofty.leads.each { resume = "r", limit = 3 } do
    given[#given + 1] = lead.leadId
    local err = t.fails("ALREADY_RUNNING", run)
    t.equal(err.category, "conflict")
    t.equal(run(nil, { resume = "other" }), range(1, 4))
    t.fails("ALREADY_RUNNING", lofty.resume.forget, "r")
  end
  t.equal(given, range(1, 4))
end)

t.test("one name is one list with its filters; the size of pages does not matter", function()
  serve(4)
  run(2, { stage = "Hot" })
  t.raises('resume_test.lua:%d+: leads.each: resume = "r" is in the middle of leads.each%({ stage = "Hot" }%)'
    .. ', and this is leads.each%({ stage = "Cold" }%); .*lofty.resume.forget%("r"%)', run, nil, { stage = "Cold" })
  t.raises("this is leads.each%(%)", run)
  t.equal(run(nil, { stage = "Hot", limit = 2 }), range(2, 4))
  run(2, { stage = "Hot" })
  t.ok(lofty.resume.forget("r"))
  t.ok(not lofty.resume.forget("r"))
  t.equal(run(nil, { stage = "Cold" }), range(1, 4))
end)

t.test("a scrollId that expired: the list is read again, what is done is passed over", function()
  serve(8)
  expired = { [3] = true, [6] = true }
  leads = range(1, 8)
  local given = {}
  for lead in lofty.leads.each { resume = "r", limit = 3 } do
    given[#given + 1] = lead.leadId
    if lead.leadId == 3 then table.insert(leads, 1, 99) end
    if lead.leadId == 5 then table.remove(leads, 1) end
  end
  t.equal(given, { 1, 2, 3, 99, 4, 5, 6, 7, 8 })
  t.equal(names(), {})
  serve(8)
  expired = { [3] = "always" } -- reading it again helps nothing
  t.fails("INVALID_PARAMETER", run)
  expired = {}
  t.equal(run(), range(4, 8))
end)

t.test("the page read ahead does not hide what was done", function()
  local function tasks(request)
    local from = math.tointeger(request.target:match("currentId=(%d+)")) or 0
    local list = lofty.array {}
    for id = from + 1, math.min(from + 2, 5) do list[#list + 1] = { id = id } end
    return { json = { tasks = list } }
  end
  local function mine(stop)
    local given = {}
    for task in lofty.tasks.each_mine { resume = "m", limit = 2 } do
      given[#given + 1] = task.id
      if task.id == stop then break end
    end
    return given
  end
  transport.reply(tasks)
  t.equal(mine(4), range(1, 4))
  t.equal(mine(), { 4, 5 })
  t.equal(names(), {})
end)

t.test("a list without parameters, and ids that are text", function()
  local row = { name = "things.list", method = "GET", path = "/things", page = "none", id = "id" }
  local function things(stop)
    local given = {}
    for thing in each.each("things.each", row, { resume = "t" }) do
      given[#given + 1] = thing.id
      if thing.id == stop then break end
    end
    return given
  end
  local function reply(...) transport.reply { { json = { { id = (...) }, { id = select(2, ...) } } } } end
  reply("1224565260755697664", "1224565260755697665")
  t.equal(things("1224565260755697665"), { "1224565260755697664", "1224565260755697665" })
  reply("1224565260755697664", "1224565260755697665")
  t.equal(things(), { "1224565260755697665" })
  reply(5, 5)
  t.matches(t.fails("INVALID_RESPONSE", things).message, "two items have the id 5; resume cannot tell them apart")
  lofty.resume.forget("t")
end)

t.test("mistakes are told at the script's line, before anything is sent", function()
  transport.reply {}
  local plain = { name = "things.list", method = "GET", path = "/things", page = "none" }
  t.raises("resume_test.lua:%d+: things.each: resume is not possible here, because the items of this list have no ids",
    function() return (each.each("things.each", plain, { resume = "r" })) end)
  for _, name in ipairs { "", ("x"):rep(201), "a\nb", 5, true } do
    t.raises("resume_test.lua:%d+: leads.each: resume needs a name of 1 to 200 characters",
      function() return (lofty.leads.each { resume = name }) end)
    t.raises("resume_test.lua:%d+: lofty.resume.forget: resume needs a name", function() lofty.resume.forget(name) end)
  end
  t.raises("resume_test.lua:%d+: leads.each: collect does not go with resume", function()
    return (lofty.leads.each({ resume = "r" }):collect())
  end)
  t.raises("resume_test.lua:%d+: leads.each: resume reads the list from its start; leave out offset", function()
    return (lofty.leads.each { resume = "r", offset = 5 })
  end)
  t.raises("tasks.each_mine: resume reads the list from its start; leave out currentId", function()
    return (lofty.tasks.each_mine { resume = "r", currentId = 5 })
  end)
  t.raises('unknown parameter "resume"', function() return lofty.leads.list { resume = "r" } end)
  t.equal(names(), {})
end)

