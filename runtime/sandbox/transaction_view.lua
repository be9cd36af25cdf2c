--- Transactions as replies show them. Numbers and dates that are not set are left out.

local json = require "native.json"
local account = require "sandbox.account"
local pipelines = require "sandbox.transaction_pipelines"

local M = {}

-- What a body may set and every reply shows.
M.NUMBERS = { "homePrice", "commissionRate", "gci", "teamRevenue", "agentRevenue" }
M.DATES = { "expectedCloseDate", "closeDate", "appointmentDate", "agreementSignedDate", "offerDate", "contractDate",
  "appraisalDate", "homeInspectionDate", "escrowDate", "expiration" }

--- The name of the lead a transaction belongs to.
---@param store table
---@param transaction table
---@return string
function M.lead_name(store, transaction)
  local lead = store.leads:find(transaction.leadId)
  return lead.firstName .. (lead.lastName and " " .. lead.lastName or "")
end

-- What both versions show.
local function common(store, transaction)
  local reply = {
    created = transaction.created, updated = transaction.updated, transactionId = transaction.id,
    transactionName = transaction.name, leadName = M.lead_name(store, transaction),
    assignedAgent = transaction.agentId, transactionType = transaction.type,
    transactionStatus = transaction.status, customFields = transaction.customFields or json.array({}),
  }
  for _, name in ipairs(M.NUMBERS) do
    reply[name] = transaction[name]
  end
  for _, name in ipairs(M.DATES) do
    reply[name] = transaction[name]
  end
  return reply
end

--- A transaction of one lead (LeadTransaction).
---@param store table
---@param transaction table
---@return table
function M.full(store, transaction)
  local reply = common(store, transaction)
  reply.commissions = transaction.commissions
  return reply
end

--- A transaction in a search (TransactionV2Item).
---@param store table
---@param transaction table
---@return table
function M.item(store, transaction)
  local reply = common(store, transaction)
  reply.leadId, reply.propertyId = transaction.leadId, transaction.propertyId
  reply.agentName = account.user_name(transaction.agentId)
  return reply
end

--- The team's pipelines (TransactionPipelinesV2Response).
---@return table
function M.pipelines()
  local list = json.array({})
  for i, pipeline in ipairs(pipelines.pipelines) do
    local stages = json.array({})
    for k, stage in ipairs(pipeline.stages) do
      stages[k] = { id = stage.id, name = stage.name, default = k == 1 }
    end
    list[i] = { transactionType = pipeline.type, stages = stages }
  end
  return { pipelines = list }
end

return M
