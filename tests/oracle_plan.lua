--- Writes of many kinds that depend on each other, for oracle_plan.py: what a run of this leaves, a dry run and the
--- application of its plan must leave.
--
-- loftyrun: allow delete_notes
-- loftyrun: allow delete_tasks
-- loftyrun: allow delete_leads
-- loftyrun: allow delete_webhooks
local lofty = require "lofty"

local leads = lofty.leads.list { limit = 12 }
local function id(place) return leads[place].leadId end

--- What the script sees: the same in a run, in a dry run, and after an application.
local function show_lead(leadId)
  local lead = lofty.leads.get(leadId)
  local tags = {}
  for index, tag in ipairs(lead.tags) do tags[index] = tag.tagName end
  table.sort(tags)
  print(lead.firstName, lead.stage, lead.source, lead.cannotCall, table.concat(lead.phones, " "), table.concat(tags, " "))
end

local function show_list(items, ...)
  local lines = {}
  for index, item in ipairs(items) do
    local parts = {}
    for _, name in ipairs { ... } do parts[#parts + 1] = tostring(item[name]) end
    lines[index] = table.concat(parts, " ")
  end
  table.sort(lines)
  print(#items, table.concat(lines, "; "))
end

-- Read, change, write, several times over.
lofty.leads.update(id(1), { stage = "Contacted", source = "Plan" })
lofty.leads.add_tags(id(1), { "first", "second" })
lofty.leads.add_tags(id(1), { "second", "third" })
lofty.leads.remove_tags(id(1), { "first" })
lofty.leads.set_tags(id(2), { "only", lofty.leads.get(id(1)).stage })
lofty.leads.update(id(2), { phones = { "2075550133", "2075550134" }, cannotCall = true })

show_lead(id(1))
show_lead(id(2))
for lead in lofty.leads.each { stage = "Hot" }:take(3) do print(lead.firstName, lead.stage) end

-- What is new, and what belongs to it.
local made = lofty.leads.create { firstName = "Zoë", lastName = "Brontë", emails = { "zoe.plan@example.com" },
  stage = "Contacted", tagsAdd = { "new" } }
local note = lofty.notes.create { leadId = made.leadId, content = ("made as %d"):format(made.leadId), isPin = true }
lofty.notes.create { leadId = made.leadId, content = "a note that goes again", isPin = false }
lofty.notes.wait(note.noteId)
for _, other in ipairs(lofty.notes.list { leadId = made.leadId }) do
  if other.noteId ~= note.noteId then lofty.notes.delete(other.noteId) end
end
lofty.notes.edit(note.noteId, { isPin = false })
lofty.leads.add_tags(made.leadId, { "newer" })
local found = lofty.leads.find_or_create { firstName = "Zoë", emails = { "ZOE.plan@example.com" }, tagsAdd = { "found" } }
assert(found.leadId == made.leadId and not found.created)
local deal = lofty.transactions.create(made.leadId, { transactionName = "Plan House", transactionType = "Purchase",
  homePrice = 250000.5 })
lofty.transactions.edit_property_address(made.leadId, deal.transactionId, { city = "Portland", state = "ME" })
lofty.transactions.edit_property_address(made.leadId, deal.transactionId, { unit = "4B" })
assert(lofty.transactions.get_property_address(made.leadId, deal.transactionId).city == "Portland")

print(lofty.notes.get(note.noteId).isPin, #lofty.leads.find_all { email = "zoe.plan@example.com" })
show_list(lofty.notes.list { leadId = made.leadId }, "content", "isPin")
show_list(lofty.transactions.list_for_lead(made.leadId), "transactionName", "homePrice")
local address = lofty.transactions.get_property_address(made.leadId, deal.transactionId)
print(address.city, address.state, address.unit)

-- Tasks of both versions, several at a time.
lofty.map({ 1, 2, 3, 4, 5, 6 }, function(place)
  local lead = leads[place + 2]
  local task = lofty.tasks.create { leadId = lead.leadId, type = "Call", content = ("call %d"):format(place),
    assignedRole = "Agent", endAt = "2031-01-01T10:00:00Z" }
  if place % 2 == 0 then lofty.tasks.finish(task.taskId) end
  if place == 3 then lofty.tasks.update(task.taskId, { content = "call three", endAt = "2031-01-02T10:00:00Z" }) end
  if place == 5 then lofty.tasks.delete(task.taskId) end
end, { concurrency = 4 })
lofty.v1.tasks.create { leadId = id(9), type = "Other", content = "v1", assignedRole = "Agent", deadline = 1925000000000 }
for _, task in ipairs(lofty.tasks.list { leadId = id(9) }) do
  if task.content == "v1" then lofty.tasks.finish(task.id) end
end
local entry = lofty.calendar.create { leadId = id(9), type = "APPOINTMENT", content = "viewing", timeZoneCode = "UTC",
  startAt = "2031-02-01T10:00:00Z", endAt = "2031-02-01T11:00:00Z" }
lofty.calendar.update(entry.id, { content = "second viewing" })

for place = 3, 9 do show_list(lofty.tasks.list { leadId = id(place) }, "content", "type", "finishFlag") end

-- Deletes, and what they leave to be refused.
lofty.leads.delete(id(10), { reason = "twice" })
local _, err = lofty.try(lofty.notes.create, { leadId = id(10), content = "too late", isPin = false })
assert(err and err.category == "not_found", tostring(err))
local hook = lofty.webhooks.list()[1]
lofty.webhooks.delete(hook.subscribeId)
lofty.webhooks.create { listId = 9, callbackUrl = "https://plan.example.com/" .. made.leadId }
show_list(lofty.webhooks.list(), "listId", "callbackUrl", "limit", "permissionMode")
print(err.code, select(2, lofty.try(lofty.leads.get, id(10))).code, select(2, lofty.try(lofty.tasks.finish, 1)).code)

-- Once, also within a loop of several tasks; and what is kept.
lofty.map(table.move(leads, 3, 6, 1, {}), function(lead)
  lofty.once(("plan %d"):format(lead.leadId), function()
    local one = lofty.notes.create { leadId = lead.leadId, content = "once", isPin = false }
    lofty.leads.add_tags(lead.leadId, { "once" })
    return one
  end, { ttl = "365d" })
end, { concurrency = 3 })
lofty.once(("made %d"):format(made.leadId), function()
  return { lead = made.leadId, text = "lead " .. made.leadId }
end)
local _, failed = pcall(lofty.once, "fails", function() error("no reason", 0) end)
assert(failed == "no reason")
lofty.state.set("last", made.leadId)
lofty.state.set_all { a = 1, b = { x = lofty.null }, c = lofty.array {} }
lofty.state.set("b", nil)
lofty.state.incr("runs")
lofty.state.incr("runs", 4)
lofty.state.space("own").set(made.leadId, "of the new lead")
assert(lofty.state.get("runs") % 5 == 0)
for lead, why in lofty.sync { name = "stages", list = lofty.leads.each { stage = "Hot" }, fields = { "stage", "firstName" } } do
  lofty.manual_logs.create { leadId = lead.leadId, logType = "logText", content = "seen, " .. why }
end
