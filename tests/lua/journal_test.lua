-- sandbox: demo
-- loftyrun: allow delete_webhooks
-- loftyrun: allow delete_notes
-- loftyrun: allow delete_tasks
-- What the journal has of a run's writes. That they are there before they are sent is proved by the cases journal_*.case.
local t = require "harness"
local http = require "native.http"
local json = require "native.json"
local lofty = require "lofty"
local native = require "native.journal"

local lead = lofty.leads.list { limit = 1 }[1].leadId
local DUE = "2031-01-01T10:00:00Z"

--- The writes since the one of that number.
local function since(number) return native.writes((native.run()), number, 100) end

local function latest() return select(2, native.run()) - 1 end

local function create(content)
  return lofty.tasks.create { leadId = lead, type = "Call", content = content, assignedRole = "Agent", endAt = DUE }
end

t.test("a write is recorded with what was sent and what came of it, reads are not", function()
  local before = latest()
  lofty.leads.get(lead)
  t.equal(latest(), before)
  local id = create("one").taskId
  lofty.try(lofty.tasks.finish, 1)
  local writes = since(before)
  t.equal(#writes, 2)
  local first, second = writes[1], writes[2]
  t.equal({ first.operation, first.method, first.path, first.state }, { "tasks.create", "POST", "/v2.0/tasks", "done" })
  t.equal(json.decode(first.fields), { leadId = lead, type = "Call", content = "one", assignedRole = "Agent", endAt = DUE })
  t.equal(json.decode(first.result), { taskId = id })
  t.ok(first.settled >= first.began and first.began > 1e12)
  t.equal({ second.state, second.parameters, second.path }, { "refused", "[1]", "/v2.0/tasks/1/finish" })
  t.equal(json.decode(second.result).code, "TASK_NOT_EXIST")
end)

t.test("it is there when the request leaves", function()
  local before, seen = latest(), nil
  local call = http.call
  http.call = function(request)
    seen = since(before)[1]
    return call(request)
  end
  create("two")
  http.call = call
  t.equal({ seen.operation, seen.state }, { "tasks.create", "sending" })
  t.equal(since(before)[1].state, "done")
end)

t.test("a write whose attempts fail for sure and then succeed is one", function()
  local before, call, states = latest(), http.call, {}
  local turns = { 503, 429 }
  http.call = function(request)
    local seen = since(before)[1]
    states[#states + 1] = seen.state
    if #turns == 0 then return call(request) end
    table.remove(turns)
    return nil, "CONNECT_FAILED", "nothing answered", { sent = false }
  end
  create("three")
  http.call = call
  local writes = since(before)
  t.equal({ #writes, writes[1].state }, { 1, "done" })
  t.equal(states, { "sending", "sending", "sending" })
end)

t.test("one that nobody knows the end of is unknown, and what was not sent is not_sent", function()
  local before, call = latest(), http.call
  http.call = function() return nil, "CONNECTION_LOST", "lost", { sent = true } end
  t.equal(select(2, lofty.try(create, "four")).outcome, "unknown")
  http.call = function() return nil, "TLS_FAILED", "no", { sent = false } end
  t.equal(select(2, lofty.try(create, "five")).outcome, "not_sent")
  http.call = call
  local writes = since(before)
  t.equal({ writes[1].state, writes[2].state }, { "unknown", "not_sent" })
end)

t.test("verify = true settles what it finds", function()
  local before, call = latest(), http.call
  http.call = function(request)
    if request.method == "GET" then return call(request) end
    call(request)
    return nil, "CONNECTION_LOST", "lost", { sent = true }
  end
  local made = lofty.tasks.create({ leadId = lead, type = "Call", content = "six", assignedRole = "Agent", endAt = DUE },
    { verify = true })
  http.call = call
  local write = since(before)[1]
  t.equal({ write.state, json.decode(write.result) }, { "done", { taskId = made.taskId } })
end)

t.test("writes of several tasks share a commit and have a number each", function()
  local before = latest()
  lofty.map({ 1, 2, 3, 4, 5, 6, 7, 8 }, function(n) create("many " .. n) end, { concurrency = 8 })
  local writes, numbers = since(before), {}
  for _, write in ipairs(writes) do
    t.equal(write.state, "done")
    numbers[write.number] = true
  end
  t.equal(#writes, 8)
  for number = before + 1, before + 8 do t.ok(numbers[number]) end
end)

t.test("so do more of them than are recorded in one go", function()
  local before, call, quota, tasks = latest(), http.call, require "native.quota", {}
  local take = quota.take
  quota.take = function() return 0 end
  http.call = function() return { status = 200, headers = {}, body = '{"taskId":5}' } end
  for n = 1, 1500 do tasks[n] = lofty.spawn(create, "at once " .. n) end
  for _, task in ipairs(tasks) do task:wait() end
  http.call, quota.take = call, take
  t.equal(latest() - before, 1500)
end)

t.test("secrets are not kept", function()
  local before = latest()
  lofty.try(lofty.webhooks.create, { callbackUrl = "https://me:word@example.com/?token=abc", listId = 2 })
  lofty.try(lofty.notes.create, { leadId = lead, content = "x", password = "word" }, { unchecked = true })
  local writes = since(before)
  t.equal(#writes, 2)
  for _, write in ipairs(writes) do
    t.ok(not write.fields:find("word", 1, true) or write.fields:find('"password":"[secret]"', 1, true), write.fields)
    t.ok(write.fields:find("[secret]", 1, true))
    t.ok(not write.fields:find("abc", 1, true))
  end
end)

t.test("helpers that read before they write keep what was there", function()
  lofty.leads.update(lead, { tags = { "old" } })
  local before = latest()
  lofty.leads.set_tags(lead, { "new" })
  lofty.leads.add_tags(lead, { "more" })
  lofty.leads.update(lead, { firstName = "Nora" })
  local writes = since(before)
  t.equal(json.decode(writes[1].image), { tags = { "old" } })
  t.equal(json.decode(writes[2].image), { tags = { "new" } })
  t.ok(json.decode(writes[3].image).firstName)
end)

local function latest_image()
  local write = since(latest() - 1)[1]
  return write.image and json.decode(write.image, { keep_null = true })
end

t.test("what a write sets is kept as Lofty said it was, whatever the script has made of it", function()
  lofty.leads.update(lead, { stage = "Hot", lastName = "One" })
  local read = lofty.leads.get(lead)
  read.stage, read.lastName = "mine", nil
  lofty.leads.update(lead, { stage = "Contacted", lastName = "Two", birthday = "Jun 5, 2001" })
  t.equal(latest_image(), { stage = "Hot", lastName = "One", birthday = json.null })
  for page in lofty.leads.each { limit = 100 }:pages() do t.ok(#page > 0) end
  lofty.leads.update(lead, { isHidden = false, lastName = "Three" })
  t.equal(latest_image(), { hiddenFlag = false, lastName = "Two" })
end)

t.test("what this run has changed since is not known, the rest is", function()
  lofty.leads.get(lead)
  lofty.leads.update(lead, { stage = "Hot" })
  lofty.leads.update(lead, { stage = "Contacted", lastName = "Four" })
  t.equal(latest_image(), { lastName = "Three" })
  lofty.leads.update(lead, { lastName = "Five" })
  t.equal(latest_image(), nil)
  lofty.leads.get(lead)
  lofty.try(lofty.leads.update, lead, { stage = "no such stage at all", lastName = "Six" }, { unchecked = true })
  t.equal(since(latest() - 1)[1].state, "refused")
  lofty.leads.update(lead, { lastName = "Six" })
  t.equal(latest_image(), { lastName = "Five" })
  lofty.leads.get(lead)
  lofty.leads.create { firstName = "May be merged" }
  lofty.leads.update(lead, { lastName = "Seven" })
  t.equal(latest_image(), nil)
end)

t.test("neither is what a read says that was asked for before a write ended", function()
  local call = http.call
  lofty.leads.get(lead)
  http.call = function(request)
    local response = call(request)
    if request.method == "GET" then
      http.call = call
      lofty.leads.update(lead, { lastName = "Between" })
    end
    return response
  end
  lofty.leads.get(lead)
  lofty.leads.update(lead, { lastName = "After" })
  t.equal(latest_image(), nil)
end)

t.test("a write beside which another one of the same is under way has no image", function()
  local call, inner = http.call, nil
  lofty.leads.get(lead)
  http.call = function(request)
    http.call = call
    lofty.leads.update(lead, { lastName = "Inner" })
    inner = latest_image()
    return call(request)
  end
  lofty.leads.update(lead, { lastName = "Outer" })
  t.equal(inner, nil)
  t.equal(json.decode(since(latest() - 2)[1].image).lastName ~= nil, true)
end)

t.test("a task, a note, a subscription and a deal as they were read", function()
  local id = create("image").taskId
  lofty.tasks.list { leadId = lead }
  lofty.tasks.finish(id)
  t.equal(latest_image(), { finishFlag = false })
  lofty.tasks.get(id)
  lofty.tasks.delete(id)
  t.equal({ latest_image().content, latest_image().finishFlag, latest_image().type }, { "image", true, "Call" })
  local note = lofty.notes.create { leadId = lead, content = "Zoë" }
  lofty.notes.list { leadId = lead }
  lofty.notes.delete(note.noteId)
  t.equal(latest_image().content, "Zoë")
  local hook = lofty.webhooks.create { callbackUrl = "https://example.com/i", listId = 3 }
  lofty.webhooks.delete(hook.subscribeId)
  t.equal({ latest_image().callbackUrl, latest_image().limit }, { "https://example.com/i", 100 })
  local deal = lofty.transactions.create(lead, { transactionName = "A", homePrice = 5 })
  lofty.transactions.update(lead, deal.transactionId, { homePrice = 6, gci = 7 })
  t.equal(latest_image(), { homePrice = 5, gci = json.null })
end)

t.test("what was read long ago is forgotten, and no image is better than one of then", function()
  lofty.leads.get(lead)
  local seen = require "lofty.seen"
  for _ = 1, 2 do
    seen.note({ operation = "leads.get", target = "/", since = seen.epoch }, ("x"):rep(1024 * 1024))
  end
  lofty.leads.update(lead, { lastName = "Late" })
  t.equal(latest_image(), nil)
end)

t.test("a reply that was asked for before what is forgotten had changed does not count", function()
  local seen = require "lofty.seen"
  local function put(operation, epoch, bytes)
    seen.note({ operation = operation, target = "/", since = epoch }, ("x"):rep(bytes))
  end
  local function kept()
    local names = {}
    seen.latest(function(operation) names[operation] = true end)
    return names
  end
  local early = seen.epoch
  seen.changed("lead 1", { "stage" })
  put("full", seen.epoch, 1024 * 1024)
  put("late.reply", early, 1)
  put("young.reply", seen.epoch, 1)
  t.equal({ kept()["late.reply"], seen.has_changed("lead 1", "stage", early) }, { true, true })
  put("full", seen.epoch, 1024 * 1024)
  t.equal({ kept()["late.reply"] or false, kept()["young.reply"] }, { false, true })
  t.equal(seen.has_changed("lead 1", "stage", early), false)
end)

