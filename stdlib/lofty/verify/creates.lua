--- The creates whose things can be looked for, each with what it takes. What of it users should know stands in their
--- rows, as `verify` (runtime/tools/api/overrides.lua).
---
---   kind      what ids are unique in: tasks of either version and of the calendar share one space of them
---   check     nil, or why a call with these fields could not be looked for
---   list      reads where the thing must be: its items, and why there may be more of them than these
---   id        the member with an item's id; `answered` takes that of the create's own reply
---   made      the member with the time of its making; nil where there is none, and then the list is read before the
---             create as well, since what was there before is not it; under lofty.once the journal keeps which that was
---   alike     whether an item may be the thing
---   answer    what the create would have returned
---   settled   true where a thing that was there before means that no new one will come
---   again     nil, or why it must not be created again even where it is not found
---
--- Not here, because Lofty offers no way to ask, or none that tells one from another or gives what the create would
--- have returned: messages and notifications (their lists do not say which of them a call sent), agents.create,
--- organization.add_office and team.add_custom_field (ids, data and text of their replies are nowhere to be read),
--- leads.add_activity (its entries have no ids), all that only starts work (ai, sales_agent).
local alike = require "lofty.verify.alike"
local client = require "lofty.client"
local operations = require "lofty.operations"

local M = {}

local function list(name, values, query)
  return client.send(operations.find(name), values, query)
end

local function answered_by(name)
  return function(result) return type(result) == "table" and math.tointeger(result[name]) or nil end
end

--- The likeness of the text that a thing is known by, lowered where something beside it differs.
local function with(likeness, ...)
  for index = 1, select("#", ...) do
    if likeness == "same" and select(index, ...) ~= "same" then likeness = "near" end
  end
  return likeness
end

--- Items of another lead come from a filter that was not heard.
local function is_elsewhere(item, leadId) return item.leadId ~= nil and item.leadId ~= leadId end

local NOTES = 100 -- the most that one reply holds; there is no second page

--- Asked for without its undocumented limit the list of notes was seen to end early; where that is not heard, a list as
--- long as Lofty's pages are elsewhere may be such a one.
local SHORT_PAGES = { [10] = true, [20] = true, [25] = true, [50] = true }

local function may_be_cut(notes)
  if #notes >= NOTES then return ("the lead has more notes than the %d that Lofty lists"):format(NOTES) end
  if SHORT_PAGES[#notes] then return ("Lofty listed exactly %d notes, and there may be more"):format(#notes) end
end

M["notes.create"] = {
  kind = "note",
  id = "noteId",
  made = "createTime",
  answered = answered_by "noteId",
  list = function(_, fields)
    local notes = list("notes.list", {}, { leadId = fields.leadId, limit = NOTES })
    return notes, may_be_cut(notes)
  end,
  alike = function(note, fields)
    if is_elsewhere(note, fields.leadId) then return nil end
    return alike.text(fields.content, note.content, 2000)
  end,
  answer = function(note) return { noteId = note.noteId } end,
}

M["tasks.create"] = {
  kind = "task",
  id = "id",
  made = "createTime",
  answered = answered_by "taskId",
  list = function(_, fields) return list("tasks.list", {}, { leadId = fields.leadId }) end,
  alike = function(task, fields)
    if is_elsewhere(task, fields.leadId) then return nil end
    return with(alike.text(fields.content, task.content), alike.word(fields.type, task.type),
      alike.moment(fields.endAt, task.endAt))
  end,
  answer = function(task) return { taskId = task.id } end,
}

M["v1.tasks.create"] = {
  kind = "task",
  id = "id",
  made = "createTime",
  answered = answered_by "taskId",
  list = function(_, fields) return list("v1.tasks.list", {}, { leadId = fields.leadId }) end,
  alike = function(task, fields)
    if is_elsewhere(task, fields.leadId) then return nil end
    return with(alike.text(fields.content, task.content), alike.word(fields.type, task.type),
      alike.moment(fields.deadline, task.deadline))
  end,
  answer = function(task) return { taskId = task.id } end,
}

--- The calendar's own list has no times of making; the tasks' list has the same things, under the number of their ids.
M["calendar.create"] = {
  kind = "task",
  id = "id",
  made = "createTime",
  answered = function(result)
    return type(result) == "table" and math.tointeger(tonumber(tostring(result.id):match("^(%d+)%-"))) or nil
  end,
  list = function(_, fields) return list("tasks.list", {}, { leadId = fields.leadId }) end,
  alike = function(task, fields)
    local is_appointment = fields.type == "APPOINTMENT"
    if is_elsewhere(task, fields.leadId) or (task.type == "Appointment") ~= is_appointment then return nil end
    return with(alike.text(fields.content, task.content),
      is_appointment and "same" or alike.word(fields.taskWay, task.type),
      alike.moment(fields.endAt or fields.endAtMs, task.endAt))
  end,
  answer = function(task, fields)
    return { id = ("%d-%s"):format(task.id, fields.type:lower()), type = fields.type }
  end,
}

M["transactions.create"] = {
  kind = "transaction",
  id = "transactionId",
  made = "created",
  answered = answered_by "transactionId",
  list = function(values) return list("transactions.list_for_lead", values, {}) end,
  alike = function(transaction, fields) return alike.text(fields.transactionName, transaction.transactionName) end,
  answer = function(transaction) return transaction end,
}

local LOGS = 1000 -- the most that one page holds

M["manual_logs.create"] = {
  kind = "manual log",
  id = "id",
  made = "createTime",
  answered = answered_by "id",
  list = function(_, fields)
    local logs = list("manual_logs.list", {},
      { leadId = fields.leadId, logType = fields.logType, order = "desc", limit = LOGS })
    return logs, #logs >= LOGS and ("the lead has more than %d such logs"):format(LOGS) or nil
  end,
  alike = function(log, fields)
    if is_elsewhere(log, fields.leadId) then return nil end
    return with(alike.text(fields.content, log.content, 5000),
      alike.word(fields.outboundOrInbound or "outbound", log.outboundOrInbound))
  end,
  answer = function(log) return log end,
}

M["webhooks.create"] = {
  kind = "subscription",
  id = "subscribeId",
  answered = answered_by "subscribeId",
  list = function() return list("webhooks.list", {}, {}) end,
  alike = function(webhook, fields)
    if webhook.listId ~= fields.listId then return nil end
    return alike.url(fields.callbackUrl, webhook.callbackUrl)
  end,
  answer = function(webhook) return webhook end,
}

--- Done a second time, these would come twice to a lead that one cannot see, or undo what others did meanwhile.
local ONCE = { "content", "leadTransaction", "leadAlert", "tags", "welcomeEmail" }

local function has_any(values) return type(values) == "table" and #values > 0 end

M["leads.create"] = {
  kind = "lead",
  id = "leadId",
  made = "createTime",
  settled = true,
  answered = answered_by "leadId",
  check = function(fields)
    if has_any(fields.emails) or has_any(fields.phones) then return nil end
    return "a lead is looked for by its e-mail addresses and phone numbers, and there is neither"
  end,
  prepare = function(fields)
    return require("lofty.helpers.lead_find").wanted("leads.create", "emails", fields.emails, "phones", fields.phones)
  end,
  list = function(_, _, wanted)
    return require("lofty.helpers.lead_find").look_up("leads.create", wanted)
  end,
  alike = function(lead, fields, wanted) return alike.lead(wanted, fields, lead) end,
  answer = function(lead) return { leadId = lead.leadId } end,
  again = function(fields)
    for _, name in ipairs(ONCE) do
      if fields[name] ~= nil and fields[name] ~= false then
        return ("it may have been routed to somebody whose leads you may not see, and what comes of %s must not come "
          .. "twice"):format(name)
      end
    end
  end,
}

return M
