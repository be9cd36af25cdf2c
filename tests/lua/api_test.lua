-- sandbox: demo
-- loftyrun: allow delete_leads
-- loftyrun: allow delete_tasks
-- loftyrun: allow delete_notes
-- loftyrun: allow delete_webhooks
-- Every operation against the sandbox over real HTTP: that the rows, the client and Lofty's habits fit together.
local t = require "harness"
local lofty = require "lofty"
local code = lofty.code

--- The result of a read that may be refused for a moment after the create it looks for.
local function settled(read, ...)
  for _ = 1, 100 do
    local result, err = lofty.try(read, ...)
    if result then return result end
    if err.category ~= "not_found" then error(err, 0) end
    lofty.sleep("50ms")
  end
  error("still not there after 5 seconds")
end

local function some_lead()
  return lofty.leads.list({ limit = 1 })[1]
end

t.test("leads: list, filters and metadata", function()
  local leads, metadata = lofty.leads.list { limit = 5 }
  t.equal(#leads, 5)
  t.equal(metadata.limit, 5)
  t.ok(metadata.total > 5)
  t.equal(math.type(leads[1].leadId), "integer")
  local stage = leads[1].stage
  for lead in lofty.leads.each { stage = stage } do t.equal(lead.stage, stage) end
end)

t.test("leads: each gives all of them once, whatever the size of a page", function()
  local _, metadata = lofty.leads.list { limit = 1 }
  for _, limit in ipairs { 1, 7, 100 } do
    local seen, count = {}, 0
    for lead in lofty.leads.each { limit = limit } do
      t.ok(not seen[lead.leadId], "twice: " .. lead.leadId)
      seen[lead.leadId], count = true, count + 1
    end
    t.equal(count, metadata.total)
  end
end)

t.test("leads: a limit out of range, sent unchecked, is Lofty's LIMIT_NOT_VALID", function()
  local err = t.fails("LIMIT_NOT_VALID", lofty.leads.list, { limit = 500 }, { unchecked = true })
  t.equal(err.number, 20042)
  t.equal(err.status, 400)
end)

t.test("leads: parameters Lofty does not know are ignored by it, and refused here", function()
  local leads = lofty.leads.list({ pageSize = 5 }, { unchecked = true })
  t.equal(#leads, 25)
  t.raises('api_test.lua:%d+: leads.list: unknown parameter "pageSize"; did you mean "limit"?', function()
    lofty.leads.list { pageSize = 5 }
  end)
end)

t.test("leads: create, get, update, assign, add_activity, delete", function()
  local id = lofty.leads.create({
    firstName = "Ada", lastName = "Example", emails = { "ada.example@example.com" }, phones = { "5125550142" },
    tags = { "made by a test" }, leadTypes = { 2 },
  }).leadId
  t.equal(math.type(id), "integer")
  local lead = settled(lofty.leads.get, id)
  t.equal({ lead.leadId, lead.firstName, lead.emails[1] }, { id, "Ada", "ada.example@example.com" })

  t.equal(lofty.leads.update(id, { stage = "Contacted", tagsAdd = { "second" } }).leadId, id)
  lead = lofty.leads.get(id)
  t.equal(lead.stage, "Contacted")
  t.equal(#lead.tags, 2)

  local member = lofty.members.list({ limit = 1 })[1]
  t.equal(lofty.leads.assign(id, { { role = "Agent", assignee = member.email } }).leadId, id)
  t.equal(lofty.leads.get(id).assignedUser ~= nil, true)
  t.equal(lofty.leads.assign(id, { { role = "Assistant", assignee = lofty.null } }).leadId, id)
  t.equal(lofty.leads.add_activity(id, {
    type = "Browse", text = "12 Example St", link = "https://example.com/12", picture = "https://example.com/12.jpg",
    created = lofty.now(),
  }).leadId, id)

  lofty.leads.delete(id, { reason = "made by a test" })
  local err = t.fails("LEAD_NOT_EXIST", lofty.leads.get, id)
  t.ok(err:is(code.LEAD_NOT_FOUND), "the two names share a number")
  t.equal(lofty.leads.get(id, { withTrash = true }).leadId, id)
end)

t.test("leads: a delete without its reason is refused here, and by Lofty", function()
  t.raises("leads.delete: reason is required", function() lofty.leads.delete(5) end)
  t.fails("INVALID_PARAMETER", lofty.leads.delete, some_lead().leadId, {}, { unchecked = true })
end)

t.test("tasks: create, list, get, update, finish, unfinish, delete", function()
  local lead = some_lead()
  local id = lofty.tasks.create({
    type = "Call", content = "Ring back", leadId = lead.leadId, assignedRole = "Agent",
    endAt = "2031-03-01T15:00:00-08:00", timeZoneCode = "America/Los_Angeles",
  }).taskId
  t.equal(settled(lofty.tasks.get, id).content, "Ring back")
  local found
  for task in lofty.tasks.each { leadId = lead.leadId } do found = found or task.id == id end
  t.ok(found, "the task is in its lead's list")
  lofty.tasks.update(id, { content = "Ring back soon" })
  lofty.tasks.finish(id)
  local task = lofty.tasks.get(id)
  t.equal({ task.content, task.finishFlag }, { "Ring back soon", true })
  lofty.tasks.unfinish(id)
  t.equal(lofty.tasks.get(id).finishFlag, false)
  lofty.tasks.delete(id)
  t.fails("TASK_NOT_EXIST", lofty.tasks.get, id)
  t.equal(t.fails("TASK_NOT_EXIST", lofty.tasks.finish, id).outcome, "refused")
end)

t.test("tasks: mine holds tasks of a Smart Plan, which cannot be finished", function()
  local refused, count = 0, 0
  for task in lofty.tasks.each_mine { limit = 3 } do
    count = count + 1
    local _, err = lofty.try(lofty.tasks.finish, task.id)
    if err then
      t.ok(err:is(code.TASK_IS_SMARTPLAN), tostring(err))
      t.equal({ err.category, err.outcome, err.operation }, { "conflict", "refused", "tasks.finish" })
      refused = refused + 1
    end
  end
  t.ok(refused > 0, "no task of a Smart Plan among " .. count)
  t.ok(refused < count, "all of them belong to Smart Plans")
end)

t.test("notes: create, get, list, update, delete", function()
  local lead = some_lead()
  local id = lofty.notes.create({ leadId = lead.leadId, content = "Likes gardens" }).noteId
  local note = settled(lofty.notes.get, id)
  t.equal({ note.content, note.isPin, note.leadId }, { "Likes gardens", false, lead.leadId })
  lofty.notes.update(id, { content = "Likes big gardens", isPin = true })
  local found
  for item in lofty.notes.each { leadId = lead.leadId } do found = item.noteId == id and item or found end
  t.equal({ found.content, found.isPin }, { "Likes big gardens", true })
  t.fails("INVALID_UPDATE_OPERATION_LEADID", lofty.notes.update, id, { content = "x", isPin = true, leadId = 5 })
  lofty.notes.delete(id)
  t.fails("RESOURCE_NOT_EXIST", lofty.notes.get, id)
end)

t.test("webhooks: create up to the limit, list, delete", function()
  local before = lofty.webhooks.list()
  local made = lofty.webhooks.create { listId = 2, callbackUrl = "https://example.com/hooks/test" }
  t.equal({ made.listId, made.callbackUrl }, { 2, "https://example.com/hooks/test" })
  t.equal(#lofty.webhooks.list(), #before + 1)
  local err = t.fails("WEBHOOK_EXCEED_LIMIT", lofty.webhooks.create,
    { listId = 3, callbackUrl = "https://example.com/hooks/test" })
  t.equal({ err.category, err.outcome }, { "quota", "refused" })
  lofty.webhooks.delete(made.subscribeId)
  t.equal(#lofty.webhooks.each():collect(), #before)
  t.fails("WEBHOOK_DELETE_NOT_EXIST", lofty.webhooks.delete, made.subscribeId)
  t.fails("WEBHOOK_CALLBACK_URL_INVALID", lofty.webhooks.create, { listId = 2, url = "https://example.com" },
    { unchecked = true })
end)

t.test("members and team", function()
  t.equal(math.type(lofty.members.me().id), "integer")
  local members, metadata = lofty.members.list {}
  t.equal(#lofty.members.each({ limit = 1 }):collect(), metadata.total)
  t.ok(#members > 0)
  t.ok(#lofty.team.list_tags() > 0)
  t.ok(#lofty.team.each_tags():collect() > 0)
  local stages = lofty.team.each_pipelines({ pageSize = 3 }):collect()
  local _, first = lofty.team.list_pipelines { pageSize = 3 }
  t.equal(#stages, first.total)
  t.ok(stages[1].name)
end)

t.test("a misspelt operation raises where it is read or set", function()
  local message = 'api_test.lua:%d+: lofty.tasks has no operation "finsh"; did you mean "finish"?'
  t.raises(message, function() return lofty.tasks.finsh end)
  t.raises(message, function() lofty.tasks.finsh = print end)
end)

