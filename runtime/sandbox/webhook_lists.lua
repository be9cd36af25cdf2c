--- The twelve lists as their deliveries look: what an array is called behind its verb, the members of its entries, and
--- when it fires. Lofty documents the arrays of calls, e-mails and texts; updatedLead was seen live; the rest is assumed
--- after their pattern.

---@class sandbox.WebhookList
---@field kind string the first half of an event's name
---@field array string
---@field id string|nil of the thing that is no lead
---@field legacy string|nil a second id of the thing
---@field is_of_lead boolean
---@field verbs string[]

local WHOLE = { "created", "updated", "deleted" }
local WORK = { "created", "updated", "finished", "deleted" }
local MADE = { "created" }

---@type sandbox.WebhookList[] by listId
return {
  { kind = "agent", array = "Agent", id = "agentId", is_of_lead = false, verbs = { "created", "updated" } },
  { kind = "lead", array = "Lead", is_of_lead = true, verbs = WHOLE },
  { kind = "activity", array = "LeadActivity", is_of_lead = true, verbs = MADE },
  { kind = "alert", array = "ListingAlert", id = "alertId", is_of_lead = true, verbs = { "updated" } },
  { kind = "transaction", array = "Transaction", id = "transactionId", is_of_lead = true, verbs = WHOLE },
  { kind = "call", array = "Call", id = "timelineId", legacy = "callId", is_of_lead = true, verbs = MADE },
  { kind = "email", array = "Email", id = "timelineId", legacy = "emailId", is_of_lead = true, verbs = MADE },
  { kind = "text", array = "Text", id = "timelineId", legacy = "textId", is_of_lead = true, verbs = MADE },
  { kind = "note", array = "Note", id = "noteId", is_of_lead = true, verbs = WHOLE },
  { kind = "task", array = "Task", id = "taskId", is_of_lead = true, verbs = WORK },
  { kind = "appointment", array = "Appointment", id = "appointmentId", is_of_lead = true, verbs = WORK },
  { kind = "pipeline", array = "Pipeline", is_of_lead = true, verbs = { "updated" } },
}
