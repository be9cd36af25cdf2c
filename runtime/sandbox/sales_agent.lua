--- The AI sales agents: the caller's, the one of a lead's agent, what they cost, and the number they text from. The
--- caller with a limited credential (auth.lua) never set one up.

local wire = require "sandbox.wire"
local params = require "sandbox.params"
local account = require "sandbox.account"
local settings = require "sandbox.sales_agent_settings"
local working_leads = require "sandbox.working_leads"
local notifications = require "sandbox.notifications"
local log = require "sandbox.notification_log"

local M = {}

local SINCE = "2025-11-07T15:04:00Z" -- when they were set up

-- Sales agents of other members, by the long user id. Everybody else has none.
local OTHERS = {
  [account.members[2].user_id] = { id = 48216, assistantName = "Theo", virtualNumber = "+12075550194" },
}

local function reply(member, agent)
  return {
    id = agent.id, userId = member.user_id, agentName = account.user_name(member.user_id),
    agentHeadUrl = string.format("https://img.example.com/agent/%d.jpg", member.id),
    assistantName = agent.assistantName, virtualNumber = agent.virtualNumber,
    assistantHeadUrl = agent.headUrl or string.format("https://img.example.com/assistant/%d.jpg", agent.id),
    virtualNumberCountry = "US", followUpRole = "buyer_agent", agentExperience = agent.agentExperience or "",
    email = string.format("assistant-%d@example.com", agent.id), status = "ACTIVE", createdAt = SINCE,
    updatedAt = SINCE, hasQuotaSeat = true, borrowLevel = "SELF", borrowId = agent.id,
  }
end

local function agent_of(store, user_id)
  return user_id == account.caller.user_id and settings.of(store) or OTHERS[user_id]
end

--- GET /v2.0/sales-agents/current
function M.get(store, request)
  local caller = account.caller
  if request.limited then
    return { userId = caller.user_id, agentName = account.user_name(caller.user_id), status = "INACTIVE",
      hasQuotaSeat = false }
  end
  return reply(caller, settings.of(store))
end

--- GET /v2.0/sales-agents/by-lead: the one of the agent the lead is assigned to.
function M.get_for_lead(store, request)
  local lead = working_leads.demand_lead(store, params.integer(request.query, "leadId"))
  local agent = agent_of(store, lead.assignedUserId)
  wire.demand(agent, "RESOURCE_NOT_EXIST")
  return reply(account.member(lead.assignedUserId), agent)
end

--- GET /v2.0/sales-agents/quota
function M.quota(store, request)
  local total = request.limited and 0 or working_leads.QUOTA
  local used = math.min(working_leads.count(store), total)
  return {
    totalQuota = total, usedQuota = used, remainingQuota = total - used, hasQuotaAvailable = used < total,
    usagePercentage = total > 0 and used * 100 / total or 0, isBorrowed = false, borrowLevel = "SELF",
    borrowedFrom = settings.of(store).id,
  }
end

--- POST /v2.0/sales-agent/ai-number/send-sms-to-agent: refused without a number to send from.
function M.send_sms(store, request)
  local content = notifications.demand_text(request.body, "content")
  local number = not request.limited and settings.of(store).virtualNumber or ""
  wire.demand(number ~= "", "INVALID_PARAMETER")
  log.add(store, { channel = "sms", userId = account.caller.user_id, to = account.caller.phone, from = number,
    content = content })
  return { message = "SMS sent" }
end

return M
