--- The twelve lists that Lofty's webhooks may be subscribed to, by listId. `kind` is the first half of an event's name,
--- `ids` are the members that tell what an event is about, the best one first; `verb` is the second half of the name
--- where the name of the array says nothing. Lofty documents arrays for calls, emails and texts only; updatedLead was
--- seen; the others are read by the same pattern.

---@class lofty.inbox.list
---@field kind string
---@field title string as Lofty calls it
---@field ids string[]
---@field verb string

---@type table<integer, lofty.inbox.list>
return {
  [1] = { kind = "agent", title = "Agent Info", ids = { "agentId", "userId" }, verb = "updated" },
  [2] = { kind = "lead", title = "Lead Info", ids = { "leadId" }, verb = "updated" },
  [3] = { kind = "activity", title = "Lead Activity", ids = { "activityId" }, verb = "created" },
  [4] = { kind = "alert", title = "Listing Alert", ids = { "alertId", "listingAlertId" }, verb = "updated" },
  [5] = { kind = "transaction", title = "Transaction", ids = { "transactionId" }, verb = "updated" },
  [6] = { kind = "call", title = "Call", ids = { "timelineId", "callId" }, verb = "created" },
  [7] = { kind = "email", title = "Email", ids = { "timelineId", "emailId" }, verb = "created" },
  [8] = { kind = "text", title = "Text", ids = { "timelineId", "textId" }, verb = "created" },
  [9] = { kind = "note", title = "Note", ids = { "noteId" }, verb = "updated" },
  [10] = { kind = "task", title = "Task", ids = { "taskId" }, verb = "updated" },
  [11] = { kind = "appointment", title = "Appointment", ids = { "appointmentId", "taskId" }, verb = "updated" },
  [12] = { kind = "pipeline", title = "Pipeline Change", ids = {}, verb = "updated" },
}
