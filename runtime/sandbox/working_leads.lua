--- The leads the AI sales agent works on. A lead gets in and cannot be taken out; it can be muted, and stays so.

local json = require "native.json"
local wire = require "sandbox.wire"
local times = require "sandbox.times"
local params = require "sandbox.params"
local access = require "sandbox.access"
local plan_tasks = require "sandbox.plan_tasks"

local M = {}

--- Working leads an agent may have at a time.
M.QUOTA = 25
local MAX_BATCH, MAX_LIMIT = 100, 100
local STAGES = { HIGH_PRIORITY = true, AI_PROSPECTING = true, AI_MONITORING = true }

local function pool_of(store)
  return store:part("working_leads", function()
    return {} -- leadId -> { leadId, stage, created, updated }
  end)
end

--- The caller's lead of a sales agent's operation: 403 is documented for one the caller has no access to, nothing for
--- one that is not there.
---@param store table
---@param id integer|nil
---@return table lead
function M.demand_lead(store, id)
  wire.demand(id and id > 0, "INVALID_PARAMETER")
  return access.demand_lead(store, id, "LEAD_FORBIDDEN")
end

--- Puts a lead into the pool.
---@param store table
---@param lead_id integer
---@param stage? string AI_PROSPECTING when absent
---@param created? integer epoch ms, now when absent
---@param updated? integer epoch ms
function M.add(store, lead_id, stage, created, updated)
  created = created or store.now()
  pool_of(store)[lead_id] = {
    leadId = lead_id, stage = stage or "AI_PROSPECTING", created = created, updated = updated or created,
  }
end

local function collect(store, stage)
  local found = {}
  for _, entry in pairs(pool_of(store)) do
    if (not stage or entry.stage == stage) and access.may_see(store, entry.leadId) then
      found[#found + 1] = entry
    end
  end
  return found
end

--- How many there are; leads that are in the trash by now count no more.
---@param store table
---@return integer
function M.count(store)
  return #collect(store)
end

local function reply(store, entry)
  local lead = store.leads:find(entry.leadId)
  return {
    leadId = lead.leadId, firstName = lead.firstName, lastName = lead.lastName or "", email = lead.emails[1] or "",
    phone = lead.phones[1] or "", createdAt = times.iso(entry.created),
  }
end

-- Latest first unless asked otherwise; unknown fields sort by update.
local function sort(entries, query)
  local field = params.text(query, "sort") == "CreateTime" and "created" or "updated"
  local descending = params.boolean(query, "desc", true)
  table.sort(entries, function(a, b)
    if not descending then
      a, b = b, a
    end
    return a[field] > b[field] or (a[field] == b[field] and a.leadId > b.leadId)
  end)
end

--- GET /v2.0/working-leads
function M.list(store, request)
  local query = request.query
  local limit, offset = params.integer(query, "limit", 20), params.integer(query, "offset", 0)
  local stage = params.text(query, "aiStage")
  wire.demand(limit >= 1 and limit <= MAX_LIMIT and offset >= 0, "INVALID_PARAMETER")
  wire.demand(not stage or STAGES[stage], "INVALID_PARAMETER")
  local entries = collect(store, stage)
  sort(entries, query)
  local leads = json.array({})
  local first = math.min(offset, #entries) -- the number asked for may be anything
  for i = first + 1, math.min(first + limit, #entries) do
    leads[#leads + 1] = reply(store, entries[i])
  end
  return { workingLeads = leads, metadata = { total = #entries, count = #leads, offset = offset, limit = limit } }
end

--- GET /v2.0/sales-agents/working-lead/{leadId}: an empty object for a lead that is none. The description speaks of
--- true and false, its schema of the lead.
function M.check(store, request)
  local lead = M.demand_lead(store, params.parse_integer(request.path_params.leadId))
  local entry = pool_of(store)[lead.leadId]
  return entry and reply(store, entry) or {}
end

-- The leads of a batch, each once, divided by whether `try` took them.
local function divide(body, try)
  local ids = params.field_array(body, "leadIds", function(id)
    return params.field_integer({ id = id }, "id")
  end)
  wire.demand(ids and #ids >= 1 and #ids <= MAX_BATCH, "INVALID_PARAMETER")
  local succeeded, failed, seen = json.array({}), json.array({}), {}
  for _, id in ipairs(ids) do
    local list = not seen[id] and (try(id) and succeeded or failed) or {}
    list[#list + 1] = id
    seen[id] = true
  end
  return succeeded, failed
end

--- POST /v2.0/working-leads/add: what cannot be added fails alone, and is named in the message, which is all there is.
--- A lead that is in already succeeds and costs nothing. A caller without a sales agent has no quota.
function M.add_batch(store, request)
  local body = request.body
  local with_plan = params.field_boolean(body, "createPlanTask") or false
  local quota = request.limited and 0 or M.QUOTA
  local succeeded, failed = divide(body, function(id)
    if pool_of(store)[id] then
      return true
    elseif not access.may_see(store, id) or M.count(store) >= quota then
      return false
    end
    M.add(store, id)
    if with_plan then
      plan_tasks.add(store, id)
    end
    return true
  end)
  return {
    message = string.format("Succeeded: %d [%s]; failed: %d [%s]", #succeeded, table.concat(succeeded, ", "), #failed,
      table.concat(failed, ", ")),
  }
end

--- POST /v2.0/plan-tasks/create: for working leads only; the names in `data` are ours, the description gives none.
function M.create_plans(store, request)
  local succeeded, failed = divide(request.body, function(id)
    local entry = access.may_see(store, id) and pool_of(store)[id]
    if entry then
      plan_tasks.add(store, id)
      entry.updated = store.now()
    end
    return entry
  end)
  return { code = 0, message = "success", data = { succeededLeadIds = succeeded, failedLeadIds = failed } }
end

--- GET /v2.0/plan-tasks/lead/{leadId}: a bare array, oldest first.
function M.list_plans(store, request)
  local lead = M.demand_lead(store, params.parse_integer(request.path_params.leadId))
  return plan_tasks.list(store, lead.leadId)
end

--- PUT /v2.0/sales-agents/working-lead/{leadId}/mute
function M.mute(store, request)
  local lead = M.demand_lead(store, params.parse_integer(request.path_params.leadId))
  plan_tasks.mute(store, lead.leadId)
  return { message = "Lead muted" }
end

--- GET /v2.0/sales-agent/lead/mute-status: a text, not a boolean.
function M.mute_status(store, request)
  local lead = M.demand_lead(store, params.integer(request.query, "leadId"))
  return { data = { mute = tostring(plan_tasks.is_muted(store, lead.leadId)) } }
end

return M
