-- Lead routing: rules, default rules, whom they may name, and the preview of what they choose.
local t = require "harness"
local json = require "native.json"
local box = require "sandbox_box"
local refusal = require "sandbox_refusal"

local BASE = "/v1.0/routing/"
local CALLER, MARCUS, INES, TOBIAS, PRIYA =
  844710023600001, 844710023600019, 844710023600037, 844710023600055, 844710023600073
local GORDON = 844710023600091 -- deactivated
local POND, NEXT_UP, BLAST, ASSIGNEE = 1, 2, 3, 4
local RULE, POND_RULE, LENDER_RULE, ASSISTANT_RULE = 880101, 880103, 880201, 880401

local function rule_of(b, kind, id, role)
  for _, rule in ipairs(b:ok("GET", BASE .. "rule/list/" .. kind, { roleId = role })) do
    if rule.id == id then
      return rule
    end
  end
end

t.test("roles are those of assistants", function()
  local roles = box.pluck(box.new("empty"):ok("GET", BASE .. "role/list"), "name")
  t.equal(#roles, 9)
  t.equal(roles[1], "Assistant")
end)

t.test("members are those that leads of the type can go to", function()
  local b = box.new "empty"
  local function ids(kind, role)
    return box.pluck(b:ok("GET", BASE .. "member/list/" .. kind, { roleId = role }), "id")
  end
  t.equal(ids(1), { CALLER, MARCUS, INES, 844710023600002 })
  t.equal(ids(2), { PRIYA })
  t.equal(ids(4, 2), { TOBIAS })
  b:ok("POST", "/v2.0/agents/" .. MARCUS .. "/deactivate")
  t.equal(#ids(1), 3)
end)

t.test("rules are listed by type and role", function()
  local b = box.new "empty"
  t.equal(#b:ok("GET", BASE .. "rule/list/1"), 4)
  t.equal(#b:ok("GET", BASE .. "rule/list/4", { roleId = 2 }), 1)
  t.equal(b:ok("GET", BASE .. "rule/list/4", { roleId = 4 }), json.array {})
  t.equal(rule_of(b, 1, POND_RULE).routingStrategy,
    { strategyType = POND, groupId = 20711, groupName = "Unclaimed Website Leads" })
end)

t.test("an update is kept, days sorted and each once, and leaves out what it does not name", function()
  local b = box.new "empty"
  local before = rule_of(b, 1, RULE)
  b:wait(5000)
  t.equal(b:ok("PUT", BASE .. "rule/1", nil,
    { id = RULE, activeHours = { activeDays = { 7, 1, 7, 3 }, hoursStart = 22, hoursEnd = 6 } }), "ok")
  local after = rule_of(b, 1, RULE)
  t.equal(after.activeHours, { activeDays = { 1, 3, 7 }, hoursStart = 22, hoursEnd = 6 })
  t.equal(after.routingStrategy, before.routingStrategy)
  t.equal(after.updateTime, box.START + 5000)
  b:ok("PUT", BASE .. "rule/1", nil, { id = RULE, routingStrategy = { strategyType = BLAST, touchMinutes = 120,
    memberWeights = { memberId = INES, weight = 3 } } })
  t.equal(rule_of(b, 1, RULE).routingStrategy, { strategyType = BLAST, touchMinutes = 120,
    memberWeights = { memberId = INES, firstName = "Ines", lastName = "Vidal", weight = 3 } })
  t.equal(rule_of(b, 1, RULE).activeHours, after.activeHours)
end)

t.test("a rule may change to a pond and back", function()
  local b = box.new "empty"
  b:ok("PUT", BASE .. "rule/1", nil, { id = RULE, routingStrategy = { strategyType = POND, groupId = 20714 } })
  t.equal(rule_of(b, 1, RULE).routingStrategy,
    { strategyType = POND, groupId = 20714, groupName = "Sleeping Buyers" })
  local back = { id = RULE, routingStrategy = { strategyType = NEXT_UP, touchMinutes = 5 } }
  t.equal(refusal.code(b, "routing.update_rule", "PUT", BASE .. "rule/1", nil, back), "INVAID_MEMBER_WEIGHT",
    "a pond has no members to keep")
  back.routingStrategy.memberWeights = { memberId = MARCUS, weight = 1 }
  b:ok("PUT", BASE .. "rule/1", nil, back)
end)

local function hours(days, from, to)
  return { activeHours = { activeDays = days, hoursStart = from, hoursEnd = to } }
end

local function strategy(kind, more)
  local given = { strategyType = kind }
  for name, value in pairs(more or {}) do
    given[name] = value
  end
  return { routingStrategy = given }
end

local function weights(id, weight)
  return strategy(NEXT_UP, { touchMinutes = 5, memberWeights = { memberId = id, weight = weight } })
end

-- Type, rule, the rest of the body, and the code.
for _, case in ipairs {
  { 1, 17, {}, "INVAID_ID" }, { 1, json.null, {}, "INVAID_ID" }, { 2, RULE, {}, "INVAID_ID" },
  { 3, RULE, {}, "BUSINESS_TYPE_ERROR" }, { 0, RULE, {}, "BUSINESS_TYPE_ERROR" },
  { 1, RULE, hours({ 0 }, 1, 2), "INVAID_ACTIVE_DAY" }, { 1, RULE, hours({ 8 }, 1, 2), "INVAID_ACTIVE_DAY" },
  { 1, RULE, hours(json.array {}, 1, 2), "INVAID_ACTIVE_DAY" }, { 1, RULE, hours(nil, 1, 2), "INVAID_ACTIVE_DAY" },
  { 1, RULE, hours({ 1 }, -1, 2), "INVAID_ACTIVE_HOURS" }, { 1, RULE, hours({ 1 }, 1, 24), "INVAID_ACTIVE_HOURS" },
  { 1, RULE, hours({ 1 }, nil, 2), "INVAID_ACTIVE_HOURS" },
  { 1, RULE, strategy(0), "STRATEGY_TYPE_ERROR" }, { 1, RULE, strategy(5), "STRATEGY_TYPE_ERROR" },
  { 1, RULE, strategy(nil, { touchMinutes = 5 }), "STRATEGY_TYPE_ERROR" },
  { 2, LENDER_RULE, strategy(POND, { groupId = 20711 }), "STRATEGY_TYPE_NOT_MATCH" },
  { 4, ASSISTANT_RULE, strategy(POND, { groupId = 20711 }), "STRATEGY_TYPE_NOT_MATCH" },
  { 4, ASSISTANT_RULE, strategy(NEXT_UP, { touchMinutes = 5 }), "STRATEGY_TYPE_NOT_MATCH" },
  { 4, ASSISTANT_RULE, strategy(BLAST, { touchMinutes = 5 }), "STRATEGY_TYPE_NOT_MATCH" },
  { 1, RULE, strategy(POND), "INVAID_GROUP_ID" }, { 1, RULE, strategy(POND, { groupId = 511 }), "INVAID_GROUP_ID" },
  { 1, RULE, strategy(POND, { groupId = 20735 }), "INVAID_GROUP_ID" },
  { 1, RULE, weights(17, 1), "INVAID_MEMBER_WEIGHT" }, { 1, RULE, weights(PRIYA, 1), "INVAID_MEMBER_WEIGHT" },
  { 1, RULE, weights(GORDON, 1), "INVAID_MEMBER_WEIGHT" }, { 1, RULE, weights(MARCUS, 0), "INVAID_MEMBER_WEIGHT" },
  { 1, RULE, weights(MARCUS, nil), "INVAID_MEMBER_WEIGHT" },
  { 1, RULE, strategy(NEXT_UP), "INVAID_TOUCHMINUTES" },
  { 1, RULE, strategy(NEXT_UP, { touchMinutes = 0 }), "INVAID_TOUCHMINUTES" },
  { 1, RULE, strategy(BLAST, { touchMinutes = 61 }), "INVAID_TOUCHMINUTES" },
  { 1, RULE, strategy(BLAST, { touchMinutes = 1500 }), "INVAID_TOUCHMINUTES" },
} do
  local body = { id = case[2] }
  for name, value in pairs(case[3]) do
    body[name] = value
  end
  t.test(("rule of type %d is refused with %s: %s"):format(case[1], case[4], json.encode(body)), function()
    local b = box.new "empty"
    local before = b:ok("GET", BASE .. "rule/list/1")
    t.equal({ refusal.code(b, "routing.update_rule", "PUT", BASE .. "rule/" .. case[1], nil, body) }, { case[4], 400 })
    t.equal(b:ok("GET", BASE .. "rule/list/1"), before)
  end)
end

t.test("minutes of 60 and of whole hours are fine", function()
  local b = box.new "empty"
  for _, minutes in ipairs { 1, 59, 60, 120, 1440 } do
    b:ok("PUT", BASE .. "rule/1", nil, { id = RULE, routingStrategy = { strategyType = NEXT_UP, touchMinutes = minutes } })
    t.equal(rule_of(b, 1, RULE).routingStrategy.touchMinutes, minutes)
  end
end)

local DEFAULT = BASE .. "rule/supplement/"

t.test("the default rule names an agent or a group, or only a strategy", function()
  local b = box.new "empty"
  t.equal(b:ok("GET", DEFAULT .. "1").assigneeAgentName, "Dana Whitlock")
  t.equal(b:ok("PUT", DEFAULT .. "1", nil, { strategyType = ASSIGNEE, assigneeAgentId = INES }), "ok")
  t.equal(b:ok("GET", DEFAULT .. "1").assigneeAgentId, INES)
  b:ok("PUT", DEFAULT .. "1", nil, { strategyType = ASSIGNEE, assigneeGroupId = 20714 })
  local rule = b:ok("GET", DEFAULT .. "1")
  t.equal({ rule.assigneeAgentId, rule.assigneeGroupName }, { 0, "Sleeping Buyers" })
  b:ok("PUT", DEFAULT .. "1", nil, { strategyType = BLAST, touchMinutes = 30 })
  rule = b:ok("GET", DEFAULT .. "1")
  t.equal({ rule.strategyType, rule.touchMinutes, rule.assigneeGroupId }, { BLAST, 30, 0 })
end)

t.test("each role has a default rule of its own", function()
  local b = box.new "empty"
  b:ok("PUT", DEFAULT .. "4", nil, { roleId = 4, strategyType = ASSIGNEE, assigneeAgentId = MARCUS })
  local rule = b:ok("GET", DEFAULT .. "4", { roleId = 4 })
  t.equal({ rule.roleId, rule.businessType, rule.assigneeAgentId }, { 4, 4, MARCUS })
  t.equal(b:ok("GET", DEFAULT .. "4", { roleId = 2 }).assigneeAgentId, TOBIAS)
end)

-- Type, body, and the code.
for _, case in ipairs {
  { 1, { strategyType = 9 }, "STRATEGY_TYPE_ERROR" }, { 1, {}, "STRATEGY_TYPE_ERROR" },
  { 1, { strategyType = POND, touchMinutes = 5 }, "STRATEGY_TYPE_NOT_MATCH" },
  { 4, { roleId = 2, strategyType = NEXT_UP, touchMinutes = 5 }, "STRATEGY_TYPE_NOT_MATCH" },
  { 4, { roleId = 2, strategyType = BLAST, touchMinutes = 5 }, "STRATEGY_TYPE_NOT_MATCH" },
  { 4, { strategyType = ASSIGNEE, assigneeAgentId = TOBIAS }, "INVAID_ROLE_ID" },
  { 4, { roleId = 1, strategyType = ASSIGNEE, assigneeAgentId = TOBIAS }, "INVAID_ROLE_ID" },
  { 1, { strategyType = ASSIGNEE }, "INVAID_ID" }, { 1, { strategyType = ASSIGNEE, assigneeAgentId = 17 }, "INVAID_ID" },
  { 1, { strategyType = ASSIGNEE, assigneeAgentId = INES, assigneeGroupId = 20714 }, "INVAID_ID" },
  { 1, { strategyType = ASSIGNEE, assigneeGroupId = 20735 }, "INVAID_ID" },
  { 2, { strategyType = ASSIGNEE, assigneeGroupId = 20714 }, "INVAID_ID" },
  { 2, { strategyType = NEXT_UP, touchMinutes = 90 }, "INVAID_TOUCHMINUTES" },
  { 1, { strategyType = NEXT_UP }, "INVAID_TOUCHMINUTES" },
} do
  t.test(("default rule of type %d is refused with %s: %s"):format(case[1], case[3], json.encode(case[2])), function()
    local b = box.new "empty"
    local before = b:ok("GET", DEFAULT .. "1")
    t.equal({ refusal.code(b, "routing.update_default_rule", "PUT", DEFAULT .. case[1], nil, case[2]) },
      { case[3], 400 })
    t.equal(b:ok("GET", DEFAULT .. "1"), before)
  end)
end

for name, path in pairs { list_rules = "rule/list/", list_members = "member/list/", get_default_rule = "rule/supplement/" } do
  t.test(name .. " wants a type, and a role for type 4", function()
    local b = box.new "empty"
    local operation = "routing." .. name
    for _, case in ipairs { { 3, nil, "BUSINESS_TYPE_ERROR" }, { 4, nil, "INVAID_ROLE_ID" }, { 4, 3, "INVAID_ROLE_ID" },
      { 4, 99, "INVAID_ROLE_ID" } } do
      t.equal({ refusal.code(b, operation, "GET", BASE .. path .. case[1], { roleId = case[2] }) }, { case[3], 400 })
    end
    t.equal(refusal.code(refusal.limited(b), operation, "GET", BASE .. path .. "1"), "PERMISSION_DENIED")
  end)
end

t.test("who manages nothing neither reads nor changes routing", function()
  local b = refusal.limited(box.new "empty")
  t.equal({ refusal.code(b, "routing.list_roles", "GET", BASE .. "role/list") }, { "PERMISSION_DENIED", 400 })
  t.equal(refusal.code(b, "routing.update_rule", "PUT", BASE .. "rule/1", nil, { id = RULE }), "PERMISSION_DENIED")
  t.equal(refusal.code(b, "routing.update_default_rule", "PUT", DEFAULT .. "1", nil, {}), "PERMISSION_DENIED")
end)

-- Whom the preview names, by role.
local function preview(b, body)
  local reply = b:ok("POST", "/v1.0/leads/assignee", nil, body)
  t.equal(#reply, 1)
  local by_role = {}
  for _, row in ipairs(reply[1].customRoleAssignees) do
    by_role[row.role] = row.assigneeId
  end
  return by_role, reply[1]
end

t.test("a preview follows rules and default rules", function()
  local b = box.new "empty"
  local lead = { firstName = "Bob", email = "bob@example.com", phone = "2075550144" }
  t.equal(preview(b, lead), { Agent = CALLER, Lender = PRIYA, Assistant = TOBIAS })
  b:ok("PUT", DEFAULT .. "1", nil, { strategyType = ASSIGNEE, assigneeAgentId = INES })
  t.equal(preview(b, lead).Agent, INES)
  lead.phone = nil
  t.equal(preview(b, lead).Agent, nil, "without a phone it goes to a pond")
end)

t.test("a preview of a known contact shows whom it has", function()
  local by_role, entry = preview(box.new "demo", { firstName = "Gwen", email = "Gwen.Pruitt@example.com" })
  t.equal(by_role, { Agent = MARCUS })
  t.equal(entry.leadId, 651095960137174)
end)

for _, case in ipairs {
  { '{"email":"a@example.com"}', "PARAM_FIRST_NAME_FILL" }, { '{"firstName":" ","email":"a"}', "PARAM_FIRST_NAME_FILL" },
  { '{"firstName":"A"}', "PARAM_EMAIL_MUST_FILL" }, { '{"firstName":"A","email":""}', "PARAM_EMAIL_MUST_FILL" },
} do
  t.test("a preview is refused with " .. case[2] .. ": " .. case[1], function()
    t.equal({ refusal.code(box.new "empty", "leads.preview_routing", "POST", "/v1.0/leads/assignee", nil, case[1]) },
      { case[2], 400 })
  end)
end

