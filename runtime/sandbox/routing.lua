--- The operations on lead routing: rules tried in order, one default rule for each type, and whom they may name.

local json = require "native.json"
local wire = require "sandbox.wire"
local params = require "sandbox.params"
local roster = require "sandbox.roster"
local offices = require "sandbox.offices"
local ponds = require "sandbox.ponds"
local rules = require "sandbox.routing_rules"
local check = require "sandbox.routing_check"

local M = {}

-- How a rule's condition is compared; the numbers are not published.
local NO_MATCH_TYPE, MATCH_ONE = 0, 1

local function full_name(member)
  return member and member.first .. " " .. member.last or ""
end

local function strategy_reply(store, rule)
  local reply = { strategyType = rule.strategy, touchMinutes = rule.touch }
  if rule.pond then
    reply.groupId, reply.groupName = rule.pond, ponds.find(rule.pond).name
  elseif rule.member then
    local member = roster.find(store, rule.member)
    reply.memberWeights = {
      memberId = rule.member, firstName = member.first, lastName = member.last, weight = rule.weight,
    }
  end
  return reply
end

local function match_type(condition)
  return condition and MATCH_ONE or NO_MATCH_TYPE
end

local function rule_reply(store, rule)
  local place = rule.location or {}
  return {
    id = rule.id, name = rule.name,
    locationRule = {
      locationMatchType = match_type(rule.location), state = place.state or "", city = place.city or "",
      county = "", zipcode = "", streetAddress = "",
    },
    sourceName = rule.source or "", sourceMatchType = match_type(rule.source),
    tagNames = json.array(rule.tags or {}), tagMatchType = match_type(rule.tags),
    groupNames = json.array(rule.segments or {}), groupMatchType = match_type(rule.segments),
    phone = rule.phone or "", priceMin = rule.priceMin or -1, priceMax = rule.priceMax or -1,
    leadType = rule.leadType or "", leadTypeFilters = "[]",
    activeHours = { activeDays = json.array(rule.days), hoursStart = rule.from, hoursEnd = rule.to },
    routingStrategy = strategy_reply(store, rule), ruleSwitch = rule.on, updateTime = rule.updated,
  }
end

local function group_name(store, id)
  local group = ponds.find(id) or offices.find(store, id)
  return group and group.name or ""
end

-- Type and role of a read.
local function target(request)
  local kind = check.kind(request)
  return kind, check.role(kind, params.integer(request.query, "roleId", -1))
end

--- GET /v1.0/routing/role/list
function M.list_roles(_, request)
  wire.demand(not request.limited, "PERMISSION_DENIED")
  return json.array(rules.roles())
end

--- GET /v1.0/routing/member/list/{type}
function M.list_members(store, request)
  local kind, role_id = target(request)
  local members = json.array({})
  for _, member in ipairs(roster.list(store)) do
    if check.is_assignable(store, kind, role_id, member) then
      members[#members + 1] = { id = member.user_id, name = full_name(member), type = kind }
    end
  end
  return members
end

--- GET /v1.0/routing/rule/list/{type}
function M.list_rules(store, request)
  local kind, role_id = target(request)
  local list = json.array({})
  for i, rule in ipairs(rules.list(store, kind, role_id)) do
    list[i] = rule_reply(store, rule)
  end
  return list
end

--- GET /v1.0/routing/rule/supplement/{type}
function M.get_default_rule(store, request)
  local kind, role_id = target(request)
  local rule = rules.default(store, kind, role_id)
  return {
    roleId = role_id or -1, businessType = kind, strategyType = rule.strategy, touchMinutes = rule.touch,
    assigneeAgentId = rule.agent or 0, assigneeAgentName = full_name(roster.find(store, rule.agent)),
    assigneeGroupId = rule.group or 0, assigneeGroupName = group_name(store, rule.group), updateTime = rule.updated,
  }
end

--- PUT /v1.0/routing/rule/{type}: the rule named by `id`. A block that is left out stays as it is.
function M.update_rule(store, request)
  local kind = check.kind(request)
  local body = request.body
  local rule = wire.demand(rules.find(store, kind, params.field_integer(body, "id")), "INVAID_ID")
  local hours, strategy = check.active_hours(body), check.strategy(store, rule, body)
  if hours then
    rule.days, rule.from, rule.to = hours.days, hours.from, hours.to
  end
  if strategy then
    rule.strategy, rule.touch, rule.pond = strategy.strategy, strategy.touch, strategy.pond
    rule.member, rule.weight = strategy.member, strategy.weight
  end
  rule.updated = store.now()
  return "ok"
end

--- PUT /v1.0/routing/rule/supplement/{type}: replaces the default rule.
function M.update_default_rule(store, request)
  local kind = check.kind(request)
  local role_id = check.role(kind, params.field_integer(request.body, "roleId"))
  local given = check.default(store, request.body, kind, role_id)
  local rule = rules.default(store, kind, role_id)
  rule.strategy, rule.touch, rule.agent, rule.group = given.strategy, given.touch, given.agent, given.group
  rule.updated = store.now()
  return "ok"
end

return M
