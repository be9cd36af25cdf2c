-- sandbox: demo
-- loftyrun: allow delete_webhooks
-- loftyrun: allow delete_tasks
-- lofty.once after a write of which nobody knows whether it was done.
local t = require "harness"
local lofty = require "lofty"
local writes = require "lost_writes"

local count, create, lead, raises, unique = writes.count, writes.create, writes.lead, writes.raises, writes.unique
local NOW = { show_within = 0 }

t.test("a create in doubt is looked for, and is the function's own where it was done", function()
  local key, content = unique(), unique()
  writes.fate = { "lost" }
  t.equal(raises("CONNECTION_LOST", key, function() return create(content) end).outcome, "unknown")
  writes.sent = 0
  local result, before = lofty.once(key, function() return create(content).taskId end)
  t.equal(before, false)
  t.equal(writes.sent, 0)
  t.equal(lofty.tasks.list { leadId = lead }[1] ~= nil, true)
  t.equal(count(content), 1)
  t.equal({ lofty.once(key, error) }, { result, true })
end)

t.test("whatever the clock says then, for the journal has Lofty's time", function()
  local clock = require "native.clock"
  local now = clock.now
  for _, by in ipairs { 600000, -600000 } do
    local key, content = unique(), unique()
    local function make() return create(content).taskId end
    writes.fate = { "lost" }
    raises("CONNECTION_LOST", key, make, NOW)
    clock.now = function() return now() + by end
    local ok, id = pcall(lofty.once, key, make, NOW)
    clock.now = now
    t.equal({ ok, math.type(id) }, { true, "integer" })
    t.equal(count(content), 1)
  end
end)

t.test("and is made where it was not", function()
  local key, content = unique(), unique()
  writes.fate = { "gone" }
  raises("CONNECTION_LOST", key, function() return create(content) end, NOW)
  t.equal(count(content), 0)
  lofty.once(key, function() return create(content) end, NOW)
  t.equal(count(content), 1)
end)

t.test("things that are alike are claimed once", function()
  local keys, content, ids = { unique(), unique(), unique() }, unique(), {}
  writes.fate = { "lost", "lost", "gone" }
  for _, key in ipairs(keys) do raises("CONNECTION_LOST", key, function() return create(content) end, NOW) end
  t.equal(count(content), 2)
  for index, key in ipairs(keys) do ids[index] = lofty.once(key, function() return create(content).taskId end, NOW) end
  t.equal(count(content), 3)
  t.equal(ids[1] ~= ids[2] and ids[2] ~= ids[3] and ids[1] ~= ids[3], true)
end)

t.test("a subscription in doubt is told from equal ones that were there before", function()
  local key, other = unique(), unique()
  local wanted = { callbackUrl = "https://example.com/hook", listId = 2 }
  local function subscribe() return lofty.webhooks.create(wanted).subscribeId end
  for _, hook in ipairs(lofty.webhooks.list()) do lofty.try(lofty.webhooks.delete, hook.subscribeId) end
  local before = { [lofty.webhooks.create(wanted).subscribeId] = true }
  local function all()
    local ids = {}
    for _, hook in ipairs(lofty.webhooks.list()) do
      if hook.callbackUrl == wanted.callbackUrl then ids[#ids + 1] = hook.subscribeId end
    end
    return ids
  end
  writes.fate = { "lost" }
  raises("CONNECTION_LOST", key, subscribe)
  writes.sent = 0
  local id = lofty.once(key, subscribe, NOW)
  t.equal({ writes.sent, #all(), before[id] or false }, { 0, 2, false })
  writes.fate = { "gone" }
  raises("CONNECTION_LOST", other, subscribe, NOW)
  t.equal(#all(), 2)
  t.ok(lofty.once(other, subscribe, NOW) ~= id)
  t.equal(#all(), 3)
  for _, one in ipairs(all()) do lofty.webhooks.delete(one) end
end)

t.test("what cannot be looked for is held until somebody says what is so", function()
  local key = unique()
  local function f()
    return lofty.leads.add_activity { leadId = lead, type = "Call" }
  end
  writes.fate = { "lost" }
  local _, err = lofty.try(lofty.once, key, function()
    return lofty.notes.create({ leadId = lead, content = unique(), token = "x9" }, { unchecked = true })
  end)
  t.equal(err.outcome, "unknown")
  err = raises("ONCE_UNSETTLED", key, f)
  t.equal(err.message:find("secret", 1, true) ~= nil, true)
  t.equal(lofty.once.settle(key, "again"), true)
  t.equal(lofty.once(key, function() return 1 end), 1)
end)

t.test("an update in doubt is made again", function()
  local key = unique()
  local function f() return lofty.leads.update(lead, { firstName = "Once" }) end
  writes.fate = { "lost", "lost", "lost", "lost", "lost", "lost", "lost" }
  local _, err = lofty.try(lofty.once, key, function() return lofty.leads.update(lead, { firstName = "Once" }, { retries = 0 }) end)
  t.equal(err.outcome, "unknown")
  writes.fate, writes.sent = {}, 0
  local _, before = lofty.once(key, f)
  t.equal({ before, writes.sent }, { false, 1 })
end)

t.test("a delete in doubt is made again, and that nothing is there then means that it was done", function()
  local key, id = unique(), create("once deleted").taskId
  local function f()
    local made = create("once beside").taskId
    return { made, lofty.tasks.delete(id, { retries = 0 }) }
  end
  writes.fate = { "done", "lost" }
  t.equal(raises("CONNECTION_LOST", key, f).outcome, "unknown")
  writes.fate, writes.sent = {}, 0
  local result, before = lofty.once(key, f)
  t.equal({ result[2], before, writes.sent, count "once deleted", count "once beside" }, { true, false, 1, 0, 1 })
  t.equal(raises("TASK_NOT_EXIST", unique(), f).outcome, "refused")
end)
