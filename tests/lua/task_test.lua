-- sandbox: demo
-- Tasks, cancelling and deadlines: what runs beside what, and what comes back.
local t = require "harness"
local lofty = require "lofty"
local waits = require "places"
local try = lofty.try
local gate, PLACES = waits.gate, waits.places

local HOUR = 3600

t.test("a task begins when the script waits, and gives back what its function returns", function()
  local ran = false
  local task = lofty.spawn(function(...)
    ran = true
    return select("#", ...), ...
  end, 1, nil, 3, nil)
  t.equal(ran, false)
  t.equal(task:status(), "running")
  t.equal(table.pack(task:wait()), { 4, 1, nil, 3, nil, n = 5 })
  t.equal(table.pack(task:wait()), { 4, 1, nil, 3, nil, n = 5 }, "again")
  t.equal(task:status(), "done")
  t.equal(tostring(task), "task (done)")
end)

t.test("an error comes out of each wait as it was raised", function()
  local err = { "mine" }
  local task = lofty.spawn(function() error(err, 0) end)
  for _ = 1, 2 do
    local ok, raised = pcall(task.wait, task)
    t.equal(ok, false)
    t.ok(rawequal(raised, err), "the same object")
  end
  t.equal(task:status(), "failed")
  local refused = t.fails("LEAD_NOT_EXIST", function() return lofty.spawn(lofty.leads.get, 1):wait() end)
  t.equal(refused.operation, "leads.get")
end)

t.test("several wait for one task", function()
  local door = gate()
  local task = lofty.spawn(function()
    door.wait()
    return "done"
  end)
  local waiters = {}
  for i = 1, 5 do waiters[i] = lofty.spawn(function() return task:wait() end) end
  lofty.sleep(0)
  door.open()
  for i = 1, 5 do t.equal(waiters[i]:wait(), "done") end
end)

for name, inside in pairs(PLACES) do
  t.test("others go on while the script waits inside " .. name, function()
    local door, order = gate(), {}
    local task = lofty.spawn(function()
      for i = 1, 3 do
        lofty.sleep(0)
        order[i] = i
      end
      door.open()
    end)
    t.equal(inside(function()
      door.wait()
      return #order
    end), 3)
    task:wait()
  end)

  t.test("a task may wait inside " .. name .. " for one that waits there, too", function()
    local door = gate()
    local first = lofty.spawn(function()
      return inside(function()
        door.wait()
        return "first"
      end)
    end)
    local second = lofty.spawn(function() return inside(function() return first:wait() .. ", second" end) end)
    lofty.spawn(function() door.open() end)
    t.equal(inside(function() return second:wait() end), "first, second")
  end)

  t.test("cancelling and deadlines reach inside " .. name, function()
    local err
    local task = lofty.spawn(function()
      return inside(function()
        err = select(2, try(lofty.sleep, HOUR))
        return 1
      end)
    end)
    lofty.sleep(0)
    task:cancel()
    t.equal(task:wait(), 1)
    t.equal(err.code, "CANCELLED")
    t.equal(inside(function() return select(2, try(lofty.deadline, 0, lofty.sleep, HOUR)).code end), "DEADLINE_EXCEEDED")
    lofty.deadline("5ms", inside, function()
      err = select(2, try(lofty.sleep, HOUR))
      return 1
    end)
    t.equal(err.code, "DEADLINE_EXCEEDED")
  end)

  t.test("calls are made inside " .. name .. " by many at once", function()
    local leads = lofty.leads.list { limit = 10 }
    local results = lofty.map(leads, function(lead)
      return inside(function() return lofty.leads.get(lead.leadId).leadId end)
    end, { concurrency = 5 })
    for i, lead in ipairs(leads) do t.equal(results[i], lead.leadId) end
  end)
end

t.test("a task that waits for ever holds up nobody, however deep others stand", function()
  local stuck = {}
  for i = 1, 20 do
    stuck[i] = lofty.spawn(function() PLACES["table.sort"](function() lofty.sleep(HOUR) end) end)
  end
  local done = lofty.map({ 1, 2, 3 }, function(i)
    return PLACES["a coroutine"](function()
      lofty.sleep(0)
      return i
    end)
  end)
  t.equal({ done[1], done[2], done[3] }, { 1, 2, 3 })
  for i = 1, 20 do stuck[i]:cancel() end
  for i = 1, 20 do t.fails("CANCELLED", stuck[i].wait, stuck[i]) end
end)

t.test("those that are ready take turns", function()
  local order = {}
  local tasks = {}
  for i = 1, 3 do
    tasks[i] = lofty.spawn(function()
      for _ = 1, 3 do
        order[#order + 1] = i
        lofty.sleep(0)
      end
    end)
  end
  for i = 1, 3 do tasks[i]:wait() end
  t.equal(order, { 1, 2, 3, 1, 2, 3, 1, 2, 3 })
end)

t.test("to wait for oneself, or in a circle, is a mistake and not for ever", function()
  local own
  own = lofty.spawn(function() own:wait() end)
  t.raises("^[^:]*task_test.lua:%d+: task:wait: a task cannot wait for itself$", own.wait, own)
  local a, b
  a = lofty.spawn(function() return b:wait() end)
  b = lofty.spawn(function() return a:wait() end)
  t.raises("task:wait: that task waits, in the end, for this one$", a.wait, a)
  t.raises("for this one$", b.wait, b)
end)

t.test("a cancelled task raises from where it waits, closes its variables and makes no call any more", function()
  local closed, codes = false, {}
  local task = lofty.spawn(function()
    local _ <close> = setmetatable({}, { __close = function() closed = true end })
    for i = 1, 3 do
      local _, err = try(lofty.sleep, HOUR)
      codes[i] = err.code
    end
    local _, err = try(lofty.leads.create, { firstName = "Ada", lastName = "Never" })
    codes[4] = err.code .. " " .. err.outcome
    lofty.members.me()
  end)
  lofty.sleep(0)
  task:cancel()
  t.equal(task:status(), "running")
  local err = t.fails("CANCELLED", task.wait, task)
  t.equal(err.category, "cancelled")
  t.equal(err.operation, "members.me")
  t.equal(task:status(), "cancelled")
  t.equal(codes, { "CANCELLED", "CANCELLED", "CANCELLED", "CANCELLED not_sent" })
  t.ok(closed)
  task:cancel()
  t.equal(task:status(), "cancelled")
end)

t.test("a task that is cancelled before it began never begins", function()
  local ran = false
  local task = lofty.spawn(function() ran = true end)
  task:cancel()
  t.fails("CANCELLED", task.wait, task)
  t.equal(ran, false)
end)

t.test("to cancel one task leaves alone those it waits for, and those who wait for it go on", function()
  local door = gate()
  local inner = lofty.spawn(function()
    door.wait()
    return "inner"
  end)
  local outer = lofty.spawn(function() return inner:wait() end)
  lofty.sleep(0)
  outer:cancel()
  t.fails("CANCELLED", outer.wait, outer)
  t.equal(inner:status(), "running")
  door.open()
  t.equal(inner:wait(), "inner")
end)

t.test("a deadline ends the wait it comes upon, and nothing after it", function()
  local err = t.fails("DEADLINE_EXCEEDED", lofty.deadline, "5ms", lofty.sleep, HOUR)
  t.equal(err.category, "limit")
  lofty.sleep(0)
  t.equal(table.pack(lofty.deadline("1h", function(...) return ... end, 1, nil)), { 1, nil, n = 2 })
  t.equal(lofty.members.me() ~= nil, true)
end)

t.test("of deadlines inside each other the earliest holds", function()
  local inner
  local outer = select(2, try(lofty.deadline, 0.005, function()
    inner = select(2, try(lofty.deadline, "1h", lofty.sleep, HOUR))
    lofty.sleep(HOUR)
  end))
  t.equal({ inner.code, outer.code }, { "DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED" })
  t.equal(lofty.deadline("1h", function()
    t.fails("DEADLINE_EXCEEDED", lofty.deadline, 0, lofty.sleep, HOUR)
    lofty.sleep(0)
    return "went on"
  end), "went on")
end)

t.test("a call whose deadline is over is not sent", function()
  local err = t.fails("DEADLINE_EXCEEDED", lofty.deadline, 0, lofty.leads.create, { firstName = "Ada", lastName = "Late" })
  t.equal(err.outcome, "not_sent")
  t.equal(err.retryable, false)
end)

t.test("a deadline belongs to the coroutine that set it, and waits for it while it has yielded", function()
  local generator = coroutine.create(function()
    lofty.deadline(0, function()
      coroutine.yield()
      lofty.sleep(HOUR)
    end)
  end)
  t.ok(coroutine.resume(generator))
  lofty.sleep(0)
  lofty.members.me()
  local ok, err = coroutine.resume(generator)
  t.equal({ ok, err.code }, { false, "DEADLINE_EXCEEDED" })
  lofty.sleep(0)
end)

t.test("ten thousand tasks", function()
  local tasks, sum = {}, 0
  for i = 1, 10000 do
    tasks[i] = lofty.spawn(function()
      lofty.sleep(0)
      return i
    end)
  end
  for i = 1, 10000 do sum = sum + tasks[i]:wait() end
  t.equal(sum, 50005000)
end)

t.test("tasks are nobody's coroutines: not to be yielded from, resumed or closed", function()
  local co
  local task = lofty.spawn(function()
    co = coroutine.running()
    lofty.sleep(0)
    return pcall(coroutine.yield)
  end)
  while not co do lofty.sleep(0) end
  t.raises("this coroutine is a task's", coroutine.resume, co)
  t.raises("this coroutine is a task's", coroutine.close, co)
  t.equal({ task:wait() }, { false, "attempt to yield from outside a coroutine" })
  local script = coroutine.running()
  t.raises("this coroutine is a task's", function() lofty.spawn(coroutine.resume, script):wait() end)
  t.equal(coroutine.resume(co), false, "it is dead by now")
end)

t.test("mistakes raise at the script's line", function()
  local HERE = "^[^:]*task_test.lua:%d+: "
  t.raises(HERE .. "lofty.spawn: expects a function, as in lofty.spawn%(lofty.leads.get, leadId%); got nothing", function()
    lofty.spawn(nil)
  end)
  t.raises(HERE .. 'lofty.deadline: expected "5s"', function() lofty.deadline("soon", print) end)
  t.raises(HERE .. "lofty.deadline: expects a function", function() lofty.deadline("5s") end)
  local task = lofty.spawn(function() end)
  t.raises(HERE .. "call wait with a colon, as in task:wait%(%)", function() task.wait() end)
  t.raises(HERE .. 'a task has no "result"', function() return task.result end)
  t.raises(HERE .. "a task has no fields", function() task.result = 1 end)
end)

