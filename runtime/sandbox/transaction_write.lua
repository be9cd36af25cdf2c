--- Creating and updating transactions. `read` checks a whole body before anything changes.

local json = require "native.json"
local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local params = require "sandbox.params"
local account = require "sandbox.account"
local view = require "sandbox.transaction_view"
local pipelines = require "sandbox.transaction_pipelines"

local M = {}

local PARTIES = { TEAM = true, AGENT = true, VENDOR_PARTNER = true, LEAD = true, OTHER = true, BROKERAGE = true,
  UPLINE = true }
local CALCULATIONS = { PERCENT = true, AMOUNT = true }

local function number(body, name)
  local value = params.given(body, name)
  if type(value) == "string" then
    value = tonumber(value)
    wire.demand(value, "INVALID_PARAMETER")
  end
  wire.demand(value == nil or type(value) == "number", "INVALID_PARAMETER")
  return value
end

local function read_name(body)
  local name = params.field_text(body, "transactionName")
  wire.demand(not name or not codec.is_blank(name), "TRANSACTION_NAME_BLANK")
  wire.demand(not name or not name:find("[<>]"), "TRANSACTION_NAME_HTML")
  return name
end

-- A value of one custom field. Fields the team does not have are dropped; nobody documents what becomes of them.
local function custom_field(item)
  wire.demand(type(item) == "table" and not json.is_array(item), "INVALID_PARAMETER")
  local id = params.field_integer(item, "id")
  return pipelines.has_field(id) and { id = id, value = params.field_text(item, "value") or "" } or nil
end

-- The rules for commissions are announced but not written anywhere; these are the ones nobody can do without. Their
-- message says what is wrong, unlike that of other invalid parameters.
local function commission(item)
  wire.demand(type(item) == "table" and not json.is_array(item), "INVALID_PARAMETER")
  local share = { id = params.field_integer(item, "id"), value = params.field_integer(item, "value") }
  for _, name in ipairs { "splitPayType", "payType", "calculateType", "splitPayToName", "payToName", "desc" } do
    share[name] = params.field_text(item, name)
  end
  for _, name in ipairs { "splitPayTo", "payTo" } do
    share[name] = params.field_integer(item, name)
  end
  for _, name in ipairs { "splitPayType", "payType" } do
    if share[name] and not PARTIES[share[name]] then
      wire.refuse("INVALID_PARAMETER", name .. " is not supported")
    end
  end
  if share.calculateType and not CALCULATIONS[share.calculateType] then
    wire.refuse("INVALID_PARAMETER", "calculateType is not supported")
  end
  local value = share.value or 0
  if value < 0 or (share.calculateType == "PERCENT" and value > 100) then
    wire.refuse("INVALID_PARAMETER", "commission value is out of range")
  end
  return share
end

local function read_commissions(body)
  local given = params.field_object(body, "commissions")
  if not given then
    return nil
  end
  local commissions = {}
  for _, name in ipairs { "preSplit", "split", "postSplit" } do
    commissions[name] = params.field_array(given, name, commission) or json.array({})
  end
  return commissions
end

--- Everything a body asks for, checked. Members that only replies have are ignored, null ones count as absent.
---@param body table
---@param is_new boolean a name is needed
---@return table fields `type` and `status` as given, not yet looked up
function M.read(body, is_new)
  local fields = { name = read_name(body) }
  wire.demand(fields.name or not is_new, "TRANSACTION_NAME_BLANK")
  fields.type = params.field_text(body, "transactionType")
  fields.status = params.field_text(body, "transactionStatus")
  for _, name in ipairs(view.NUMBERS) do
    fields[name] = number(body, name)
  end
  for _, name in ipairs(view.DATES) do
    fields[name] = params.field_integer(body, name)
  end
  fields.customFields = params.field_array(body, "customFields", custom_field)
  fields.commissions = read_commissions(body)
  return fields
end

-- An unknown type is the team's first one, without a word.
local function pipeline_of(name)
  return pipelines.find(name) or pipelines.pipelines[1]
end

--- Keeps a new transaction. An unknown status becomes the pipeline's first, without a word.
---@param store table
---@param lead table
---@param fields table from `read`
---@return table transaction
function M.add(store, lead, fields)
  local pipeline, now = pipeline_of(fields.type), store.now()
  fields.id, fields.leadId, fields.type = store:next_id("transaction"), lead.leadId, pipeline.type
  fields.status = (pipelines.stage(pipeline, fields.status) or pipeline.stages[1]).name
  local is_assigned = (lead.assignedUserId or 0) ~= 0
  fields.agentId = is_assigned and lead.assignedUserId or account.caller.user_id
  fields.created, fields.updated = now, now
  store.transactions[fields.id] = fields
  store:happen(5, "created", { transactionId = fields.id, leadId = fields.leadId })
  return fields
end

--- Changes what was supplied. An unknown status is refused here. A deal that changes its type keeps the status if the
--- new pipeline has one of that name, else starts over.
---@param store table
---@param transaction table
---@param fields table from `read`
function M.update(store, transaction, fields)
  local pipeline = pipeline_of(fields.type or transaction.type)
  local stage = pipelines.stage(pipeline, fields.status or transaction.status)
  wire.demand(stage or not fields.status, "TRANSACTION_STATUS_INVALID")
  for name, value in pairs(fields) do
    transaction[name] = value
  end
  transaction.type, transaction.status = pipeline.type, (stage or pipeline.stages[1]).name
  transaction.updated = store.now()
  store:happen(5, "updated", { transactionId = transaction.id, leadId = transaction.leadId })
end

return M
