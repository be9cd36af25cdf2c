-- sandbox: demo
-- lofty.map: order, how many at once, what an error does to the others.
local t = require "harness"
local lofty = require "lofty"
local try = lofty.try

local HOUR = 3600

t.test("a deadline reaches tasks and maps that are begun inside it", function()
  local task
  t.fails("DEADLINE_EXCEEDED", lofty.deadline, "5ms", function()
    task = lofty.spawn(lofty.sleep, HOUR)
    lofty.map({ 1, 2, 3 }, function() lofty.sleep(HOUR) end)
  end)
  t.fails("DEADLINE_EXCEEDED", task.wait, task)
  t.equal(task:status(), "failed")
end)

t.test("map keeps the order and the places of nil", function()
  local results = lofty.map({ 5, 4, 3, 2, 1 }, function(item)
    for _ = 1, item do lofty.sleep(0) end
    if item ~= 1 and item ~= 4 then return item * 10, "no second result" end
  end)
  t.equal(#results, 5)
  t.equal({ results[1], results[2], results[3], results[4], results[5] }, { 50, nil, 30, 20, nil })
  t.equal(results.errors, nil)
  local keys = 0
  for _ in pairs(results) do keys = keys + 1 end
  t.equal(keys, 3, "pairs finds results only")
  t.equal(#lofty.map({}, error), 0)
end)

t.test("an operation is a function to map with", function()
  local ids = {}
  for lead in lofty.leads.each():take(3) do ids[#ids + 1] = lead.leadId end
  local leads = lofty.map(ids, lofty.leads.get)
  t.equal({ leads[1].leadId, leads[2].leadId, leads[3].leadId }, ids)
  t.equal(#ids, 3)
end)

t.test("map works on as many at once as it is told, and takes no item before it is needed", function()
  for _, concurrency in ipairs { 1, 3, 50 } do
    local taken, done, most, ahead = 0, 0, 0, 0
    local function items()
      taken = taken + 1
      ahead = math.max(ahead, taken - done)
      return taken <= 20 and taken or nil
    end
    local running = 0
    lofty.map(items, function()
      running = running + 1
      most = math.max(most, running)
      for _ = 1, 3 do lofty.sleep(0) end
      running, done = running - 1, done + 1
    end, { concurrency = concurrency })
    t.equal(most, math.min(concurrency, 20))
    t.ok(ahead <= concurrency, ("%d ahead of %d"):format(ahead, concurrency))
  end
end)

t.test("map goes over an iterator that waits itself, and over generators of the script's own", function()
  local ids = {}
  for lead in lofty.leads.each { limit = 5 } do ids[#ids + 1] = lead.leadId end
  local results = lofty.map(lofty.leads.each { limit = 5 }, function(lead) return lofty.leads.get(lead.leadId).leadId end)
  t.equal(#results, #ids)
  for i, id in ipairs(ids) do t.equal(results[i], id) end
  local pages = lofty.map(lofty.leads.each { limit = 5 }:pages(), function(page) return #page end)
  t.equal(pages[1], 5)
  local generator = coroutine.wrap(function()
    for i = 1, 3 do
      lofty.sleep(0)
      coroutine.yield(i)
    end
  end)
  local squares = lofty.map(generator, function(i) return i * i end)
  t.equal({ #squares, squares[3] }, { 3, 9 })
  t.equal(coroutine.wrap(function()
    coroutine.yield() -- the iterator yields across map, to whoever drives this coroutine
    return #lofty.map(function() return coroutine.yield() end, function() end)
  end)() , nil)
end)

t.test("the first error stops a map: others are cancelled, waited for, and the next items not begun", function()
  local begun, ended, codes = 0, 0, {}
  local err = t.fails("LEAD_NOT_EXIST", lofty.map, { 1, 2, 3, 4, 5, 6 }, function(item)
    begun = begun + 1
    local _ <close> = setmetatable({}, { __close = function() ended = ended + 1 end })
    if item == 3 then lofty.leads.get(1) end
    local _, cut = try(lofty.sleep, HOUR)
    codes[#codes + 1] = cut.code
    error(cut, 0)
  end, { concurrency = 3 })
  t.equal(err.operation, "leads.get")
  t.equal({ begun, ended }, { 3, 3 })
  t.equal(codes, { "CANCELLED", "CANCELLED" })
end)

t.test("a mistake in the function stops a map, also as a plain string", function()
  t.raises("^[^:]*map_test.lua:%d+: mine$", lofty.map, { 1, 2 }, function() error("mine") end)
end)

t.test("errors are collected by the items' places where that is asked for", function()
  local results = lofty.map({ 1, 2, 3 }, function(item)
    if item == 2 then return lofty.leads.get(1) end
    if item == 3 then error("mine", 0) end
    return item
  end, { on_error = "collect" })
  t.equal({ #results, results[1], results[2], results[3] }, { 3, 1, nil, nil })
  t.equal({ results.errors[1], results.errors[2].code, results.errors[3] }, { nil, "LEAD_NOT_EXIST", "mine" })
  local fine, err = try(lofty.map, { 1 }, function() return 1 end, { on_error = "collect" })
  t.equal({ fine.errors, err }, { nil, nil })
end)

t.test("an error of the iterator stops a map as well", function()
  local ended = 0
  local function items(_, last)
    lofty.sleep(0)
    if last == 3 then error("no more", 0) end
    return (last or 0) + 1
  end
  t.raises("^no more$", lofty.map, items, function()
    local _ <close> = setmetatable({}, { __close = function() ended = ended + 1 end })
    lofty.sleep(HOUR)
  end)
  t.equal(ended, 3)
end)

t.test("a map ends with the task that it is in", function()
  local ended = 0
  local task = lofty.spawn(function()
    lofty.map({ 1, 2, 3 }, function()
      local _ <close> = setmetatable({}, { __close = function() ended = ended + 1 end })
      lofty.sleep(HOUR)
    end)
  end)
  lofty.sleep(0)
  lofty.sleep(0)
  task:cancel()
  t.fails("CANCELLED", task.wait, task)
  t.equal(ended, 3)
end)

t.test("maps inside maps", function()
  local rows = lofty.map({ 1, 2, 3 }, function(row)
    local cells = lofty.map({ 1, 2, 3 }, function(cell)
      lofty.sleep(0)
      return row * cell
    end)
    return cells[1] + cells[2] + cells[3]
  end)
  t.equal({ rows[1], rows[2], rows[3] }, { 6, 12, 18 })
end)

t.test("a long map needs no more memory than a short one", function()
  local function used(count)
    local function items(_, last)
      last = (last or 0) + 1
      return last <= count and last or nil
    end
    local most = 0
    collectgarbage()
    lofty.map(items, function(item)
      if item % 500 == 0 then
        collectgarbage()
        most = math.max(most, collectgarbage "count")
      end
    end, { concurrency = 50 })
    return most
  end
  local short = used(1000)
  local long = used(50000)
  t.ok(long < short + 64, ("%.0f KiB, then %.0f KiB"):format(short, long))
end)

t.test("mistakes raise at the script's line", function()
  local HERE = "^[^:]*map_test.lua:%d+: "
  t.raises(HERE .. "lofty.map: expects an array or an iterator, as in .*; got nothing", function() lofty.map(nil, print) end)
  t.raises(HERE .. "lofty.map: expects an array or an iterator, got a table with named fields", function()
    lofty.map({ a = 1 }, print)
  end)
  t.raises(HERE .. "lofty.map: expects a function", function() lofty.map({}, nil) end)
  t.raises(HERE .. 'lofty.map: unknown option "concurency"; did you mean "concurrency"%?', function()
    lofty.map({}, print, { concurency = 5 })
  end)
  t.raises(HERE .. 'lofty.map: unknown option "1"; it takes concurrency, on_error', function()
    lofty.map({}, print, { 8 })
  end)
  t.raises(HERE .. "lofty.map: concurrency must be an integer between 1 and 1000, got integer 0", function()
    lofty.map({}, print, { concurrency = 0 })
  end)
  t.raises(HERE .. 'lofty.map: on_error must be "stop" or "collect", got string "skip"', function()
    lofty.map({}, print, { on_error = "skip" })
  end)
  t.raises(HERE .. "lofty.map: does not go with resume", function()
    lofty.map((lofty.leads.each { resume = "x" }), print)
  end)
end)

