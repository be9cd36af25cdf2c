-- Calls that Lofty would answer as if all were well while it ignores, cuts or misreads a part of them; and calls that
-- it documents as valid, which must not be refused. Both are documented unless a comment says otherwise.
local t = require "harness"
local check = require "lofty.check"
local json = require "native.json"
local operations = require "lofty.operations"

local null = json.null
local NOON, DAY = 1772366400000, 86400000

local function problem(name, fields)
  local row = assert(operations.find(name), name)
  return (row.body and check.body or check.query)(row, fields)
end

local function with(base, more)
  local all = {}
  for name, value in pairs(base) do all[name] = value end
  for name, value in pairs(more) do all[name] = value end
  return all
end

local function call_log(more)
  return with({ leadId = 5, logType = "logCall", content = "x", leadPhoneNumber = "2075550111" }, more)
end

local function text_log(more) return with({ leadId = 5, logType = "logText", content = "x" }, more) end

local function sms(more) return with({ leadId = 5, content = "x" }, more) end

local function event(more) return with({ leadId = 5, notificationType = 11 }, more) end

local function task(more)
  return with({ type = "TASK", content = "x", leadId = 5, timeZoneCode = "UTC", taskWay = "Call",
    startAt = "2026-03-01T12:00:00Z", endAt = "2026-03-01T13:00:00Z" }, more)
end

local REFUSED = {
  { "manual_logs.list", { leadId = 5, logType = "logCall", offset = 19999, limit = 2 },
    "offset and limit may be at most 20000 together, got 20001" },
  { "team.add_custom_field", { attributeName = "Boat", attributeType = "single_select" },
    'params is required when attributeType is "single_select"' },
  { "team.add_custom_field", { attributeName = "Boat", attributeType = "multi_select", params = "a,b" },
    'params "a,b" is no list of choices; write \'{"option":["a","b"]}\'' },
  -- paging by id passes over what pages otherwise
  { "leads.list_activities", { currentId = 9, offset = 10 }, "offset would be ignored beside currentId" },
  { "messages.list_calls", { leadId = 5, currentId = 9, offset = 0 }, "offset would be ignored beside currentId" },
  { "messages.list_texts", { leadId = 5, currentId = 9, offset = 10 }, "offset would be ignored beside currentId" },
  { "manual_logs.list", { leadId = 5, logType = "logCall", currentId = 9, sort = "id" },
    "sort would be ignored beside currentId" },
  -- limits that are set back in silence
  { "manual_logs.list", { leadId = 5, logType = "logCall", limit = 1001 },
    "limit must be between 1 and 1000, got 1001" },
  { "manual_logs.list", { leadId = 5, logType = "logCall", offset = -1 }, "offset must be at least 0, got -1" },
  -- seconds where milliseconds belong would mean another year
  { "system_logs.list", { leadId = 5, startTime = 1772366400 },
    "startTime 1772366400 is too small; it looks like seconds, this is milliseconds since 1970" },
  { "system_logs.list", { leadId = 5, startTime = NOON, endTime = NOON - 1 },
    ('startTime "%d" is after endTime "%d"'):format(NOON, NOON - 1) },
  { "messages.list_by_agent", { startTime = NOON, endTime = NOON + 90 * DAY + 1 },
    "endTime may be at most 90 days after startTime" },
  { "messages.search_by_agent", { type = "ALL", startTime = NOON, endTime = NOON + DAY + 1 },
    "endTime may be at most 24 hours after startTime" },
  { "v1.tasks.create", { content = "x", leadId = 5, deadline = 1772366400, type = "Call", assignedRole = "Agent" },
    "deadline 1772366400 is too small; it looks like seconds, this is milliseconds since 1970" },
  -- a message to another number than the one meant
  { "messages.send_sms", sms { phoneNumber = "2075550111" }, "phoneNumber would be ignored without phoneCode" },
  { "messages.send_sms", sms { phoneCode = "1" }, "phoneCode would be ignored without phoneNumber" },
  { "messages.send_sms", sms { phoneNumber = "2075550111", phoneCode = "+1" },
    'phoneCode "+1" is not bare digits; write "1"' },
  { "messages.send_sms", sms { content = " " }, "content must not be blank" },
  { "notifications.send_opportunity", event { description = "x" }, "description would be ignored without link" },
  { "notifications.send_opportunity", event { description = "x", link = "" },
    "description would be ignored without link" },
  { "notifications.send_opportunity", event { link = "https://example.com" },
    "link would be ignored without description" },
  -- leads
  { "leads.create", { firstName = "Ada", isPin = true }, "isPin would be ignored without content" },
  { "leads.create", { firstName = "Ada", assignedUserId = 5, assignGroupId = -1 },
    "assignGroupId would be ignored beside assignedUserId" },
  { "leads.create", { firstName = "Ada", ownershipScope = "TEAM", ownershipId = 5 },
    "ownershipId would be ignored: it is for ownershipScope OFFICE or PERSONAL" },
  { "leads.create", { firstName = "Ada", property = { city = "Bath", propertyType = "House" } },
    "property.propertyType must be one of Single Family Home, Multi-Family, Condo, Townhouse, Mobile Home, "
    .. 'Manufactured Home, Vacant Land or Commercial, got string "House"' },
  -- the calendar
  { "calendar.create", task { startAtMs = NOON }, "startAt and startAtMs: write one of them, not both" },
  { "calendar.create", task { type = "APPOINTMENT" },
    "taskWay would be ignored: it is for type TASK" },
  { "calendar.create", task { address = "1 Main St" }, "address would be ignored: it is for type APPOINTMENT" },
  { "calendar.update", { reminderType = "" }, "reminderType must not be blank" },
  { "calendar.update", { content = null }, "content must not be null" },
  -- logs
  { "manual_logs.create", text_log { callingOutcome = "Talked" },
    "callingOutcome would be ignored: it is for logType logCall" },
  { "manual_logs.create", text_log { toEmail = "a@example.com" },
    "toEmail would be ignored: it is for logType logEmail" },
  { "manual_logs.create", call_log { callingOutcome = "Answered" },
    "callingOutcome must be one of Talked, VoiceMessage, NoAnswer, BadNumber, DNCNumber or DNCContact, "
    .. 'got string "Answered"' },
  { "manual_logs.create", call_log { content = ("x"):rep(5001) },
    "content must be at most 5000 characters long, got 5001" },
  -- transactions
  { "transactions.list", { queryKey = ("x"):rep(16) }, "queryKey must be at most 15 characters long, got 16" },
  { "transactions.create", { transactionName = "x", leadName = "Ada" },
    "leadName cannot be written: Lofty ignores it" },
  { "transactions.update", {}, "needs at least one field" },
  { "transactions.sync_brokermint", { id = 5, acceptanceDate = "2026-03-01T12:00:00Z" },
    "acceptanceDate cannot be written: Lofty ignores it" },
  { "transactions.sync_brokermint", { id = 5 }, "needs at least one field beside id" },
  -- updates of nothing, null that changes nothing
  { "v1.tasks.update", { leadId = 5 }, "needs at least one of content, deadline, type, assignedRole and finishFlag" },
  { "v1.tasks.update", { finishFlag = false },
    "needs at least one of content, deadline, type, assignedRole and finishFlag" },
  { "v1.tasks.update", { content = null, type = "Call" }, "content must not be null" },
  { "v1.tasks.update", { finishFlag = true, content = "x" }, "content would be ignored beside finishFlag = true" },
  { "organization.update_office", { id = 5 }, "needs at least one field beside id" },
  { "organization.add_office", { id = 5, name = "x" }, "id cannot be written: Lofty ignores it" },
  { "organization.add_office", { name = "x", phone = "207 555 0111" },
    'phone "207 555 0111" is not bare digits; write "2075550111"' },
  { "organization.update_company", { phoneCountry = "USA" }, "phoneCountry must be at most 2 characters long, got 3" },
  { "sales_agent.update_settings", { id = 5 }, "needs at least one field beside id" },
  { "routing.update_rule", { id = 5 }, "needs at least one field beside id" },
  { "routing.update_default_rule", {}, "needs at least one field" },
  { "routing.update_default_rule", { strategyType = 2, touchMinutes = 90 },
    "touchMinutes must be a multiple of 60 above 60, got 90" },
  -- searches that say nothing of what to look for
  { "listings.list_for_agent", { agentListings = false },
    "needs at least one of agentListings, officeListings, listingId, soldListingId, mlsListingIds, buildingName "
    .. "and buildingAddress" },
  { "listings.list_for_agent", { agentListings = true, street = "" }, "street must not be blank" },
  { "team.add_custom_field", { attributeName = "Pets", attributeType = "dropdown" },
    "attributeType must be one of text, number, date, anniversary_date, single_select, multi_select, percentage "
    .. 'or currency, got string "dropdown"' },
  { "sales_agent.add_working_leads", { leadIds = {} }, "leadIds must not be empty" },
}

for _, case in ipairs(REFUSED) do
  local name, fields, expected = table.unpack(case)
  t.test(("%s is refused: %s"):format(name, expected), function()
    t.equal(problem(name, fields), name .. ": " .. expected)
  end)
end

local ACCEPTED = {
  { "leads.list_activities", { currentId = 0, offset = 10 } },
  { "leads.list_activities", { currentId = 9, limit = 1000 } },
  { "manual_logs.list", { leadId = 5, logType = "logCall", currentId = 9, order = "desc" } },
  { "system_logs.list", { leadId = 5, startTime = NOON, endTime = -1 } },
  { "system_logs.list", { leadId = 5, startTime = -1, endTime = NOON } },
  { "messages.list_by_agent", { startTime = NOON, endTime = NOON + 90 * DAY } },
  { "messages.send_sms", sms {} },
  { "messages.send_sms", sms { phoneNumber = "2075550111", phoneCode = "1" } },
  { "notifications.send_opportunity", event {} },
  { "notifications.send_opportunity", event { description = "x", link = "https://example.com" } },
  { "leads.create", { firstName = "Ada", assignGroupId = 511 } },
  { "leads.create", { firstName = "Ada", content = "x", isPin = true } },
  { "leads.create", { firstName = "Ada", ownershipScope = "OFFICE", ownershipId = 5 } },
  { "leads.update", { ownershipId = 5 } },
  -- documented for calls, and nowhere as ignored for the others
  { "manual_logs.create", text_log { leadPhoneNumber = "2075550111" } },
  { "v1.tasks.update", { finishFlag = true, leadId = 5 } },
  { "v1.tasks.update", { finishFlag = false, content = "x" } },
  -- nothing says that a field of an office cannot be emptied
  { "organization.update_office", { id = 5, email = null } },
  { "organization.update_office", { id = 5, allowManageSub = false } },
  { "organization.update_office", { id = 5, parentId = 0 } },
  { "sales_agent.update_settings", { id = 5, textChannel = false } },
  { "sales_agent.update_settings", { id = 5, activeDays = {} } },
  { "transactions.update", { closeDate = null } },
  -- a page's key may be empty, as it comes
  { "listings.list_for_agent", { agentListings = true, nextPageKey = "" } },
  { "calendar.list", { startTimeMs = NOON } },
}

for index, case in ipairs(ACCEPTED) do
  local name, fields = table.unpack(case)
  t.test(("%s is accepted (%d)"):format(name, index), function()
    t.equal(problem(name, fields), nil)
  end)
end

