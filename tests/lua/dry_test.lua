-- sandbox: demo
-- loftyrun: allow delete_notes, at most 2 a run
-- loftyrun: allow delete_leads
-- loftyrun: allow delete_tasks
-- loftyrun: allow delete_webhooks
-- loftyrun: allow send_sms, quiet none
-- A dry run from within: what reads show of what is planned, what they refuse to tell, and the order of a plan's items.
-- That a plan does what the run would have done is proved by oracle_plan.py.
local t = require "harness"
local http = require "native.http"
local lofty = require "lofty"
local placeholder = require "lofty.dry.placeholder"
local task = require "native.task"

local sent = 0
local call = http.call
http.call = function(request)
  if request.method ~= "GET" then sent = sent + 1 end
  return call(request)
end

-- Tests share the one dry run, so each takes leads of its own.
local leads = lofty.leads.list { limit = 25 }
local taken = 0
local function lead()
  taken = taken + 1
  return leads[taken].leadId
end

-- What was read before is as it is.
local mine = lofty.tasks.mine { limit = 100 }

local added = {}
local file = require "lofty.dry.show"
local new_preview = file.new
file.new = function(...)
  local preview = new_preview(...)
  local add = preview.add
  function preview:add(item)
    added[#added + 1] = item
    return add(self, item)
  end
  return preview
end
assert(require("lofty.dry").begin())

local function last() return added[#added] end

local function names(list)
  local all = {}
  for index, tag in ipairs(list) do all[index] = tag.tagName end
  table.sort(all)
  return table.concat(all, " ")
end

local function unknown(...) return t.fails("DRY_RUN", ...) end

t.test("a list is refused that the plan puts things into, and begun lists go on", function()
  local walked = 0
  for page in lofty.leads.each { stage = "New Lead", limit = 2 }:pages() do
    for _, item in ipairs(page) do
      lofty.leads.update(item.leadId, { stage = "Qualified" })
      walked = walked + 1
    end
  end
  t.equal(walked > 2, true)
  unknown(lofty.leads.list, { stage = "Qualified" })
  unknown(lofty.leads.list, { stage = "New Lead" })
  unknown(lofty.tasks.mine, { limit = lofty.tasks.create { leadId = lead(), type = "Call", content = "x",
    assignedRole = "Agent", endAt = "2031-01-01T10:00:00Z" } and 5 })
end)

t.test("a later write does not lose an earlier one", function()
  local id = lead()
  lofty.leads.set_tags(id, { "a", "b" })
  lofty.leads.add_tags(id, { "c" })
  lofty.leads.remove_tags(id, { "a" })
  t.equal(names(lofty.leads.get(id).tags), "b c")
  lofty.leads.set_tags(id, { "d" })
  t.equal(names(lofty.leads.get(id).tags), "d")
  t.equal(last().fields, { tags = { "d" } })
  lofty.leads.set_tags(id, {})
  t.equal(#lofty.leads.get(id).tags, 0)
  for _, item in ipairs(lofty.leads.list { limit = 25 }) do
    if item.leadId == id then t.equal(#item.tags, 0) end
  end
end)

t.test("what comes of a change and is not known raises; all else is there", function()
  local id = lead()
  local score = lofty.leads.get(id).score
  lofty.leads.update(id, { stage = "Hot", phones = { "2075550101" } })
  local now = lofty.leads.get(id)
  t.equal({ now.stage, now.score, now.phones }, { "Hot", score, { "2075550101" } })
  t.equal(now.nothing_of_the_kind, nil)
  unknown(function() return now.stageId end)
  unknown(function() return now.phoneStatuses end)
end)

t.test("a plan's ids pass for ids, also within texts, and are found again", function()
  local made = lofty.leads.create { firstName = "A", emails = { "a.dry@example.com" } }
  t.equal(placeholder.is(made.leadId), true)
  local note = lofty.notes.create { leadId = made.leadId, content = "of " .. made.leadId .. ".", isPin = false }
  t.equal(last().fields.content, "of " .. made.leadId .. ".")
  local function real(id) return id == made.leadId and 12 or nil end
  t.equal(placeholder.replace({ made.leadId, ("x%d y"):format(made.leadId), note.noteId, 5, "5" }, real),
    { 12, "x12 y", note.noteId, 5, "5" })
  t.equal(placeholder.is(651095960136641), false)
  t.equal(placeholder.find { a = { "b", 5 } }, nil)
  t.equal(lofty.leads.find { email = "A.DRY@example.com" }.leadId, made.leadId)
  t.equal(lofty.leads.find { email = "b.dry@example.com" }, nil)
  lofty.leads.update(made.leadId, { emails = { "b.dry@example.com" } })
  t.equal(lofty.leads.find { email = "a.dry@example.com" }, nil)
  t.equal(lofty.leads.find { email = "b.dry@example.com" }.leadId, made.leadId)
  unknown(function() return lofty.leads.get(made.leadId).score end)
  unknown(lofty.leads.list_activities, made.leadId)
end)

t.test("what is deleted is gone, with what belongs to it", function()
  local id, other = lead(), lead()
  local note = lofty.notes.create { leadId = other, content = "x", isPin = false }
  t.equal(lofty.notes.get(note.noteId).content, "x")
  lofty.notes.delete(note.noteId)
  t.equal(t.fails("RESOURCE_NOT_EXIST", lofty.notes.get, note.noteId).status, 404)
  t.fails("RESOURCE_NOT_EXIST", lofty.notes.update, note.noteId, { content = "y", isPin = false })
  t.equal(last()["do"], "refused")
  lofty.leads.delete(id, { reason = "x" })
  t.fails("LEAD_NOT_EXIST", lofty.leads.get, id)
  t.fails("LEAD_NOT_EXIST", lofty.notes.list, { leadId = id })
  local err = t.fails("LEAD_NOT_EXIST", lofty.notes.create, { leadId = id, content = "x", isPin = false })
  t.equal(err.outcome, "refused")
  unknown(lofty.leads.get, id, { withTrash = true })
end)

t.test("a lead that nobody has is refused as Lofty would", function()
  t.fails("LEAD_NOT_EXIST", lofty.notes.create, { leadId = 4, content = "x", isPin = false })
  t.fails("LEAD_NOT_EXIST", lofty.leads.update, 4, { stage = "Hot" })
  t.fails("WEBHOOK_DELETE_NOT_EXIST", lofty.webhooks.delete, 4)
  t.fails("INVALID_PARAMETER", lofty.calendar.finish, "4-task")
end)

t.test("a task shows what is planned in both versions and in the calendar", function()
  local open
  for _, item in ipairs(mine) do
    if not item.finishFlag and item.type ~= "Appointment" then open = open or item end
  end
  lofty.tasks.finish(open.id)
  t.equal(lofty.tasks.get(open.id).finishFlag, true)
  t.equal(lofty.v1.tasks.get(open.id).finishFlag, true)
  t.equal(last().before, { finishFlag = false })
  unknown(function() return lofty.tasks.get(open.id).finishTime end)
  lofty.tasks.unfinish(open.id)
  t.equal(lofty.tasks.get(open.id).finishFlag, false)
  lofty.v1.tasks.update(open.id, { content = "other" })
  t.equal(lofty.tasks.get(open.id).content, "other")
end)

t.test("what a write changes elsewhere is not known afterwards", function()
  local id = lead()
  local texts = lofty.messages.list_texts { leadId = id }
  lofty.messages.send_sms { leadId = id, content = "hello" }
  t.equal(type(texts), "table")
  unknown(lofty.messages.list_texts, { leadId = id })
  t.equal(type(lofty.messages.list_texts { leadId = lead() }), "table")
  unknown(function() return lofty.leads.get(id).lastTouch end)
  unknown(lofty.team.list_tags)
end)

t.test("items come in the order of the calls, whichever target is read first", function()
  local one, other = lead(), lead()
  local here, waiting = http.call, nil
  http.call = function(request)
    if request.target:find(tostring(one), 1, true) then
      waiting = task.signal()
      task.wait(waiting)
    end
    local response, code, message, info = here(request)
    if waiting and request.target:find(tostring(other), 1, true) then task.fire(waiting) end
    return response, code, message, info
  end
  local first = #added
  lofty.map({ one, other }, function(id) return lofty.leads.update(id, { source = "x" }) end, { concurrency = 2 })
  http.call = here
  t.equal({ added[first + 1].target.id, added[first + 2].target.id, #added }, { one, other, first + 2 })
end)

t.test("a target is read once, and what matters to the write is kept as it was", function()
  local id = lead()
  local before = lofty.leads.get(id)
  local reads, here = 0, http.call
  http.call = function(request)
    reads = reads + 1
    return here(request)
  end
  lofty.leads.update(id, { source = "one", cannotCall = true })
  t.equal(last().before, { source = before.source, cannotCall = before.cannotCall })
  lofty.leads.update(id, { source = "two" })
  http.call = here
  t.equal(last().before, { source = "one" })
  t.equal(last().unsure ~= nil, true)
  t.equal(reads, 0)
end)

t.test("what a script writes into what it has read is not how the target was", function()
  local read = lofty.leads.get(lead())
  local was = read.stage
  read.stage = was == "Qualified" and "Hot" or "Qualified"
  lofty.leads.update(read.leadId, { stage = read.stage })
  t.equal(added[#added].before, { stage = was })
end)

t.test("what is kept is read back, and becomes items with old and new", function()
  lofty.state.set("dry key", 1)
  t.equal(last().changes, { { key = "dry key", new = "1" } })
  lofty.state.set("dry key", 2)
  t.equal(last().changes, { { key = "dry key", old = "1", new = "2" } })
  t.equal(lofty.state.incr("dry count", 4), 4)
  t.equal(last().changes, { { key = "dry count", new = "4" } })
  local count = #added
  t.raises("cannot be counted up", lofty.state.incr, "dry count", math.maxinteger)
  t.equal(#added, count)
  lofty.state.set("dry key", nil)
  t.equal(last().changes, { { key = "dry key", old = "2" } })
  t.equal(lofty.state.get("dry key"), nil)
end)

t.test("a function of lofty.once is planned once, under its key", function()
  local id = lead()
  local function f() return lofty.notes.create { leadId = id, content = "once", isPin = false } end
  local result = lofty.once("dry once", f)
  local write = added[#added - 1]
  t.equal({ write.key, last().what, last().of }, { "dry once", "done", write.n })
  local count = #added
  t.equal(lofty.once("dry once", f).noteId, result.noteId)
  t.equal(#added, count)
  t.raises("stop", lofty.once, "dry failed", function()
    f()
    error("stop", 0)
  end)
  t.equal({ last().what, last().why }, { "failed", "stop" })
  t.fails("ONCE_UNSETTLED", lofty.once, "dry failed", f)
end)

t.test("who must not be written to once the plan is done is not written to by it, however they were read", function()
  local one, other = lead(), lead()
  lofty.leads.update(one, { cannotText = true })
  lofty.leads.get(one)
  t.fails("CONTACT_NOT_ALLOWED", lofty.messages.send_sms, { leadId = one, content = "x" })
  lofty.leads.update(other, { unsubscription = true })
  lofty.leads.list { email = leads[taken].emails[1], preciseSearchFlag = true }
  t.fails("CONTACT_NOT_ALLOWED", lofty.messages.send_sms, { leadId = other, content = "x" })
end)

t.test("what would be refused counts for no cap", function()
  for _ = 1, 3 do t.fails("RESOURCE_NOT_EXIST", lofty.notes.delete, 77) end
  local note = lofty.notes.create { leadId = lead(), content = "x" }
  lofty.notes.delete(note.noteId)
  t.fails("GRANT_EXHAUSTED", lofty.notes.delete, 77)
end)

t.test("nothing was sent", function() t.equal(sent, 0) end)

