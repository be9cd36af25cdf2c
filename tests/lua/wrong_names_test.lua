-- Names that people write, some of them from Lofty's own guides: the message offers the right one.
local t = require "harness"
local check = require "lofty.check"
local lofty = require "lofty"
local operations = require "lofty.operations"

--- { operation, the wrong name, what is offered }
local FIELDS = {
  -- as guides and other programs show them
  { "messages.send_email", "body", '"content"' },
  { "messages.send_sms", "message", '"content"' },
  { "sales_agent.add_working_leads", "leadId", '"leadIds"' },
  { "sales_agent.list_working_leads", "page", '"offset"' },
  { "sales_agent.list_working_leads", "pageSize", '"limit"' },
  { "calendar.create", "way", '"taskWay" or "type"' },
  { "calendar.create", "deadline", '"endAt"' },
  { "webhooks.create", "url", '"callbackUrl"' },
  { "webhooks.create", "callback_url", '"callbackUrl"' },
  { "members.list", "pageSize", '"limit"' },
  -- the two versions of tasks, and the calendar
  { "tasks.create", "deadline", '"endAt"' },
  { "tasks.create", "dueDate", '"endAt"' },
  { "tasks.create", "taskWay", '"type"' },
  { "v1.tasks.create", "endAt", '"deadline"' },
  { "v1.tasks.create", "due_date", '"deadline"' },
  { "v1.tasks.update", "completed", '"finishFlag"' },
  { "calendar.list", "startAt", '"startTime"' },
  { "calendar.list", "from", '"startTime" or "startTimeMs"' },
  { "calendar.list", "until", '"endTime" or "endTimeMs"' },
  { "calendar.list", "limit", '"pageSize"' },
  { "calendar.list", "offset", '"page"' },
  { "calendar.list", "completed", '"includeFinished"' },
  { "calendar.available_meetings", "since", '"startTime" or "startTimeMs"' },
  -- paging, which is spelt in many ways
  { "leads.list_site_activities", "page", '"curPage"' },
  { "leads.list_activities", "page", '"offset" or "currentId"' },
  { "system_logs.list", "page", '"pageNumber"' },
  { "system_logs.list", "limit", '"pageSize"' },
  { "transactions.list", "page", '"pageNum"' },
  { "transactions.list", "limit", '"pageSize"' },
  { "listings.search", "page", '"pageNum"' },
  { "listings.list_for_agent", "page", '"nextPageKey"' },
  { "listings.list_for_agent", "cursor", '"nextPageKey"' },
  { "messages.list_by_agent", "nextCursor", '"cursor"' },
  { "manual_logs.list", "page", '"offset" or "currentId"' },
  { "ai.list_lead_analyses", "page", '"pageNum"' },
  -- messages and logs
  { "messages.send_email", "to", '"toEmail"' },
  { "messages.send_email", "html", '"content"' },
  { "messages.send_email", "title", '"subject" or "content"' },
  { "messages.send_sms", "to", '"phoneNumber"' },
  { "messages.send_sms", "text", '"content"' },
  { "messages.send_sms", "countryCode", '"phoneCode"' },
  { "messages.search_by_agent", "from", '"startTime"' },
  { "manual_logs.create", "type", '"logType"' },
  { "manual_logs.create", "outcome", '"callingOutcome"' },
  { "manual_logs.create", "direction", '"outboundOrInbound"' },
  { "manual_logs.create", "phoneNumber", '"leadPhoneNumber"' },
  { "manual_logs.create", "subject", '"emailSubject" or "content"' },
  { "notifications.send_opportunity", "type", '"notificationType"' },
  { "notifications.send_opportunity", "url", '"link"' },
  { "notifications.sms_to_agent", "body", '"content"' },
  { "leads.delete", "note", '"reason"' },
  -- transactions and listings
  { "transactions.create", "name", '"transactionName"' },
  { "transactions.create", "type", '"transactionType"' },
  { "transactions.create", "status", '"transactionStatus"' },
  { "transactions.create", "stage", '"transactionStatus"' },
  { "transactions.create", "price", '"homePrice"' },
  { "transactions.create", "closingDate", '"expectedCloseDate" or "closeDate"' },
  { "transactions.create", "commission", '"commissionRate" or "commissions"' },
  { "transactions.sync_brokermint", "transactionId", '"id"' },
  { "transactions.sync_brokermint", "closeDate", '"closedAt" or "closingDate"' },
  { "transactions.list", "keyword", '"queryKey"' },
  { "transactions.set_property_address", "zip", '"zipCode"' },
  { "listings.search", "filters", '"filterConditions"' },
  { "listings.search", "city", '"filterConditions"' },
  { "listings.search", "price", '"filterConditions"' },
  { "listings.search", "sort", '"sortFields"' },
  { "listings.list_for_agent", "mlsIds", '"mlsListingIds"' },
  -- agents, offices, routing, AI
  { "agents.add_tags", "tags", '"tagNames"' },
  { "organization.update_office", "zipCode", '"zipcode"' },
  { "organization.update_office", "officeId", '"id"' },
  { "organization.add_office", "address", '"streetAddress"' },
  { "routing.update_default_rule", "agentId", '"assigneeAgentId"' },
  { "routing.update_default_rule", "strategy", '"strategyType"' },
  { "ai.get_call_summary", "callId", '"callRecordId"' },
  { "ai.create_lead_analysis", "leadId", '"leadIds"' },
  { "sales_agent.update_settings", "startHour", '"startActiveHour"' },
  { "team.add_custom_field", "name", '"attributeName"' },
  { "team.add_custom_field", "options", '"params"' },
}

for _, case in ipairs(FIELDS) do
  local name, wrong, expected = table.unpack(case)
  t.test(("%s: %s is not taken, %s is offered"):format(name, wrong, expected), function()
    local row = assert(operations.find(name), name)
    local message = (row.body and check.body or check.query)(row, { [wrong] = 1 })
    local what = row.body and "field" or "parameter"
    t.equal(message, ('%s: unknown %s "%s"; did you mean %s?'):format(name, what, wrong, expected))
  end)
end

local VERBS = {
  { "messages", "send_text", '"send_sms"' }, { "messages", "send", '"send_sms" or "send_email"' },
  { "messages", "calls", '"list_calls"' }, { "calendar", "slots", '"available_meetings"' },
  { "calls", "recording", '"get_recording_url"' }, { "agents", "disable", '"deactivate"' },
  { "organization", "create", '"add_office"' }, { "sales_agent", "mute", '"mute_lead" or "get_mute_status"' },
  { "routing", "rules", '"list_rules"' }, { "team", "ponds", '"list_ponds"' },
  { "leads", "timeline", '"list_activities" or "list_site_activities"' },
  { "transactions", "stages", '"list_pipelines"' }, { "listings", "find", '"search"' },
}

for _, case in ipairs(VERBS) do
  local resource, wrong, expected = table.unpack(case)
  t.test(("lofty.%s.%s is not there, %s is offered"):format(resource, wrong, expected), function()
    t.raises("did you mean " .. expected, function() return lofty[resource][wrong] end)
  end)
end

--- All names of fields, parameters and operations there are.
local function right_names()
  local names = {}
  local function look(specs)
    for name, spec in pairs(specs or {}) do
      names[name] = true
      look(spec.fields or spec.of and spec.of.fields)
    end
  end
  for _, name in ipairs(operations.names()) do
    local row, verb = operations.find(name), name:match("[^.]+$")
    names[verb], names[operations.each_name(verb)] = true, true
    look(row.query)
    look(row.body and (row.body.fields or row.body.of and row.body.of.fields))
  end
  return names
end

t.test("nothing is offered that is nowhere", function()
  local names = right_names()
  for _, list in ipairs { "lofty.wrong_names", "lofty.wrong_verbs" } do
    for wrong, offers in pairs(require(list)) do
      t.ok(not wrong:find("[%u_]"), wrong .. " can never be looked up")
      for _, right in ipairs(offers) do t.ok(names[right], ("%s offers %s"):format(wrong, right)) end
    end
  end
end)

