-- Every code that the operations on leads, notes, tasks, the team and its settings are documented to answer can be
-- provoked by its documented cause, and a client can tell it from the others.
local t = require "harness"
local operations = require "lofty.operations"
local box = require "sandbox_box"
local refusal = require "sandbox_refusal"

local RESOURCES = { "agents", "leads", "listings", "members", "notes", "organization", "routing", "tasks", "team",
  "vendors", "webhooks" }

local NORA, FOREIGN, TRASHED = 651095960136641, 651095960142540, 651095960136963
local LEAD, ROUTING, AGENTS = "/v1.0/leads/", "/v1.0/routing/", "/v2.0/agents/"
local INES = 844710023600037

-- The demo account, one of its leads in the trash.
local function demo()
  local b = box.new "demo"
  b:ok("DELETE", LEAD .. TRASHED, { reason = "test" })
  return b
end

local function limited(b)
  refusal.limited(b)
end

local function revoked(b)
  b.headers = { authorization = "token revoked", ["content-type"] = "application/json" }
end

local function subscribe(b)
  b:ok("POST", "/v1.0/webhook", nil, { listId = 1, callbackUrl = "https://hooks.example.com/x" })
end

local function fill_seats(b)
  b:ok("POST", AGENTS .. "48244/reactivate")
end

-- Id of a task of the demo seed by its content.
local function task_id(content)
  local b = box.new "demo"
  for id, task in pairs(b.box.store.tasks) do
    if task.content == content then
      return id
    end
  end
  error("no task " .. content)
end

local function note_id(lead_id)
  local list = box.new("demo"):ok("GET", "/v1.0/notes", { leadId = lead_id }).notes
  return list[1].noteId
end

local TASK, SMART, OF_FOREIGN, OF_TRASHED = "/v2.0/tasks/" .. task_id "Welcome call",
  "/v2.0/tasks/" .. task_id "Day 1: introduction", "/v2.0/tasks/" .. task_id "Private follow-up",
  "/v2.0/tasks/" .. task_id "Day 3: market snapshot"
local NOTE = "/v1.0/notes/" .. note_id(651095960138541)
local NEW_TASK = { type = "Call", content = "c", assignedRole = "Agent", endAt = "2027-01-01T10:00:00Z",
  leadId = FOREIGN }
local EMPTY_ADDRESS = { firstName = "A", property = { city = " " } }
local VISIT = { type = "Browse", text = "t", link = "l", picture = "p", created = 1 }

local function rule(more)
  local body = { id = 880101 }
  for name, value in pairs(more) do
    body[name] = value
  end
  return body
end

local function strategy(kind, more)
  local given = more or {}
  given.strategyType = kind
  return rule { routingStrategy = given }
end

-- Operation, code, method, path, query, body, what happens before.
local CASES = {
  { "agents.deactivate", "INVALID_PARAMETER", "POST", AGENTS .. "17/deactivate" },
  { "agents.deactivate", 990105, "POST", AGENTS .. "48244/deactivate" },
  { "agents.deactivate", 990106, "POST", AGENTS .. "48102/deactivate" },
  { "agents.deactivate", 990107, "POST", AGENTS .. "48213/deactivate" },
  { "agents.deactivate", 990113, "POST", AGENTS .. "48260/deactivate" },
  { "agents.deactivate", 1900012, "POST", AGENTS .. "48216/deactivate", before = limited },
  { "agents.reactivate", "INVALID_PARAMETER", "POST", AGENTS .. "17/reactivate" },
  { "agents.reactivate", 990112, "POST", AGENTS .. "48216/reactivate" },
  { "agents.reactivate", "SEAT_INSUFFICIENT", "POST", AGENTS .. "48251/reactivate", before = fill_seats },
  { "agents.reactivate", 1900012, "POST", AGENTS .. "48244/reactivate", before = limited },

  { "leads.add_activity", "LEAD_NOT_EXIST", "POST", LEAD .. FOREIGN .. "/activity", nil, VISIT },
  { "leads.add_inquiry", "LEAD_NOT_EXIST", "POST", LEAD .. FOREIGN .. "/inquiry", nil, "{}" },
  { "leads.assign", "LEAD_NOT_EXIST", "POST", LEAD .. "1/assignment", nil, '[{"role":"Agent","assignee":""}]' },
  { "leads.create", "INVALID_PARAMETER", "POST", "/v1.0/leads", nil, "{}" },
  { "leads.create", "PROPERTY_ADDRESS_EMPTY", "POST", "/v1.0/leads", nil, EMPTY_ADDRESS },
  { "leads.delete", "INVALID_PARAMETER", "DELETE", LEAD .. NORA },
  { "leads.delete", "LEAD_NOT_EXIST", "DELETE", LEAD .. TRASHED, { reason = "twice" } },
  { "leads.get", "LEAD_NOT_EXIST", "GET", LEAD .. TRASHED },
  { "leads.list", "LIMIT_NOT_VALID", "GET", "/v1.0/leads", { limit = 101 } },
  { "leads.list_activities", "LEAD_NOT_EXIST", "GET", "/v2.0/leads/1/activities" },
  { "leads.list_site_activities", "LEAD_NOT_EXIST", "GET", LEAD .. "1/activities" },
  { "leads.list_site_activities", "BAD_CREDENTIALS", "GET", LEAD .. NORA .. "/activities", before = revoked },
  { "leads.preview_routing", "PARAM_FIRST_NAME_FILL", "POST", LEAD .. "assignee", nil, { email = "a@example.com" } },
  { "leads.preview_routing", "PARAM_EMAIL_MUST_FILL", "POST", LEAD .. "assignee", nil, { firstName = "A" } },
  { "leads.update", "INVALID_PARAMETER", "PUT", LEAD .. NORA, nil, { leadTypes = { 3 } } },
  { "leads.update", "PROPERTY_ADDRESS_EMPTY", "PUT", LEAD .. NORA, nil, EMPTY_ADDRESS },
  { "leads.update", "LEAD_NOT_EXIST", "PUT", LEAD .. FOREIGN, nil, "{}" },
  { "leads.update", "LEAD_PROPERTY_NOT_EXIST", "PUT", LEAD .. NORA, nil, { property = { id = 5, city = "Bath" } } },
  { "leads.update_property", "PROPERTY_ADDRESS_EMPTY", "POST", LEAD .. NORA .. "/property", nil, "{}" },
  { "leads.update_property", "LEAD_NOT_EXIST", "POST", LEAD .. TRASHED .. "/property", nil, { city = "Bath" } },
  { "leads.update_property", "LEAD_PROPERTY_NOT_EXIST", "POST", LEAD .. NORA .. "/property", nil,
    { id = 5, city = "Bath" } },

  { "listings.list_for_agent", "LISTING_LIMIT_NOT_VALID", "GET", "/v1.0/listing", { agentListings = true, limit = 0 } },
  { "listings.list_for_agent", "USER_NOT_EXIST", "GET", "/v1.0/listing", { agentListings = true, userId = 17 } },
  { "listings.list_for_agent", "NO_ACCESS_WEBSITE", "GET", "/v1.0/listing", { agentListings = true, userId = 48216 },
    before = limited },
  { "listings.list_for_agent", "ALERT_CONDITION_FEGIN_FAIL", "GET", "/v1.0/listing",
    { agentListings = true, userId = 48244, showCondition = true } },

  { "members.get", "USER_NOT_EXIST", "GET", "/v1.0/members/nobody@example.com" },
  { "members.get_by_id", "USER_NOT_EXIST", "GET", "/v1.0/users/17" },
  { "members.list", "LIMIT_PARAM_OVERSIZE", "GET", "/v1.0/members", { limit = 100000 } },
  { "members.list", "USER_NOT_EXIST", "GET", "/v1.0/members", { groupIds = 17 } },

  { "notes.create", "INVALID_PARAMETER", "POST", "/v1.0/notes", nil, { leadId = NORA, content = "" } },
  { "notes.create", "LEAD_NOT_EXIST", "POST", "/v1.0/notes", nil, { leadId = 1, content = "c", isPin = true } },
  { "notes.delete", "RESOURCE_NOT_EXIST", "DELETE", "/v1.0/notes/17" },
  { "notes.delete", "LEAD_NOT_EXIST", "DELETE", NOTE, before = function(b)
    b:ok("DELETE", LEAD .. 651095960138541, { reason = "test" })
  end },
  { "notes.get", "RESOURCE_NOT_EXIST", "GET", "/v1.0/notes/17" },
  { "notes.list", "LEAD_NOT_EXIST", "GET", "/v1.0/notes", { leadId = TRASHED } },
  { "notes.update", "INVALID_PARAMETER", "PUT", NOTE, nil, '{"isPin":true}' },
  { "notes.update", "INVALID_UPDATE_OPERATION_LEADID", "PUT", NOTE, nil, { leadId = 5, content = "c", isPin = true } },
  { "notes.update", "RESOURCE_NOT_EXIST", "PUT", "/v1.0/notes/17", nil, { leadId = 5, content = "c", isPin = true } },
  { "notes.update", "LEAD_NOT_EXIST", "PUT", NOTE, nil, { content = "c", isPin = true }, before = function(b)
    b:ok("DELETE", LEAD .. 651095960138541, { reason = "test" })
  end },

  { "organization.list_permission_profiles", "VENDOR_HAS_NO_PERMISSION", "GET", "/v1.0/org/permission/profiles",
    before = limited },

  { "routing.get_default_rule", "PERMISSION_DENIED", "GET", ROUTING .. "rule/supplement/1", before = limited },
  { "routing.get_default_rule", "BUSINESS_TYPE_ERROR", "GET", ROUTING .. "rule/supplement/3" },
  { "routing.get_default_rule", "INVAID_ROLE_ID", "GET", ROUTING .. "rule/supplement/4" },
  { "routing.list_members", "PERMISSION_DENIED", "GET", ROUTING .. "member/list/1", before = limited },
  { "routing.list_members", "BUSINESS_TYPE_ERROR", "GET", ROUTING .. "member/list/3" },
  { "routing.list_members", "INVAID_ROLE_ID", "GET", ROUTING .. "member/list/4" },
  { "routing.list_roles", "PERMISSION_DENIED", "GET", ROUTING .. "role/list", before = limited },
  { "routing.list_rules", "PERMISSION_DENIED", "GET", ROUTING .. "rule/list/1", before = limited },
  { "routing.list_rules", "BUSINESS_TYPE_ERROR", "GET", ROUTING .. "rule/list/3" },
  { "routing.list_rules", "INVAID_ROLE_ID", "GET", ROUTING .. "rule/list/4" },
  { "routing.update_default_rule", "PERMISSION_DENIED", "PUT", ROUTING .. "rule/supplement/1", nil, "{}",
    before = limited },
  { "routing.update_default_rule", "STRATEGY_TYPE_ERROR", "PUT", ROUTING .. "rule/supplement/1", nil, "{}" },
  { "routing.update_default_rule", "STRATEGY_TYPE_NOT_MATCH", "PUT", ROUTING .. "rule/supplement/4", nil,
    { roleId = 2, strategyType = 2, touchMinutes = 5 } },
  { "routing.update_default_rule", "INVAID_ID", "PUT", ROUTING .. "rule/supplement/1", nil, { strategyType = 4 } },
  { "routing.update_default_rule", "INVAID_ROLE_ID", "PUT", ROUTING .. "rule/supplement/4", nil,
    { strategyType = 4, assigneeAgentId = INES } },
  { "routing.update_default_rule", "INVAID_TOUCHMINUTES", "PUT", ROUTING .. "rule/supplement/1", nil,
    { strategyType = 2, touchMinutes = 61 } },
  { "routing.update_rule", "PERMISSION_DENIED", "PUT", ROUTING .. "rule/1", nil, rule {}, before = limited },
  { "routing.update_rule", "INVAID_ID", "PUT", ROUTING .. "rule/1", nil, rule { id = 17 } },
  { "routing.update_rule", "BUSINESS_TYPE_ERROR", "PUT", ROUTING .. "rule/3", nil, rule {} },
  { "routing.update_rule", "STRATEGY_TYPE_ERROR", "PUT", ROUTING .. "rule/1", nil, strategy(99) },
  { "routing.update_rule", "STRATEGY_TYPE_NOT_MATCH", "PUT", ROUTING .. "rule/2", nil,
    { id = 880201, routingStrategy = { strategyType = 1, groupId = 20711 } } },
  { "routing.update_rule", "INVAID_ACTIVE_DAY", "PUT", ROUTING .. "rule/1", nil,
    rule { activeHours = { activeDays = { 8 }, hoursStart = 1, hoursEnd = 2 } } },
  { "routing.update_rule", "INVAID_ACTIVE_HOURS", "PUT", ROUTING .. "rule/1", nil,
    rule { activeHours = { activeDays = { 1 }, hoursStart = 1, hoursEnd = 24 } } },
  { "routing.update_rule", "INVAID_MEMBER_WEIGHT", "PUT", ROUTING .. "rule/1", nil,
    strategy(2, { touchMinutes = 5, memberWeights = { memberId = 17, weight = 1 } }) },
  { "routing.update_rule", "INVAID_GROUP_ID", "PUT", ROUTING .. "rule/1", nil, strategy(1, { groupId = 17 }) },
  { "routing.update_rule", "INVAID_TOUCHMINUTES", "PUT", ROUTING .. "rule/1", nil, strategy(2, { touchMinutes = 0 }) },

  { "tasks.create", "INVALID_PARAMETER", "POST", "/v2.0/tasks", nil, { type = "Call" } },
  { "tasks.create", "PERMISSION_DENIED", "POST", "/v2.0/tasks", nil, NEW_TASK },
  { "tasks.delete", "TASK_NOT_EXIST", "DELETE", "/v2.0/tasks/17" },
  { "tasks.finish", "TASK_IS_SMARTPLAN", "POST", SMART .. "/finish" },
  { "tasks.finish", "TASK_NOT_EXIST", "POST", "/v2.0/tasks/17/finish" },
  { "tasks.finish", "LEAD_NOT_EXIST", "POST", OF_FOREIGN .. "/finish" },
  { "tasks.get", "PERMISSION_DENIED", "GET", OF_FOREIGN },
  { "tasks.get", "TASK_NOT_EXIST", "GET", "/v2.0/tasks/17" },
  { "tasks.list", "PERMISSION_DENIED", "GET", "/v2.0/tasks", { leadId = FOREIGN } },
  { "tasks.list", "LEAD_NOT_EXIST", "GET", "/v2.0/tasks", { leadId = TRASHED } },
  { "tasks.mine", "INVALID_PARAMETER", "GET", "/v2.0/tasks/my-tasks", { currentId = -1 } },
  { "tasks.mine", "LIMIT_NOT_VALID", "GET", "/v2.0/tasks/my-tasks", { limit = 101 } },
  { "tasks.unfinish", "TASK_NOT_EXIST", "POST", "/v2.0/tasks/17/unfinish" },
  { "tasks.update", "INVALID_PARAMETER", "PUT", TASK, nil, { content = " " } },
  { "tasks.update", "MISSING_PARAMETER", "PUT", TASK, nil, "{}" },
  { "tasks.update", "TASK_NOT_EXIST", "PUT", "/v2.0/tasks/17", nil, { content = "c" } },
  { "tasks.update", "LEAD_NOT_EXIST", "PUT", OF_TRASHED, nil, { content = "c" } },

  { "team.add_custom_field", "ATTRIBUTE_NAME_EMPTY", "POST", "/v1.0/teamFeatures/custom-field", nil,
    { attributeType = "text" } },
  { "team.add_custom_field", "ATTRIBUTE_TYPE_EMPTY", "POST", "/v1.0/teamFeatures/custom-field", nil,
    { attributeName = "Boat" } },
  { "team.get_pond", "PERMISSION_DENIED", "GET", "/v1.0/team-features/lead-pond/17" },
  { "vendors.list", "PERMISSION_DENIED", "GET", "/v1.0/vendor/list", before = limited },

  { "webhooks.create", "WEBHOOK_TYPE_ERROR", "POST", "/v1.0/webhook", nil,
    { listId = 13, callbackUrl = "https://a.example.com" } },
  { "webhooks.create", "WEBHOOK_CALLBACK_URL_INVALID", "POST", "/v1.0/webhook", nil,
    { listId = 1, url = "https://a.example.com" } },
  { "webhooks.create", "WEBHOOK_EXCEED_LIMIT", "POST", "/v1.0/webhook", nil,
    { listId = 1, callbackUrl = "https://a.example.com" }, before = subscribe },
  { "webhooks.delete", "WEBHOOK_DELETE_NOT_EXIST", "DELETE", "/v1.0/webhook/17" },
  { "webhooks.delete", "WEBHOOK_DELETE_NO_AUTHORITY", "DELETE", "/v1.0/webhook/1510900000000571" },
}

local provoked = {}

for _, case in ipairs(CASES) do
  local operation, code = case[1], case[2]
  provoked[operation .. " " .. code] = true
  t.test(operation .. " answers " .. code, function()
    local b = demo()
    if case.before then
      case.before(b)
    end
    t.equal(refusal.code(b, operation, case[3], case[4], case[5], case[6]), code)
  end)
end

t.test("no documented code of these operations is left out", function()
  local is_ours = {}
  for _, resource in ipairs(RESOURCES) do
    is_ours[resource] = true
  end
  for _, name in ipairs(operations.names()) do
    if is_ours[name:match("^(.*)%.[^.]+$")] then
      for _, code in ipairs(operations.find(name).codes or {}) do
        t.ok(provoked[name .. " " .. code], name .. " " .. code)
      end
    end
  end
end)

