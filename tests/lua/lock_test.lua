-- sandbox: empty
-- lofty.lock among the tasks of one run; among processes it is proved by the cases lock_*.case.
local t = require "harness"
local lofty = require "lofty"

t.test("one has it, until it is released", function()
  local lock = lofty.lock "a"
  local err = t.fails("ALREADY_RUNNING", lofty.lock, "a")
  t.equal(err.category, "conflict")
  t.ok(tostring(err):find('another has the lock "a" %(process %d+, since %d%d%d%d%-%d%d%-%d%dT'), tostring(err))
  local other = lofty.lock "b"
  lock:release()
  lock:release()
  lofty.lock("a"):release()
  other:release()
end)

t.test("it is released at the end of its block, also by an error", function()
  do
    local _ <close> = lofty.lock "a"
    t.fails("ALREADY_RUNNING", lofty.lock, "a")
  end
  local ok = pcall(function()
    local _ <close> = lofty.lock "a"
    error "no"
  end)
  t.equal(ok, false)
  lofty.lock("a"):release()
end)

t.test("one that nobody holds on to is held all the same", function()
  lofty.lock "kept"
  collectgarbage()
  collectgarbage()
  t.fails("ALREADY_RUNNING", lofty.lock, "kept")
end)

t.test("waiting lets others go on, and ends when it is free", function()
  local lock, order = lofty.lock "a", {}
  local task = lofty.spawn(function()
    local _ <close> = lofty.lock("a", { wait = "20s" })
    order[#order + 1] = "waited"
  end)
  lofty.sleep("30ms")
  order[#order + 1] = "released"
  lock:release()
  task:wait()
  t.equal(order, { "released", "waited" })
end)

t.test("a wait that was too short, a deadline, a task that is cancelled", function()
  local lock = lofty.lock "a"
  t.fails("ALREADY_RUNNING", lofty.lock, "a", { wait = 0.05 })
  t.fails("ALREADY_RUNNING", lofty.lock, "a", { wait = 0 })
  t.fails("DEADLINE_EXCEEDED", lofty.deadline, "30ms", lofty.lock, "a", { wait = "1h" })
  local task = lofty.spawn(lofty.lock, "a", { wait = "1h" })
  lofty.sleep("30ms")
  task:cancel()
  t.fails("CANCELLED", task.wait, task)
  lock:release()
  lofty.lock("a"):release() -- none of them took it
end)

t.test("each of many has it alone", function()
  local inside, most = 0, 0
  lofty.map({ 1, 2, 3, 4, 5 }, function()
    local _ <close> = lofty.lock("a", { wait = "20s" })
    inside = inside + 1
    most = math.max(most, inside)
    lofty.sleep("5ms")
    inside = inside - 1
  end)
  t.equal(most, 1)
end)

t.test("mistakes are told at the script's line", function()
  for _, name in ipairs { "", ("x"):rep(201), "a\nb", "a\0b", "\xFF", 5, true } do
    t.raises("%.lua:%d+: lofty%.lock: the name must be text", lofty.lock, name)
  end
  t.raises("%.lua:%d+: lofty%.lock: the second argument must be a table", lofty.lock, "m", "30s")
  t.raises("lofty%.lock: unknown option \"waits\"; did you mean \"wait\"%?", lofty.lock, "m", { waits = 1 })
  for _, wait in ipairs { "soon", -1, 1 / 0, true } do
    t.raises("lofty%.lock: wait must be", lofty.lock, "m", { wait = wait })
  end
  t.raises("lock_test%.lua:%d+: lofty%.lock: the name must be text", function() lofty.lock() end)
  local lock = lofty.lock "m"
  t.raises("call release with a colon", lock.release)
  t.raises("a lock has no \"close\"; it has :release%(%)", function() return lock.close end)
  t.raises("a lock has no fields", function() lock.x = 1 end)
  lock:release()
end)

