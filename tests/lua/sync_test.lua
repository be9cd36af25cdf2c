-- sandbox: empty
-- lofty.sync: what is new, what changed, what left. What survives a kill is proved by the cases sync_*.case.
local t = require "harness"
local transport = require "transport"
local lofty = require "lofty"

--- The leads there are, as Lofty lists them.
local leads = {}

--- Has the server give them in pages of three; `before(page)` may change them, or make a page fail.
local function serve(before)
  transport.reply(function(request, call)
    assert(call < 200, "endless")
    local offset = math.tointeger(request.target:match("scrollId=(%d+)")) or 0
    local failure = before and before(offset // 3 + 1)
    if failure then return failure end
    local here = lofty.array {}
    for place = offset + 1, math.min(offset + 3, #leads) do here[#here + 1] = leads[place] end
    return { json = { leads = here, _metadata = { total = #leads, scrollId = offset + 3 } } }
  end)
end

local function lead(id, fields)
  local item = { leadId = id, firstName = "A", lastUpdateTime = "2026-04-30T17:33:32GMT" }
  for name, value in pairs(fields or {}) do item[name] = value end
  return item
end

local function reset(count)
  leads = {}
  for id = 1, count do leads[id] = lead(id) end
  serve()
  lofty.sync.forget "s"
end

local function list(filters)
  filters = filters or {}
  filters.limit = 3
  return lofty.leads.each(filters)
end

--- What a loop gives, as "new 1", up to the id `stop`.
local function run(stop, options)
  local given = {}
  options = options or {}
  options.name, options.list = options.name or "s", options.list or list()
  for item, why in lofty.sync(options) do
    given[#given + 1] = why .. " " .. item.leadId
    if item.leadId == stop then break end
  end
  return table.concat(given, ", ")
end

t.test("everything at first, then nothing, then what is new or changed", function()
  reset(4)
  t.equal(run(), "new 1, new 2, new 3, new 4")
  t.equal(run(), "")
  leads[2] = lead(2, { firstName = "B" })
  table.insert(leads, 1, lead(5))
  t.equal(run(), "new 5, changed 2")
  t.equal(run(), "")
end)

t.test("a change within the second of the one before, and one back to what it was", function()
  reset(2)
  run()
  leads[1] = lead(1, { stage = "Hot" }) -- lastUpdateTime is the same
  t.equal(run(), "changed 1")
  leads[1] = lead(1)
  t.equal(run(), "changed 1")
  leads[1] = lead(1, { lastUpdateTime = "2026-04-30T17:33:31GMT" }) -- a clock that went back
  t.equal(run(), "changed 1")
end)

t.test("members of any kind are compared; their order is not", function()
  reset(1)
  local base = { emails = { "a@b.co", "c@d.co" }, notes = { "asb" }, score = 1, custom = { a = 1, b = { c = true } } }
  leads[1] = lead(1, base)
  run()
  t.equal(run(), "")
  local others = {
    { emails = { "c@d.co", "a@b.co" } }, { emails = { "a@b.coc@d.co" } }, { emails = { "a@b.co" } }, { score = 1.5 },
    { score = "1" }, { notes = { "a", "b" } }, { custom = { a = 1, b = { c = false } } }, { custom = { a = 1, b = {} } },
  }
  for index, other in ipairs(others) do
    for name, value in pairs(base) do other[name] = other[name] == nil and value or other[name] end
    leads[1] = lead(1, other)
    t.equal(run(), "changed 1", index)
    leads[1] = lead(1, base)
    t.equal(run(), "changed 1", index)
  end
end)

t.test("only members that count", function()
  reset(3)
  local fields = { "stage", "assignedUser" }
  t.equal(run(nil, { fields = fields }), "new 1, new 2, new 3")
  leads[1] = lead(1, { firstName = "B" })
  leads[2] = lead(2, { stage = "Hot" })
  t.equal(run(nil, { fields = fields }), "changed 2")
end)

t.test("a loop that was left goes on with the item it was at", function()
  reset(5)
  t.equal(run(4), "new 1, new 2, new 3, new 4")
  t.equal(run(), "new 4, new 5")
  t.equal(run(), "")
end)

t.test("an item whose work failed comes again", function()
  reset(3)
  local ok = pcall(function()
    for item in lofty.sync { name = "s", list = list() } do
      if item.leadId == 2 then error "no" end
    end
  end)
  t.equal(ok, false)
  t.equal(run(), "new 2, new 3")
end)

t.test("a list that fails leaves what is done done, and what was not seen is not forgotten", function()
  reset(7)
  run()
  leads[1] = lead(1, { stage = "Hot" })
  serve(function(page) return page == 2 and { status = 400, json = { code = 1, message = "no" } } end)
  local given = {}
  local ok = pcall(function()
    for item, why in lofty.sync { name = "s", list = list() } do given[#given + 1] = why .. " " .. item.leadId end
  end)
  t.equal(ok, false)
  t.equal(given, { "changed 1" })
  serve()
  t.equal(run(), "")
end)

t.test("what changes while the loop runs comes next time", function()
  reset(5)
  serve(function(page)
    if page == 2 and leads[1].stage == nil then leads[1] = lead(1, { stage = "Hot" }) end
  end)
  t.equal(run(), "new 1, new 2, new 3, new 4, new 5")
  t.equal(run(), "changed 1")
  t.equal(run(), "")
end)

t.test("what the loop itself changes comes next time", function()
  reset(2)
  for item in lofty.sync { name = "s", list = list() } do
    leads[item.leadId] = lead(item.leadId, { stage = "Welcomed" })
  end
  t.equal(run(), "changed 1, changed 2")
  t.equal(run(), "")
end)

t.test("an item that another task is at is not done", function()
  reset(3)
  do
    local loop <close> = lofty.sync { name = "s", list = list() }
    t.raises("lofty.sync: an item is done when the next one", lofty.map, loop, function() lofty.sleep "1ms" end)
  end
  t.equal(run(), "new 1, new 2, new 3")
end)

t.test("a loop that lofty.progress shows goes on after it was left, too", function()
  reset(3)
  for place = 1, 2 do
    for item, number in lofty.progress(lofty.sync { name = "s", list = list() }) do
      t.equal(item.leadId, place == 1 and number or 2)
      if number == 2 or place == 2 then break end
    end
  end
  t.equal(run(), "new 2, new 3")
end)

t.test("what left the list is new when it comes back", function()
  reset(3)
  run()
  local gone = table.remove(leads, 2)
  t.equal(run(), "")
  table.insert(leads, gone)
  t.equal(run(), "new 2")
  t.equal(run(), "")
end)

t.test("a loop that was left forgets nothing of what it has not come to", function()
  reset(5)
  run()
  leads[1] = lead(1, { stage = "Hot" })
  t.equal(run(1), "changed 1")
  t.equal(run(), "changed 1")
end)

t.test("one loop at a time, and one use of each", function()
  reset(3)
  for item in lofty.sync { name = "s", list = list() } do
    local err = t.fails("ALREADY_RUNNING", run)
    t.ok(tostring(err):find('another loop is under way under the name "s"', 1, true))
    t.fails("ALREADY_RUNNING", lofty.sync.forget, "s")
    if item.leadId == 2 then break end
  end
  local step = lofty.sync { name = "s", list = list() }
  while step() do end
  t.raises("lofty%.sync: the loop has ended", step)
end)

t.test("a name belongs to one list, until it is forgotten", function()
  reset(2)
  run()
  t.raises('%.lua:%d+: lofty%.sync: "s" is the name of leads%.each%(%), and this is leads%.each%({ stage = "Hot" }%)',
    run, nil, { list = list { stage = "Hot" } })
  t.equal(lofty.sync.forget "s", true)
  t.equal(lofty.sync.forget "s", false)
  t.equal(run(nil, { list = list { stage = "Hot" } }), "new 1, new 2")
  lofty.sync.forget "s"
  t.equal(run(nil, { name = "other" }), "new 1, new 2")
  lofty.sync.forget "other"
end)

t.test("mistakes are told at the script's line, before anything is sent", function()
  transport.reply(function() error "sent" end)
  local sync = lofty.sync
  t.raises("sync_test%.lua:%d+: lofty%.sync: expects a table", function() sync "s" end)
  t.raises("lofty%.sync: unknown option \"field\"; did you mean \"fields\"%?", sync, { name = "s", list = list(), field = "x" })
  t.raises("lofty%.sync: name must be text", sync, { list = list() })
  t.raises("lofty%.sync: name must be text", sync, { name = "", list = list() })
  for _, wrong in ipairs { {}, "leads", lofty.leads.list } do
    t.raises("lofty%.sync: list must be what an `each` gives", sync, { name = "s", list = wrong })
  end
  t.raises("lofty%.sync: list must be what", sync, { name = "s" })
  t.raises("leave out :take%(n%)", sync, { name = "s", list = list():take(5) })
  t.raises("leave out resume", sync, { name = "s", list = (list { resume = "x" }) })
  t.raises("have no ids", sync, { name = "s", list = lofty.team.each_tags() })
  t.raises("the items of leads%.each have no \"stagee\"; did you mean \"stage\"", sync,
    { name = "s", list = list(), fields = { "stagee" } })
  t.raises("fields must be an array", sync, { name = "s", list = list(), fields = "stage" })
  t.raises("fields must be an array", sync, { name = "s", list = list(), fields = {} })
end)

