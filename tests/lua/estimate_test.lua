-- What is said of a long list once its first items are done: requests left and time, by the rate or by the pace.
local t = require "harness"
local clock = require "standing_clock"
local transport = require "transport"
local json = require "native.json"
local native_run = require "native.run"
local lofty = require "lofty"
local quota = require "lofty.quota"

local lines, made, maximum, rate = {}, 0, nil, nil
native_run.requests = function() return made, maximum end
quota.rate = function() return rate end -- luacheck: ignore 122
require("native.log").write = function(level, text) lines[#lines + 1] = level .. " " .. text end

--- A Lofty of that many leads, each with `tasks` tasks. A call takes `takes` ms.
local function lofty_of(leads, options)
  options = options or {}
  lines, made, maximum, rate = {}, 0, options.maximum, options.rate
  local task_list = json.array {}
  for index = 1, options.tasks or 0 do task_list[index] = { id = index } end
  transport.reply(function(request)
    made = made + 1
    clock.time = clock.time + (options.takes or 1)
    if request.target:find("^/v1.0/leads%?") then
      local from = tonumber(request.target:match("scrollId=(%d+)") or 0)
      local list = json.array {}
      for index = from + 1, math.min(from + 100, leads) do list[#list + 1] = { leadId = index } end
      return { json = { leads = list,
        _metadata = { total = options.silent and json.null or leads, limit = 100, scrollId = tostring(from + #list) } } }
    elseif request.target:find("^/v2.0/tasks%?") then
      return { json = { tasks = task_list } }
    end
    return { json = { lead = { leadId = 1 } } }
  end)
end

local function get() lofty.leads.get(1) end

--- Walks the leads, `requests` for each of the first `count`, and leaves the loop there.
local function walk(count, requests)
  local done = 0
  for _ in lofty.leads.each {} do
    for _ = 1, requests do get() end
    done = done + 1
    if done == count then break end
  end
end

t.test("requests left and time at the rate, after ten items, once", function()
  lofty_of(41000, { rate = 500 })
  local done = 0
  for _ in lofty.leads.each {} do
    get()
    done = done + 1
    if done == 10 then t.equal(lines, {}) end
    if done == 500 then break end
  end
  -- 40,990 items with a request each, and 409 pages
  t.equal(lines, { "info leads.each: about 41,400 requests left, about 83 min at 500/min" })
end)

t.test("where nobody knows a rate, or the pace is slower, it goes by the pace", function()
  lofty_of(41000, { takes = 600 })
  walk(20, 1)
  t.equal(lines, { "info leads.each: about 41,400 requests left, about 6.9 h at the pace so far, 100/min" })
  lofty_of(41000, { takes = 600, rate = 500 })
  walk(20, 1)
  t.equal(lines, { "info leads.each: about 41,400 requests left, about 6.9 h at the pace so far, 100/min" })
  lofty_of(900, { takes = 100 })
  walk(20, 2)
  t.equal(lines, { "info leads.each: about 1,790 requests left, about 3 min at the pace so far, 600/min" })
end)

t.test("nothing is said of what is done within a minute", function()
  lofty_of(400, { rate = 500 })
  walk(400, 1)
  t.equal(lines, {})
  lofty_of(41000, { rate = 500, silent = true })
  walk(200, 1)
  t.equal(lines, {}, "nor of a list that does not tell its length")
  lofty_of(9, { takes = 60000 })
  walk(9, 1)
  for _, line in ipairs(lines) do
    t.equal(line:find("requests left"), nil, "nor are requests counted of one whose first items are all of it")
  end
end)

t.test("pages alone are counted before the second one", function()
  lofty_of(80000, { rate = 500 })
  for _ in lofty.leads.each {}:pages() do
    if #transport.calls == 2 then break end
    t.equal(lines, {})
  end
  t.equal(lines, { "info leads.each: about 799 requests left, about 96 s at 500/min" })
end)

t.test("take() bounds it", function()
  lofty_of(41000, { rate = 500 })
  for _ in lofty.leads.each {}:take(1010) do get() end
  t.equal(lines, { "info leads.each: about 1,010 requests left, about 2 min at 500/min" })
  lofty_of(41000, { rate = 500 })
  for _ in lofty.leads.each {}:take(300) do get() end
  t.equal(lines, {})
end)

--- Walks the tasks of each of so many leads, as long as those would take.
local function nested(count)
  local leads = 0
  for _ in lofty.leads.each {} do
    local tasks = 0
    for _ in lofty.tasks.each { leadId = 7 } do
      get()
      tasks = tasks + 1
      if tasks == 20 then break end
    end
    leads = leads + 1
    if leads == count then break end
  end
end

t.test("a list inside one that is spoken of is not spoken of", function()
  lofty_of(2000, { rate = 60, tasks = 200 })
  nested(30)
  t.equal(#lines, 1)
  t.matches(lines[1], "^info leads.each: about %d")
  lofty_of(2000, { rate = 60, tasks = 200, silent = true })
  nested(12)
  t.equal(lines[1], "info tasks.each: about 190 requests left, about 3 min at 60/min", "unless the outer one tells nothing")
end)

t.test("the next list is spoken of again once that one is through, though its iterator is still at hand", function()
  lofty_of(1010, { rate = 500 })
  local lists = { lofty.leads.each {}, lofty.leads.each {}, lofty.leads.each {}:take(1005), lofty.leads.each {} }
  for index = 1, 4 do
    for _ in lists[index] do get() end
    t.equal(#lines, index)
  end
end)

t.test("lofty.map knows the length of an array, and an iterator's", function()
  lofty_of(41000, { rate = 500 })
  local items = {}
  for index = 1, 1200 do items[index] = index end
  lofty.map(items, function() get() end, { concurrency = 1 })
  t.equal(lines, { "info lofty.map: about 1,190 requests left, about 2 min at 500/min" })
  lofty_of(1010, { rate = 500 })
  lofty.map(lofty.leads.each {}, function() get() end, { concurrency = 1 })
  t.equal(#lines, 1)
  t.matches(lines[1], "^info lofty.map over leads.each: about 1,0%d0 requests left, about 2 min at 500/min$")
  lofty_of(10)
  lofty.map(items, function() end)
  t.equal(lines, {}, "work without a request is none of Lofty's")
end)

t.test("--max-requests that will not do is said after the first item, once", function()
  lofty_of(600, { maximum = 100 })
  walk(50, 2)
  t.equal(lines,
    { "warn leads.each: about 1,200 requests left, but --max-requests 100 leaves 97: the run will not reach the end" })
  lofty_of(100, { maximum = 400 })
  walk(100, 2)
  t.equal(lines, {})
end)

