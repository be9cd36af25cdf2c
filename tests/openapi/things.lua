--- What the calls need of the account: { SAMPLE, FIND }. The sample is for checks that send nothing; FIND is a function
--- of the context that finds or makes a real one in the sandbox's demo account; without it the sample is there already.
--- With `fresh` each call gets one of its own.
local lofty = require "lofty"
local moments = require "moments"

local at, ms = moments.at, moments.ms

--- The first item for which `wanted` holds, or the first of all; raises where there is none. A list's metadata may
--- stand where `wanted` belongs.
local function first(list, wanted)
  for _, item in ipairs(list) do
    if type(wanted) ~= "function" or wanted(item) then return item end
  end
  error("the demo account has nothing of the kind", 2)
end

--- The id of the first lead whose `list` may be read and has something in it.
local function lead_with(list, fields)
  for _, lead in ipairs(lofty.leads.list { limit = 100 }) do
    local query = { leadId = lead.leadId }
    for name, value in pairs(fields or {}) do query[name] = value end
    local found = lofty.try(list, query)
    if found and #found > 0 then return lead.leadId end
  end
  error("no lead of the demo account has any", 2)
end

--- The id, once what it belongs to can be read: Lofty shows a lead, a note or a log a moment after it was made.
local function readable(read, id)
  for _ = 1, 100 do
    if lofty.try(read, id) then return id end
    lofty.sleep("50ms")
  end
  error("still not to be read: " .. id, 2)
end

local function new_lead(first_name)
  return readable(lofty.leads.get, lofty.leads.create({ firstName = first_name }).leadId)
end

local function new_task(context, fields)
  fields.content, fields.leadId, fields.assignedRole, fields.endAt = "Ring back", context.lead, "Agent", at(26)
  return lofty.tasks.create(fields).taskId
end

--- The id of a message of the last weeks.
local function message(type)
  return first(lofty.messages.list_by_agent { type = type, startTime = ms(-80), endTime = ms(0) }).id
end

local T = {}

-- Leads
T.lead = { 651095960138752, function() return first(lofty.leads.list { key = "Dahl" }).leadId end }
T.my_user = { 844710023600001, function() return first(lofty.leads.list { key = "Dahl" }).assignedUserId end }
T.scroll_id = { "c2Nyb2xs", function() return select(2, lofty.leads.list { limit = 1 }).scrollId end }
T.new_lead = { 651095960190001, function() return new_lead("Edda") end }
T.spare_lead = { 651095960190002, function() return new_lead("Falk") end }
T.linked_email = { "joan.petrakis@example.com" }
T.linked_contact = { "bm-20417" }
T.noted_lead = { 651095960138541, function() return lead_with(lofty.notes.list) end }
T.called_lead = { 651095960138542, function() return lead_with(lofty.calls.list) end }
T.mailed_lead = { 651095960138543, function() return lead_with(lofty.messages.list_emails) end }
T.texted_lead = { 651095960138544, function() return lead_with(lofty.messages.list_texts) end }
T.logged_lead = { 651095960138545, function() return lead_with(lofty.system_logs.list) end }
T.hand_logged_lead = { 651095960138546, function()
  return lead_with(lofty.manual_logs.list, { logType = "logCall" })
end }
T.active_lead = { 651095960138547, function()
  return lead_with(function(query) return lofty.leads.list_activities(query.leadId) end)
end }
T.visiting_lead = { 651095960138548, function()
  return lead_with(function(query) return lofty.leads.list_site_activities(query.leadId) end)
end }

-- Tasks, notes, logs
T.task = { 730000000000011, function(context) return new_task(context, { type = "Call" }) end }
T.spare_task = { 730000000000012, function(context) return new_task(context, { type = "Text" }) end, fresh = true }
T.appointment = { 730000000000013, function(context)
  return new_task(context, { type = "Appointment", startAt = at(25), address = "8 Cedar Lane" })
end }
T.calendar_id = { "730000000000014-appointment", function(context)
  return lofty.calendar.create({
    type = "APPOINTMENT", content = "Tour", leadId = context.lead, startAt = at(30), endAt = at(31),
    timeZoneCode = "America/New_York",
  }).id
end }
T.note = { 740000000000011, function(context)
  return first(lofty.notes.list { leadId = context.noted_lead }).noteId
end }
T.spare_note = { 740000000000012, function(context)
  local note = lofty.notes.create { leadId = context.noted_lead, content = "To be deleted", isPin = false }
  return readable(lofty.notes.get, note.noteId)
end }
T.manual_log = { 750000000000011, function(context)
  local log = lofty.manual_logs.create { leadId = context.lead, logType = "logText", content = "Ring back" }
  return readable(lofty.manual_logs.get, log.id)
end }

-- Transactions
T.transaction_stage = { "Pre-contract", function()
  return first(lofty.transactions.list_pipelines(), function(pipeline)
    return pipeline.transactionType == "Listing"
  end).stages[2].name
end }
T.transaction_field = { 9001, function() return first(lofty.transactions.list_custom_fields()).id end }
T.transaction = { 760000000000011, function(context)
  return first(lofty.transactions.list_for_lead(context.lead), function(transaction)
    return transaction.transactionName == "14 Harbor Street"
  end).transactionId
end }
T.linked_transaction = { 760000000000012, function()
  return first(lofty.transactions.list { queryKey = "88 Cedar", transactionType = "All" }).transactionId
end }

-- Calls and messages
T.call = { 770000000000011, function(context) return first(lofty.calls.list { leadId = context.called_lead }).id end }
T.summarised_call = { 770000000000012, function()
  for _, lead in ipairs(lofty.leads.list { limit = 100 }) do
    for _, call in ipairs(lofty.try(lofty.calls.list, { leadId = lead.leadId }) or {}) do
      local summary = lofty.try(lofty.ai.get_call_summary, { callRecordId = call.id })
      if type(summary) == "table" and summary.status == 2 then return call.id end
    end
  end
end }
T.call_message = { 780000000000011, function() return message("CALL") end }
T.email_message = { 780000000000012, function() return message("EMAIL") end }
T.text_message = { 780000000000013, function() return message("TEXT") end }
T.phone = { "2075550122", function(context)
  return (lofty.leads.get(context.called_lead).phones[1]:gsub("^%+1", ""))
end }
T.email = { "hollis.greer@example.com", function(context) return lofty.leads.get(context.called_lead).emails[1] end }
T.cursor = { "Y3Vyc29y", function()
  local window = { type = "ALL", limit = 1, startTime = ms(-89), endTime = ms(0) }
  return select(2, lofty.messages.list_by_agent(window)).nextCursor
end }

-- The team
T.member = { 48216, function()
  return first(lofty.members.list(), function(member) return not member.isAdmin end).id
end }
T.agent = { 48220, function()
  return first(lofty.members.list(), function(member)
    return member.email == "marcus.okafor@example.com"
  end).memberUserId
end }
T.role = { 2, function()
  return first(lofty.routing.list_roles(), function(role) return role.name == "Assistant" end).id
end }
T.assistant = { 844710023600055, function(context)
  return first(lofty.routing.list_members(4, { roleId = context.role })).id
end }
T.rule = { 790000000000011, function() return first(lofty.routing.list_rules(1)).id end }
T.pond = { 301, function() return first(lofty.team.list_ponds()).id end }
T.office = { 511 }
T.webhook = { 800000000000011, function()
  return first(lofty.webhooks.list(), function(hook) return hook.listId == 12 end).subscribeId
end }
T.sales_agent = { 501, function() return lofty.sales_agent.get().id end }

return T
