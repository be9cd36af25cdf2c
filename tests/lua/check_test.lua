local t = require "harness"
local check = require "lofty.check"
local json = require "native.json"
local operations = require "lofty.operations"

local null = json.null

--- The message for a query or body, or nil when it is fine; and what would be sent.
local function problem(name, fields)
  local row = assert(operations.find(name), name)
  if row.body then return check.body(row, fields) end
  return check.query(row, fields)
end

local function task(fields)
  local body = { type = "Call", content = "Ring back", leadId = 651095960136641, assignedRole = "Agent",
    endAt = "2026-03-01T15:00:00-08:00" }
  for name, value in pairs(fields) do body[name] = value end
  return body
end

local function lead(fields)
  local body = { firstName = "Ada" }
  for name, value in pairs(fields) do body[name] = value end
  return body
end

--- { operation, fields, the exact message without the operation's name }
local REFUSED = {
  -- names
  { "leads.list", { pageSize = 5 }, 'unknown parameter "pageSize"; did you mean "limit"?' },
  { "leads.list", { page_size = 5 }, 'unknown parameter "page_size"; did you mean "limit"?' },
  { "leads.list", { per_page = 5 }, 'unknown parameter "per_page"; did you mean "limit"?' },
  { "leads.list", { page = 2 }, 'unknown parameter "page"; did you mean "offset" or "scrollId"?' },
  { "leads.list", { keyword = "x" }, 'unknown parameter "keyword"; did you mean "key"?' },
  { "leads.list", { assigneeId = 1 }, 'unknown parameter "assigneeId"; did you mean "assignedUserId"?' },
  { "leads.list", { tagId = 1 }, 'unknown parameter "tagId"; did you mean "allTags" or "anyTags"?' },
  { "leads.list", { stageId = 1 }, 'unknown parameter "stageId"; did you mean "stage"?' },
  { "leads.list", { sortField = "x" }, 'unknown parameter "sortField"; did you mean "sort"?' },
  { "leads.list", { contcted = true }, 'unknown parameter "contcted"; did you mean "contacted"?' },
  -- of several the first by name, whatever order the table has
  { "leads.list", { limit = "a", desc = "b", contacted = "c", sort = 4, key = 5 },
    'contacted must be true or false, got string "c"' },
  { "leads.list", { xylophone = 1 }, 'unknown parameter "xylophone"' },
  { "leads.list", { "New Lead" }, "unknown parameter [1]: every value needs a name" },
  { "team.list_pipelines", { limit = 5 }, 'unknown parameter "limit"; did you mean "pageSize"?' },
  { "tasks.mine", { page = 2 }, 'unknown parameter "page"; did you mean "currentId"?' },
  { "tasks.create", task { deadline = 1 }, 'unknown field "deadline"; did you mean "endAt"?' },
  { "webhooks.create", { url = "https://example.com" }, 'unknown field "url"; did you mean "callbackUrl"?' },
  { "webhooks.create", { event = 2 }, 'unknown field "event"; did you mean "listId"?' },
  { "webhooks.create", { zzz = 2 }, 'unknown field "zzz"; it takes callbackUrl, limit, listId, permissionMode' },
  { "leads.create", lead { email = "a@example.com" }, 'unknown field "email"; did you mean "emails"?' },
  { "leads.create", lead { inquiry = { locations = { { stateCod = "CA" } } } },
    'unknown field "stateCod" in inquiry.locations[1]; did you mean "stateCode"?' },

  -- types
  { "leads.create", lead { emails = { "a@example.com", 5 } }, "emails[2] must be a string, got integer 5" },
  { "leads.create", lead { emails = "a@example.com" }, 'emails must be an array, got string "a@example.com"' },
  { "leads.create", lead { emails = { [2] = "a@example.com" } }, "emails is an array with a hole at [1]" },
  { "leads.create", lead { emails = { first = "a" } }, "emails must be an array, got a table with named fields" },
  { "leads.create", lead { emails = { null } }, "emails[1] must be a string, got null" },
  { "leads.update", { tags = { 5 } }, "tags[1] must be a string, got integer 5" },
  { "leads.update", { tagsAdd = { "hot", 7 } }, "tagsAdd[2] must be a string, got integer 7" },
  { "leads.list", { limit = "100" }, 'limit must be an integer, got string "100"; write it without quotes' },
  { "leads.list", { limit = 1.5 }, "limit must be an integer, got float 1.5" },
  { "leads.list", { contacted = "false" }, 'contacted must be true or false, got string "false"' },
  { "leads.list", { contacted = 0 }, "contacted must be true or false, got integer 0" },
  { "leads.list", { stage = null }, "stage must not be null" },
  { "leads.create", lead { property = { city = "Austin", lotSize = 0 / 0 } },
    "property.lotSize must be a finite number, got " .. 0 / 0 },
  { "leads.create", lead { property = "Austin" }, 'property must be a table of fields, got string "Austin"' },
  { "leads.create", lead { source = "\xff" }, "source is not valid UTF-8" },
  { "leads.list", 5, "expected a table of parameters, got integer 5" },
  { "tasks.list", { leadId = { leadId = 5 } }, "leadId must be an integer, got a table; pass its leadId" },

  { "leads.update", { { stage = "Hot" } }, "one pair of braces too many" },
  { "leads.create", lead { property = { { city = "Austin" } } }, "property has one pair of braces too many" },
  { "leads.list", { stage = { "New Lead", "Hot" } }, "stage must be a string, got an array; it takes one text" },
  { "leads.list", { stage = { name = "Hot" } }, "stage must be a string, got a table" },
  { "leads.update", { tags = { { tagId = 1, tagName = "hot" } } },
    "tags[1] must be a string, got a table; write the names: tag.tagName" },

  -- ranges, enumerations, lengths, formats
  { "leads.list", { limit = 500 }, "limit must be between 1 and 100, got 500" },
  { "leads.list", { limit = 0 }, "limit must be between 1 and 100, got 0" },
  { "leads.list", { offset = -1 }, "offset must be at least 0, got -1" },
  { "leads.list", { email = "" }, "email must not be blank" },
  { "leads.list", { stage = " " }, "stage must not be blank" },
  { "leads.create", lead { emails = { "a@example.com", "" } }, "emails[2] must not be blank" },
  { "leads.create", lead { phones = { " " } }, "phones[1] must not be blank" },
  { "leads.list", { phone = "+1 (207) 555-0111" },
    'phone "+1 (207) 555-0111" is not bare digits; write "2075550111"' },
  { "leads.list", { phone = "555-0111" }, 'phone "555-0111" is not bare digits; write "5550111"' },
  { "leads.list", { phone = "home" }, 'phone "home" is not bare digits; write "2075550111"' },
  { "leads.add_activity", { type = "Browse", text = "", link = "", picture = "", created = 1747272300 },
    "created 1747272300 is too small; it looks like seconds, this is milliseconds since 1970" },
  { "leads.add_activity", { type = "Browse", text = "", link = "", picture = "" }, "created is required" },
  { "leads.create", lead { leadTransaction = { transactionName = "x", closeDate = 1747272300 } },
    "leadTransaction.closeDate 1747272300 is too small; it looks like seconds, this is milliseconds since 1970" },
  { "tasks.mine", { timeZoneCode = "PST" },
    'timeZoneCode "PST" is not the name of a time zone; write "America/Los_Angeles"' },
  { "tasks.mine", { timeZoneCode = "America/" },
    'timeZoneCode "America/" is not the name of a time zone; write "America/Los_Angeles"' },
  { "tasks.update", { startAt = "2026-03-01T15:00:00-08:00", endAt = "2026-03-01T22:59:00Z" },
    'startAt "2026-03-01T15:00:00-08:00" is after endAt "2026-03-01T22:59:00Z"' },
  { "tasks.create", task { startAt = "2026-03-01T15:00:01-08:00" },
    'startAt "2026-03-01T15:00:01-08:00" is after endAt "2026-03-01T15:00:00-08:00"' },
  { "leads.list", { scrollId = "x", stage = "Hot" },
    "scrollId goes on with the search it came from and must be the only parameter; stage would be ignored" },
  { "tasks.mine", { limit = 101 }, "limit must be between 1 and 100, got 101" },
  { "tasks.create", task { type = "call" },
    'type must be one of Call, Email, Text, Other or Appointment, got string "call"; did you mean "Call"?' },
  { "tasks.create", task { assignedRole = "Agnt" },
    'assignedRole must be one of Agent or Assistant, got string "Agnt"; did you mean "Agent"?' },
  { "leads.create", lead { leadTypes = { 2, 3 } },
    "leadTypes[2] must be one of -1, 1, 2, 5, 6, 7, 8 or 9, got integer 3" },
  { "leads.create", lead { preQual = "yes" },
    'preQual must be one of Yes or No, got string "yes"; did you mean "Yes"?' },
  { "leads.create", lead { firstName = ("é"):rep(31) }, "firstName must be at most 30 characters long, got 31" },
  { "leads.create", lead { tags = { ("x"):rep(65) } }, "tags[1] must be at most 64 characters long, got 65" },
  { "leads.create", lead { segments = { ("x"):rep(31) } }, "segments[1] must be at most 30 characters long, got 31" },
  { "leads.create", lead { phones = { ("5"):rep(21) } }, "phones[1] must be at most 20 characters long, got 21" },
  { "notes.create", { leadId = 5, content = ("x"):rep(2001) },
    "content must be at most 2000 characters long, got 2001" },
  { "leads.create", lead { leadFamilyMemberList = { {}, {} } }, "leadFamilyMemberList[1].firstName is required" },
  { "leads.create", lead { birthday = "2001-06-05" },
    'birthday "2001-06-05" is not a birthday as Lofty writes it; write "Jun 5, 2001"' },
  { "leads.create", lead { leadTransaction = { transactionName = "<b>" } },
    'leadTransaction.transactionName "<b>" must not contain "<" or ">"' },
  { "tasks.create", task { endAt = "2026-03-01T15:00:00" },
    'endAt "2026-03-01T15:00:00" has no UTC offset; write "2026-03-01T15:00:00-08:00"' },
  { "tasks.create", task { endAt = "2026-03-01T15:00:00GMT" },
    'endAt "2026-03-01T15:00:00GMT" ends in GMT, which Lofty writes but does not read; '
    .. 'write "2026-03-01T15:00:00+00:00"' },
  { "tasks.create", task { endAt = "2026-03-01" },
    'endAt "2026-03-01" is not an ISO 8601 time; write "2026-03-01T15:00:00-08:00"' },
  { "tasks.create", task { endAt = "2026-02-29T15:00:00Z" }, 'endAt "2026-02-29T15:00:00Z" is not a time that exists' },
  { "tasks.create", task { timeZoneCode = "Pacific Time" },
    'timeZoneCode "Pacific Time" is not the name of a time zone; write "America/Los_Angeles"' },
  { "webhooks.create", { listId = 13, callbackUrl = "https://example.com/x" },
    "listId must be one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 or 12, got integer 13" },
  { "webhooks.create", { listId = 2, callbackUrl = "http://example.com/x" },
    'callbackUrl "http://example.com/x" must begin with https://; Lofty delivers to nothing else' },
  { "webhooks.create", { listId = 2, callbackUrl = "https://example.com/x", limit = 5001 },
    "limit must be between 1 and 5000, got 5001" },

  -- what must be there, and what must not
  { "leads.create", {}, "firstName is required" },
  { "leads.create", { firstName = null }, "firstName must not be null" },
  { "tasks.create", { type = "Call" }, "assignedRole, content, endAt and leadId are required" },
  { "leads.delete", {}, "reason is required" },
  { "notes.update", { content = "x" }, "isPin is required" },
  { "notes.create", { leadId = 5, content = "x", isPin = null }, "isPin must not be null" },
  { "leads.update", {}, "needs at least one field" },
  { "leads.update", { tags = {} },
    "tags must not be empty; to take all tags off the lead, write clearAllTags = true" },
  { "tasks.update", {}, "needs at least one of content, startAt, endAt and address" },
  { "tasks.update", { timeZoneCode = "UTC" }, "needs at least one of content, startAt, endAt and address" },
  { "leads.create", lead { property = { price = 5, city = " " } },
    "property needs at least one of city, state, zipCode and streetAddress" },
  { "leads.create", lead { ownershipScope = "OFFICE" },
    'ownershipId is required when ownershipScope is "OFFICE"' },
  { "leads.create", lead { leadRouting = true },
    "leadRouting cannot be written: a lead without assignedUserId is routed anyway" },
  { "leads.assign", { role = "Agent", assignee = "a@example.com" },
    "the body must be an array, got a table with named fields; put another pair of braces around it" },
  { "leads.assign", {}, "the body must not be empty" },
  { "leads.assign", { { role = "Agent" } }, "[1].assignee is required; lofty.null empties the role" },
  { "leads.assign", { { role = "Agent", assignee = "" } }, "[1].assignee must not be blank" },
  { "leads.update", { tags = null },
    "tags must not be null; to take all tags off the lead, write clearAllTags = true" },
  { "leads.update", { tagsAdd = {} }, "needs at least one field that changes something" },
  { "leads.update", { tagsAdd = {}, tagsRemove = null, clearAllTags = false },
    "needs at least one field that changes something" },
  { "leads.update", { clearAllTags = true, tags = { "a" } }, "tags would be ignored beside clearAllTags = true" },
  { "leads.update", { clearAllTags = true, tagsAdd = { "a" } }, "tagsAdd would be ignored beside clearAllTags = true" },
  { "leads.update", { clearAllTags = true, tagsRemove = { "a" } },
    "tagsRemove would be ignored beside clearAllTags = true" },
  { "leads.create", lead { tags = {} }, "tags must not be empty; leave it out to give no tags" },
  { "leads.create", lead { tags = null }, "tags must not be null; leave it out to give no tags" },
  { "leads.assign", { { assignee = "a@example.com" } }, "[1].role is required" },
}

for _, case in ipairs(REFUSED) do
  local name, fields, expected = table.unpack(case)
  t.test(("%s is refused: %s"):format(name, expected), function()
    local message, clean = problem(name, fields)
    t.equal(message, name .. ": " .. expected)
    t.equal(clean, nil)
  end)
end

local ACCEPTED = {
  { "leads.list", {} },
  { "leads.list", { stage = "New Lead", contacted = false, limit = 100, sort = "Inquries", desc = true } },
  { "leads.list", { scrollId = "abc" } },
  { "leads.create", lead { emails = {}, lastName = null, leadTypes = { -1, 9 }, birthday = "Feb 29, 2000" } },
  { "leads.create", lead { lastName = ("é"):rep(30), ownershipScope = "TEAM" } },
  { "leads.create", lead { inquiry = { priceMin = 1, propertyType = { "Condo" }, locations = { { city = "Austin" } } } } },
  { "leads.update", { clearAllTags = true } },
  { "leads.assign", { { role = "Agent", assignee = "a@example.com" }, { role = "Lender", assignee = null } } },
  { "leads.update", { tagsAdd = {}, stage = "Hot" } },
  { "leads.update", { clearAllTags = false, tags = { "hot" } } },
  { "leads.update", { emails = {} } },
  { "leads.list", { phone = "2075550111" } },
  { "leads.list", { phone = "555" } },
  { "tasks.mine", { timeZoneCode = "UTC" } },
  { "tasks.mine", { timeZoneCode = "America/Argentina/Buenos_Aires" } },
  { "tasks.mine", { timeZoneCode = "Etc/GMT+5" } },
  { "tasks.update", { startAt = "2026-03-01T15:00:00-08:00", endAt = "2026-03-01T23:00:00Z" } },
  { "leads.add_activity", { type = "Browse", text = "", link = "", picture = "", created = 1747272300000 } },
  { "tasks.create", task { startAt = "2024-02-29T15:00Z", endAt = "2026-03-01T15:00:00.250+05:30" } },
  { "tasks.update", { address = "1 Main St" } },
  { "notes.update", { content = "x", isPin = false } },
  { "webhooks.create", { listId = 12, callbackUrl = "https://example.com:8443/a?b=c", permissionMode = 1 } },
  { "team.list_pipelines", { currPage = 0, pageSize = 500 } },
  { "members.list", { groupIds = { 1, 2 } } },
}

for index, case in ipairs(ACCEPTED) do
  local name, fields = table.unpack(case)
  t.test(("%s is accepted (%d)"):format(name, index), function()
    local message, clean = problem(name, fields)
    t.equal(message, nil)
    t.equal(type(clean), "table")
  end)
end

t.test("floats without a fraction become integers, in a copy", function()
  local query = { limit = 50.0, assignedUserId = 2.0 ^ 53 - 1 }
  local message, clean = problem("leads.list", query)
  t.equal(message, nil)
  t.equal(clean, { limit = 50, assignedUserId = 9007199254740991 })
  t.equal(query, { limit = 50.0, assignedUserId = 2.0 ^ 53 - 1 })
end)

t.test("a float that may stand for another id is refused", function()
  for _, id in ipairs { 9007199254740993 / 1, 2.0 ^ 53, -2.0 ^ 53, 2.0 ^ 62 } do
    local message = problem("leads.list", { assignedUserId = id })
    assert(message and message:find("may have lost digits", 1, true), message)
  end
  t.equal(problem("leads.list", { assignedUserId = 9007199254740993 }), nil)
end)

t.test("empty arrays stay arrays", function()
  local _, clean = problem("leads.create", { firstName = "Ada", emails = {} })
  t.equal(json.encode(clean.emails), "[]")
end)

t.test("some defaults are sent rather than left to Lofty", function()
  local _, note = problem("notes.create", { leadId = 5, content = "x" })
  t.equal(note.isPin, false)
  local _, pinned = problem("notes.create", { leadId = 5, content = "x", isPin = true })
  t.equal(pinned.isPin, true)
  local _, list = problem("notes.list", { leadId = 5 })
  t.equal(list.limit, 100)
  local _, leads = problem("leads.list", {})
  t.equal(leads, {})
end)

t.test("path parameters", function()
  local get, finish = operations.find("leads.get"), operations.find("tasks.finish")
  local cases = {
    { get, {}, "leads.get: leadId is required" },
    { get, { 0 }, "leads.get: leadId must be at least 1, got 0" },
    { get, { "5" }, 'leads.get: leadId must be an integer, got string "5"; write it without quotes' },
    { get, { { leadId = 5 } }, "leads.get: leadId must be an integer, got a table; pass its leadId" },
    { finish, { { id = 5 } }, "tasks.finish: taskId must be an integer, got a table; pass its id" },
    { finish, { true }, "tasks.finish: taskId must be an integer, got boolean true" },
  }
  for _, case in ipairs(cases) do t.equal(check.params(case[1], case[2]), case[3]) end
  local update, remove = operations.find("leads.update"), operations.find("webhooks.delete")
  for _, first in ipairs { { leadId = 5, stage = "Hot" }, { stage = "Hot" }, {} } do
    t.equal(check.params(update, { first }, {}), "leads.update: leadId comes first: leads.update(leadId, { ... })")
  end
  t.equal(check.params(update, { { leadId = 5 } }, { stage = "Hot" }),
    "leads.update: leadId must be an integer, got a table; pass its leadId")
  t.equal(check.params(get, { { leadId = 5, withTrash = true } }),
    "leads.get: leadId comes first: leads.get(leadId, { ... })")
  t.equal(check.params(remove, { { subscribeId = 5 } }),
    "webhooks.delete: subscribeId must be an integer, got a table; pass its subscribeId")
  local message, clean = check.params(get, { 651095960136641.0 })
  t.equal(message, nil)
  t.equal(clean, { 651095960136641 })
end)

