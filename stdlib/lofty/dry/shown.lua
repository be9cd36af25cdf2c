--- What the reads show of what writes change. There are two sorts of it:
---
---   things   leads, notes, tasks and so on, whose planned changes are laid over what Lofty answers (lofty.dry.overlay)
---   areas    all else, such as the communication with a lead: once a write to an area is planned, what reads of it would
---            answer is not known any more
local M = {}

local function one(kind, id) return { kind = kind, id = id, one = true } end

--- `whole`: the list comes whole, for one lead where `lead` says so; what is new can be put into it.
local function all_of(kind, id) return { kind = kind, id = id, whole = true, lead = true } end

local function paged(kind, id) return { kind = kind, id = id } end

---@class lofty.dry.Shown
---@field kind string
---@field id string the member that has the id
---@field one boolean|nil it shows one thing, not a list
---@field whole boolean|nil
---@field lead boolean|nil
M.things = { ---@type table<string, lofty.dry.Shown> by operation
  ["calendar.list"] = paged("task", "taskId"),
  ["leads.get"] = one("lead", "leadId"),
  ["leads.list"] = paged("lead", "leadId"),
  ["manual_logs.get"] = one("manual_log", "id"),
  ["manual_logs.list"] = paged("manual_log", "id"),
  ["notes.get"] = one("note", "noteId"),
  ["notes.list"] = all_of("note", "noteId"),
  ["sales_agent.get_mute_status"] = one("muting"),
  ["tasks.get"] = one("task", "id"),
  ["tasks.list"] = all_of("task", "id"),
  ["tasks.mine"] = paged("task", "id"),
  ["transactions.get"] = one("transaction", "transactionId"),
  ["transactions.get_property_address"] = one("property_address"),
  ["transactions.list"] = paged("transaction", "transactionId"),
  ["transactions.list_for_lead"] = all_of("transaction", "transactionId"),
  ["v1.appointments.list"] = paged("task", "id"),
  ["v1.tasks.get"] = one("task", "id"),
  ["v1.tasks.list"] = all_of("task", "id"),
  ["webhooks.list"] = { kind = "webhook", id = "subscribeId", whole = true },
}

--- Parameters that say where in a list a page begins: one that has them goes on with a list that was begun before.
M.PLACES = { scrollId = true, offset = true, currentId = true, page = true, pageNum = true, pageNumber = true,
  currPage = true, curPage = true, cursor = true, nextPageKey = true, soldNextPageKey = true }

--- The members on which it depends whether a thing is in a list, by filter. One that is not here depends on any.
M.FILTERS = { ---@type table<string, table<string, string[]>> by kind
  lead = {
    allTags = { "tags" }, anyTags = { "tags" }, assignedUserId = { "assignedUserId" }, contacted = { "lastTouch" },
    desc = {}, email = { "emails" }, groupIds = { "assignedUserId" }, groups = { "segments" },
    key = { "firstName", "lastName", "emails", "phones" }, languages = { "language" }, limit = {}, phone = { "phones" },
    preciseSearchFlag = {}, querySubGroup = { "assignedUserId" }, roleAssigneeFilters = { "customRoleList" },
    segments = { "segments" }, sort = {}, source = { "source" }, stage = { "stage" },
  },
  manual_log = { leadId = {}, limit = {}, logType = {}, order = {}, sort = {} },
  task = {
    desc = {}, includeFinished = {}, leadId = {}, limit = {}, pageSize = {}, sort = { "startAt" },
    startTime = { "startAt", "endAt" }, startTimeMs = { "startAt", "endAt" }, endTime = { "startAt", "endAt" },
    endTimeMs = { "startAt", "endAt" }, timeZoneCode = {}, userId = {},
  },
  transaction = { leadId = {}, pageSize = {}, queryKey = { "transactionName" }, transactionType = { "transactionType" } },
}

--- What decides over a list also where no filter is given.
M.ALWAYS = { ["calendar.list"] = { "finishFlag" }, ["transactions.list"] = { "transactionType" } }

--- The members whose value must be the filter's: with another value the thing is not in the list.
M.EXACT = { stage = "stage", assignedUserId = "assignedUserId", source = "source", transactionType = "transactionType" }

--- Areas that a write changes. A lead's own where the write names a lead.
M.changes = { ---@type table<string, string[]> by operation
  ["agents.add_tags"] = { "members" }, ["agents.create"] = { "members" }, ["agents.deactivate"] = { "members" },
  ["agents.reactivate"] = { "members" },
  ["ai.create_lead_analysis"] = { "ai" }, ["ai.generate_call_summary"] = { "ai" }, ["ai.prepare_insight"] = { "ai" },
  ["leads.add_activity"] = { "site" },
  ["leads.sync_brokermint"] = { "brokermint leads" },
  ["manual_logs.create"] = { "communication" }, ["manual_logs.delete"] = { "communication" },
  ["messages.send_email"] = { "communication" }, ["messages.send_sms"] = { "communication" },
  ["organization.add_office"] = { "organization" }, ["organization.update_company"] = { "organization" },
  ["organization.update_office"] = { "organization" },
  ["routing.update_default_rule"] = { "routing" }, ["routing.update_rule"] = { "routing" },
  ["sales_agent.add_working_leads"] = { "working leads" }, ["sales_agent.create_plan_tasks"] = { "working leads" },
  ["sales_agent.update_settings"] = { "sales agent" },
  ["team.add_custom_field"] = { "custom fields" },
  ["transactions.sync_brokermint"] = { "brokermint transactions" },
}

--- Areas that a read shows.
M.areas = { ---@type table<string, string[]> by operation
  ["ai.get_call_summary"] = { "ai" }, ["ai.list_lead_analyses"] = { "ai" },
  ["calls.get"] = { "communication" }, ["calls.list"] = { "communication" },
  ["leads.get"] = { "brokermint leads" }, ["leads.list"] = { "brokermint leads" },
  ["leads.list_activities"] = { "communication" }, ["leads.list_site_activities"] = { "site" },
  ["leads.preview_routing"] = { "routing" },
  ["members.get"] = { "members" }, ["members.get_by_id"] = { "members" }, ["members.list"] = { "members" },
  ["messages.list_by_agent"] = { "communication" }, ["messages.list_calls"] = { "communication" },
  ["messages.list_calls_v2"] = { "communication" }, ["messages.list_emails"] = { "communication" },
  ["messages.list_texts"] = { "communication" }, ["messages.search_by_agent"] = { "communication" },
  ["notes.list"] = { "first note" }, ["organization.get"] = { "organization" },
  ["routing.get_default_rule"] = { "routing" }, ["routing.list_members"] = { "routing", "members" },
  ["routing.list_rules"] = { "routing" },
  ["sales_agent.check_working_lead"] = { "working leads" }, ["sales_agent.get"] = { "sales agent" },
  ["sales_agent.get_for_lead"] = { "sales agent" }, ["sales_agent.get_quota"] = { "working leads" },
  ["sales_agent.get_settings"] = { "sales agent" }, ["sales_agent.list_plan_tasks"] = { "working leads" },
  ["sales_agent.list_working_leads"] = { "working leads" },
  ["system_logs.list"] = { "anything" },
  ["team.list_custom_fields"] = { "custom fields" }, ["team.list_tags"] = { "tags" },
  ["transactions.get"] = { "brokermint transactions" }, ["transactions.list"] = { "brokermint transactions", "first transaction" },
  ["transactions.list_for_lead"] = { "brokermint transactions", "first transaction" },
}

--- What a planned create makes.
M.makes = { ---@type table<string, string> kind by operation
  ["calendar.create"] = "task", ["leads.create"] = "lead", ["manual_logs.create"] = "manual_log",
  ["notes.create"] = "note", ["tasks.create"] = "task", ["transactions.create"] = "transaction",
  ["v1.tasks.create"] = "task", ["webhooks.create"] = "webhook",
}

--- Members that have the id of a thing of that kind.
M.ids = { lead = { "leadId" }, note = { "noteId", "id" }, task = { "id", "taskId" }, manual_log = { "id" },
  transaction = { "transactionId" }, webhook = { "subscribeId" } }

--- The lead that a call is about; nil where it names none.
---@param row table
---@param values any[]
---@param fields table
---@return integer|nil
function M.lead_of(row, values, fields)
  for place, parameter in ipairs(row.params or {}) do
    if parameter.name == "leadId" then return values[place] end
  end
  local lead = type(fields) == "table" and fields.leadId
  return math.type(lead) == "integer" and lead or nil
end

return M
