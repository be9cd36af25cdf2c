-- How far a long list is, said each minute where no terminal shows it: of each, of map, of a script's own loop.
local t = require "harness"
local clock = require "standing_clock"
local transport = require "transport"
local json = require "native.json"
local lofty = require "lofty"
local quota = require "lofty.quota"

local lines = {}
quota.rate = function() return nil end -- luacheck: ignore 122
require("native.log").write = function(level, text)
  if not text:find("requests left") then lines[#lines + 1] = level .. " " .. text end
end

--- A Lofty of that many leads; nil: it does not say how many.
local function lofty_of(leads, silent)
  lines = {}
  transport.reply(function(request)
    if request.target:find("^/v1.0/leads%?") then
      local from = tonumber(request.target:match("scrollId=(%d+)") or 0)
      local list = json.array {}
      for index = from + 1, math.min(from + 100, leads) do list[#list + 1] = { leadId = index } end
      return { json = { leads = list,
        _metadata = { total = silent and json.null or leads, limit = 100, scrollId = tostring(from + #list) } } }
    end
    return { json = { tasks = { { id = 1 }, { id = 2 } } } }
  end)
end

local function pass(ms) clock.time = clock.time + ms end

t.test("a line each minute, with count, rate and what is left", function()
  lofty_of(41200)
  local done = 0
  for _ in lofty.leads.each {} do
    pass(100)
    done = done + 1
    if done == 599 then t.equal(lines, {}) end
    if done == 1900 then break end
  end
  t.equal(lines, {
    "info leads.each: 600 of 41,200, 600/min, about 68 min left",
    "info leads.each: 1,200 of 41,200, 600/min, about 67 min left",
    "info leads.each: 1,800 of 41,200, 600/min, about 66 min left",
  })
end)

t.test("what takes less than a minute is not spoken of", function()
  lofty_of(500)
  for _ in lofty.leads.each {} do pass(100) end
  t.equal(lines, {})
end)

t.test("a list that does not tell its length tells what is done", function()
  lofty_of(700, true)
  for _ in lofty.leads.each {} do pass(100) end
  t.equal(lines, { "info leads.each: 600 so far, 600/min" })
end)

t.test("items that take minutes are counted by the hour", function()
  lofty_of(4)
  for _ in lofty.leads.each {} do pass(300000) end
  t.equal(lines, { "info leads.each: 1 of 4, 12/h, about 15 min left", "info leads.each: 2 of 4, 12/h, about 10 min left",
    "info leads.each: 3 of 4, 12/h, about 5 min left", "info leads.each: 4 of 4, 12/h, about 0 s left" })
end)

t.test("of lists inside each other the outer one", function()
  lofty_of(3)
  for _ in lofty.leads.each {} do
    for _ in lofty.tasks.each { leadId = 1 } do pass(40000) end
  end
  for _, line in ipairs(lines) do t.matches(line, "leads%.each") end
  t.equal(#lines > 0, true)
end)

t.test("a loop that was left says nothing of the next one", function()
  lofty_of(1000)
  local left = lofty.leads.each {}
  left()
  pass(601000)
  for _ in lofty.leads.each {} do pass(100) end
  t.equal(lines, { "info leads.each: 600 of 1,000, 600/min, about 40 s left" })
  t.equal(type(left), "table")
end)

t.test("lofty.map over a list and over an array", function()
  lofty_of(1000)
  lofty.map(lofty.leads.each {}, function() pass(100) end, { concurrency = 1 })
  t.equal(#lines, 1)
  t.matches(lines[1], "^info lofty.map over leads.each: 600 of 1,000, 600/min, about 40 s left$")
end)

t.test("lofty.progress loops over an array, and over an iterator with and without its length", function()
  lines = {}
  local seen = {}
  for item, place in lofty.progress({ "a", "b", "c" }, { name = "import" }) do
    seen[#seen + 1] = item .. place
    pass(60000)
  end
  t.equal(seen, { "a1", "b2", "c3" })
  t.equal(lines, { "info import: 1 of 3, 1/min, about 2 min left", "info import: 2 of 3, 1/min, about 60 s left",
    "info import: 3 of 3, 1/min, about 0 s left" })
  lines = {}
  for _ in lofty.progress(("a b"):gmatch("%a"), { total = 2 }) do pass(60000) end
  t.equal(lines, { "info lofty.progress: 1 of 2, 1/min, about 60 s left", "info lofty.progress: 2 of 2, 1/min, about 0 s left" })
  lines = {}
  for _ in lofty.progress(("a b"):gmatch("%a")) do pass(60000) end
  t.equal(lines, { "info lofty.progress: 1 so far, 1/min", "info lofty.progress: 2 so far, 1/min" })
  t.equal(select("#", lofty.progress({})()), 1)
end)

t.test("mistakes are told at the caller's line", function()
  for _, case in ipairs {
    { "expects an array or an iterator", 5 }, { "expects an array or an iterator", { name = 1 } },
    { "unknown option \"totl\"; did you mean \"total\"", {}, { totl = 1 } }, { "total must be an integer", {}, { total = -1 } },
    { "name must be a string", {}, { name = 5 } }, { "must be a table of options", {}, 7 },
  } do
    local ok, message = pcall(lofty.progress, case[2], case[3])
    t.equal(ok, false)
    t.matches(message, case[1])
  end
end)

