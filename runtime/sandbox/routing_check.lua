--- What Lofty checks in a routing rule before it changes one. Each mistake has a code of its own.

local json = require "native.json"
local wire = require "sandbox.wire"
local params = require "sandbox.params"
local roster = require "sandbox.roster"
local offices = require "sandbox.offices"
local ponds = require "sandbox.ponds"
local rules = require "sandbox.routing_rules"

local M = {}

local LONGEST_TOUCH = 1440 -- minutes of a day; beyond an hour only whole hours

--- Permission and business type of any routing request that names a type.
---@param request table
---@return integer kind
function M.kind(request)
  wire.demand(not request.limited, "PERMISSION_DENIED")
  local kind = params.parse_integer(request.path_params.type)
  return wire.demand(rules.is_type(kind) and kind, "BUSINESS_TYPE_ERROR")
end

--- The role of an assistants' rule; other types have none, whatever is said.
---@param kind integer
---@param role_id integer|nil
---@return integer|nil
function M.role(kind, role_id)
  if kind ~= rules.ASSISTANT then
    return nil
  end
  for _, role in ipairs(rules.roles()) do
    if role.id == role_id then
      return role_id
    end
  end
  return wire.refuse("INVAID_ROLE_ID")
end

--- Whether a member is one whom leads of this type can be routed to.
---@param store table
---@param kind integer
---@param role_id integer|nil
---@param member table
---@return boolean
function M.is_assignable(store, kind, role_id, member)
  if roster.status(store, member) ~= "ACTIVE" then
    return false
  elseif kind == rules.LENDER then
    return member.lender or false
  elseif kind == rules.ASSISTANT and role_id == 2 then
    return member.assistant or false
  end
  return not member.lender and not member.assistant
end

-- The member with this id, if leads of the type can be routed to them.
local function assignable(store, kind, role_id, id)
  local member = roster.find(store, id)
  return member and M.is_assignable(store, kind, role_id, member) and member or nil
end

local function is_in(value, low, high)
  return value ~= nil and value >= low and value <= high
end

--- The active hours a body gives, or nil; days come back sorted and each once.
---@param body table
---@return table|nil hours { days, from, to }
function M.active_hours(body)
  local given = params.field_object(body, "activeHours")
  if not given then
    return nil
  end
  local has = {}
  local list = params.field_array(given, "activeDays", function(value)
    local day = math.tointeger(value)
    has[wire.demand(is_in(day, 1, 7) and day, "INVAID_ACTIVE_DAY")] = true
    return day
  end)
  wire.demand(list and #list > 0, "INVAID_ACTIVE_DAY")
  local days = json.array({})
  for day = 1, 7 do
    days[#days + 1] = has[day] and day or nil
  end
  local from, to = params.field_integer(given, "hoursStart"), params.field_integer(given, "hoursEnd")
  wire.demand(is_in(from, 0, 23) and is_in(to, 0, 23), "INVAID_ACTIVE_HOURS")
  return { days = days, from = from, to = to }
end

-- Strategies that give an agent so many minutes to react.
local function is_timed(strategy)
  return strategy == rules.NEXT_UP or strategy == rules.BLAST_ALERT
end

local function read_strategy(given, kind)
  local strategy = params.field_integer(given, "strategyType")
  wire.demand(is_in(strategy, rules.LEAD_POND, rules.DEFAULT_ASSIGNEE), "STRATEGY_TYPE_ERROR")
  wire.demand(strategy ~= rules.LEAD_POND or kind == rules.AGENT, "STRATEGY_TYPE_NOT_MATCH")
  wire.demand(not is_timed(strategy) or kind ~= rules.ASSISTANT, "STRATEGY_TYPE_NOT_MATCH")
  return strategy
end

local function read_touch(given, strategy)
  local touch = params.field_integer(given, "touchMinutes")
  if not is_timed(strategy) then
    return nil
  end
  wire.demand(is_in(touch, 1, LONGEST_TOUCH) and (touch <= 60 or touch % 60 == 0), "INVAID_TOUCHMINUTES")
  return touch
end

local function read_weight(store, given, rule)
  local weights = params.field_object(given, "memberWeights")
  if not weights then
    return rule.member, wire.demand(rule.weight, "INVAID_MEMBER_WEIGHT")
  end
  local id, weight = params.field_integer(weights, "memberId"), params.field_integer(weights, "weight")
  local member = assignable(store, rule.type, rule.role, id)
  wire.demand(member and weight and weight > 0, "INVAID_MEMBER_WEIGHT")
  return member.user_id, weight
end

--- The strategy a body gives for a rule, or nil. Members' weights that are left out stay; a pond has none.
---@param store table
---@param rule table
---@param body table
---@return table|nil strategy { strategy, touch, pond, member, weight }
function M.strategy(store, rule, body)
  local given = params.field_object(body, "routingStrategy")
  if not given then
    return nil
  end
  local result = { strategy = read_strategy(given, rule.type) }
  result.touch = read_touch(given, result.strategy)
  if result.strategy == rules.LEAD_POND then
    local pond = ponds.find(params.field_integer(given, "groupId"))
    result.pond = wire.demand(pond, "INVAID_GROUP_ID").id
  else
    result.member, result.weight = read_weight(store, given, rule)
  end
  return result
end

-- Whom a default rule names: an agent, or for agents' leads a pond or an office instead, but not both.
local function read_assignee(store, body, kind, role_id)
  local agent_id = params.field_integer(body, "assigneeAgentId")
  local group_id = kind == rules.AGENT and params.field_integer(body, "assigneeGroupId") or nil
  wire.demand((agent_id == nil) ~= (group_id == nil), "INVAID_ID")
  if group_id then
    return nil, wire.demand((ponds.find(group_id) or offices.find(store, group_id)) and group_id, "INVAID_ID")
  end
  return wire.demand(assignable(store, kind, role_id, agent_id), "INVAID_ID").user_id, nil
end

--- The whole of a default rule as a body gives it. A pond is no strategy of a default rule, which names one as its
--- assignee instead.
---@param store table
---@param body table
---@param kind integer
---@param role_id integer|nil
---@return table default { strategy, touch, agent, group }
function M.default(store, body, kind, role_id)
  local result = { strategy = read_strategy(body, kind) }
  wire.demand(result.strategy ~= rules.LEAD_POND, "STRATEGY_TYPE_NOT_MATCH")
  result.touch = read_touch(body, result.strategy)
  if result.strategy == rules.DEFAULT_ASSIGNEE then
    result.agent, result.group = read_assignee(store, body, kind, role_id)
  end
  return result
end

return M
