-- sandbox: demo
-- loftyrun: allow delete_webhooks
-- loftyrun: allow delete_tasks
-- lofty.once within one run; writes in doubt are in once_doubt_test.lua, and what outlives a run is proved by oracle_once.py
-- and the cases once_*.case.
local t = require "harness"
local lofty = require "lofty"
local writes = require "lost_writes"

local count, create, raises, unique = writes.count, writes.create, writes.raises, writes.unique
local NOW = { show_within = 0 }

t.test("calls the function once, and gives what it returned from then on", function()
  local calls = 0
  for _, result in ipairs { { a = { 1, 2.5, "x" } }, 9007199254740993, "text", false } do
    local key = unique()
    local function f() calls = calls + 1 return result, "more" end
    t.equal({ lofty.once(key, f) }, { result, false })
    t.equal({ lofty.once(key, f) }, { result, true })
  end
  t.equal(calls, 4)
  local key = unique()
  lofty.once(key, function() end)
  t.equal(table.pack(lofty.once(key, function() end)), { n = 2, [2] = true })
  t.equal(lofty.once(5, function() return "five" end), "five")
  t.equal(lofty.once("5", function() return "other" end), "five")
end)

t.test("a function that fails before anything was done may be called again", function()
  local key, content = unique(), unique()
  t.raises("no reason", function() lofty.once(key, function() error("no reason", 0) end) end)
  t.equal(raises("TASK_NOT_EXIST", key, function() return lofty.tasks.finish(1) end).outcome, "refused")
  t.equal({ lofty.once(key, function() return create(content) ~= nil end) }, { true, false })
  t.equal(count(content), 1)
end)

t.test("one that fails after something was done is held, and says what", function()
  local key, content = unique(), unique()
  local id
  local function f()
    id = create(content).taskId
    error("then this", 0)
  end
  t.raises("then this", function() lofty.once(key, f) end)
  local err = raises("ONCE_UNSETTLED", key, f)
  t.equal(err.category, "conflict")
  t.equal(err.message:find(("tasks.create, write %%d+ of run %%d+: done %%(taskId %d%%)"):format(id)) ~= nil, true)
  t.equal(err.message:find("then this", 1, true) ~= nil, true)
  t.equal(count(content), 1)
  t.equal(lofty.once.settle(key, "done"), true)
  t.equal(table.pack(lofty.once(key, f)), { n = 2, [2] = true })
  t.equal(lofty.once.settle(key, "again"), true)
  t.raises("then this", function() lofty.once(key, f) end)
  t.equal(count(content), 2)
  t.equal(lofty.once.settle(unique(), "again"), false)
end)

t.test("so is one whose error cannot say what it is", function()
  for _, says in ipairs { function() error("not this either") end, function() return {} end } do
    local key, content, broken = unique(), unique(), setmetatable({}, { __tostring = says })
    local function f()
      create(content)
      error(broken)
    end
    t.equal(rawequal(select(2, pcall(lofty.once, key, f)), broken), true)
    t.equal(raises("ONCE_UNSETTLED", key, f).message:find("failed in run", 1, true) ~= nil, true)
    t.equal(count(content), 1)
  end
end)

t.test("a function goes on where it was ended: what was done is answered", function()
  local key, one, two, three = unique(), unique(), unique(), unique()
  local function f()
    return { create(one).taskId, create(two).taskId, create(three).taskId }
  end
  writes.fate = { "answered", "lost" }
  raises("CONNECTION_LOST", key, f, NOW)
  writes.sent = 0
  local ids = lofty.once(key, f, NOW)
  t.equal(writes.sent, 1)
  t.equal({ count(one), count(two), count(three) }, { 1, 1, 1 })
  t.equal(#ids, 3)
end)

t.test("so does one that was cut short", function()
  local key, one, two = unique(), unique(), unique()
  local function f()
    create(one)
    lofty.sleep("1s")
    return create(two).taskId
  end
  t.equal(select(2, lofty.try(lofty.deadline, "50ms", lofty.once, key, f)).code, "DEADLINE_EXCEEDED")
  writes.sent = 0
  lofty.once(key, function()
    create(one)
    return create(two)
  end)
  t.equal({ writes.sent, count(one), count(two) }, { 1, 1, 1 })
end)

t.test("one that wants something else is not given it", function()
  local key, one, two, other = unique(), unique(), unique(), unique()
  writes.fate = { "answered", "lost" }
  raises("CONNECTION_LOST", key, function() return create(one), create(two) end, NOW)
  writes.sent = 0
  local err = raises("ONCE_UNSETTLED", key, function() return create(other) end, NOW)
  t.equal(err.message:find("something else", 1, true) ~= nil, true)
  t.equal(writes.sent, 0)
  raises("ONCE_UNSETTLED", key, function() return create(one), create(two) end, NOW)
end)

t.test("a key is one call's at a time", function()
  local key = unique()
  local inner
  lofty.once(key, function() inner = raises("ALREADY_RUNNING", key, function() end) end)
  t.equal(inner.message:find("another is at", 1, true) ~= nil, true)
  key = unique()
  local results = lofty.map({ 1, 2, 3 }, function()
    local result, before = lofty.once(key, function()
      lofty.sleep("20ms")
      return 7
    end, { wait = "10s" })
    return { result, before }
  end)
  local firsts = 0
  for _, pair in ipairs { results[1], results[2], results[3] } do
    t.equal(pair[1], 7)
    firsts = firsts + (pair[2] and 0 or 1)
  end
  t.equal(firsts, 1)
end)

t.test("writes of tasks inside belong to it, those of others do not", function()
  local key, inside, outside = unique(), unique(), unique()
  t.raises("later", function()
    lofty.once(key, function()
      lofty.map({ 1, 2 }, function() create(inside) end)
      error("later", 0)
    end)
  end)
  raises("ONCE_UNSETTLED", key, error)
  key = unique()
  local other = lofty.spawn(function()
    lofty.sleep("5ms")
    create(outside)
  end)
  t.raises("later", function()
    lofty.once(key, function()
      other:wait()
      error("later", 0)
    end)
  end)
  t.equal(lofty.once(key, function() return 1 end), 1)
  t.equal({ count(inside), count(outside) }, { 2, 1 })
end)

t.test("what goes on where its function has yielded is not its own", function()
  local key, outside, inside = unique(), unique(), unique()
  local go_on = coroutine.wrap(function()
    lofty.once(key, function()
      coroutine.yield(create(inside))
      lofty.spawn(create, inside):wait()
      error("later", 0)
    end)
  end)
  go_on()
  lofty.spawn(create, outside):wait()
  t.raises("later", go_on)
  t.equal(select(2, raises("ONCE_UNSETTLED", key, error).message:gsub("tasks.create", "")), 2)
end)

t.test("inside of each other each has its own", function()
  local outer, inner, content = unique(), unique(), unique()
  local function f(fails)
    return function()
      lofty.once(inner, function() return create(content) end)
      if fails then error("outer", 0) end
      return "both"
    end
  end
  t.raises("outer", function() lofty.once(outer, f(true)) end)
  t.equal(lofty.once(outer, f(false)), "both")
  t.equal(count(content), 1)
end)

t.test("a key may be forgotten after a time", function()
  local key = unique()
  lofty.once(key, function() return 1 end, { ttl = 0 })
  t.equal({ lofty.once(key, function() return 2 end, { ttl = "1d" }) }, { 2, false })
  t.equal({ lofty.once(key, function() return 3 end) }, { 2, true })
end)

t.test("what cannot be kept is said, and done all the same", function()
  local key = unique()
  t.raises("cannot be kept", function() lofty.once(key, function() return print end) end)
  t.equal(table.pack(lofty.once(key, error)), { n = 2, [2] = true })
end)

t.test("mistakes are told", function()
  local function f() end
  t.raises("lofty.once: a key is text of 1 to 512 bytes", function() lofty.once("", f) end)
  t.raises("lofty.once: a key is text", function() lofty.once({}, f) end)
  t.raises("lofty.once: expects a function", function() lofty.once("a") end)
  t.raises('unknown option "tll"; did you mean "ttl"', function() lofty.once("a", f, { tll = 1 }) end)
  t.raises('ttl must be "30d", "2m" or seconds', function() lofty.once("a", f, { ttl = "soon" }) end)
  t.raises('must be "done" or "again"', function() lofty.once.settle("a", "gone") end)
end)


t.test("a write whose end could not be recorded is looked for, and does not hold the key as long as the run lives", function()
  local journal = require "native.journal"
  local key, settle, put_key = unique(), journal.settle, journal.put_key
  local before = writes.sent
  local function welcome() return create("the disk was full") end
  journal.settle = function() return nil, "STATE_FAILED", "disk I/O error" end
  journal.put_key = function(account, name, known, ...)
    if known.state == "begun" then return put_key(account, name, known, ...) end
    return nil, "STATE_FAILED", "disk I/O error"
  end
  local ok = pcall(lofty.once, key, welcome)
  journal.settle, journal.put_key = settle, put_key
  t.equal(ok, false)
  lofty.sleep(2)
  local task = lofty.once(key, welcome, NOW)
  t.equal(writes.sent, before + 1)
  t.equal(count("the disk was full"), 1)
  t.ok(task.taskId)
end)
