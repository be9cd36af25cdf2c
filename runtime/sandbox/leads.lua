--- The operations on leads: list, get, create, update, delete, assign, add_inquiry, update_property.

local json = require "native.json"
local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local params = require "sandbox.params"
local account = require "sandbox.account"
local view = require "sandbox.lead_view"
local lead_query = require "sandbox.lead_query"
local write = require "sandbox.lead_write"
local lead_property = require "sandbox.lead_property"
local lead_inquiry = require "sandbox.lead_inquiry"
local notes = require "sandbox.notes"
local deals = require "sandbox.transaction_write"
local system_logs = require "sandbox.system_logs"

local M = {}

local ROLES = { agent = "Agent", assistant = "Assistant", lender = "Lender" }

--- The caller's living lead, or LEAD_NOT_EXIST: missing, trashed, absorbed by a merge or somebody else's alike.
---@param store table
---@param id integer
---@return table lead
---@return integer position
function M.demand(store, id)
  local lead, position = store.leads:find(id)
  wire.demand(lead and store.leads.is_visible(lead), "LEAD_NOT_EXIST")
  return lead, position
end

--- The lead a write's path names, as a copy that may be changed.
---@param store table
---@param request table
---@return table lead
---@return integer position
function M.demand_editable(store, request)
  local _, position = M.demand(store, params.parse_integer(request.path_params.leadId))
  return store.leads:edit(position), position
end

local demand_editable = M.demand_editable

--- GET /v1.0/leads
function M.list(store, request)
  local found, metadata = lead_query.page(store, request.query)
  local leads = json.array({})
  for i, lead in ipairs(found) do
    leads[i] = view.reply(lead)
  end
  return { _metadata = metadata, leads = leads }
end

--- GET /v1.0/leads/{leadId}; misses a lead just created, which a list shows.
function M.get(store, request)
  local with_trash = params.boolean(request.query, "withTrash", false)
  local lead = store.leads:find(params.parse_integer(request.path_params.leadId))
  wire.demand(lead and not lead.foreign and (with_trash or not lead.trashed), "LEAD_NOT_EXIST")
  wire.demand(store:is_settled(lead.created), "LEAD_NOT_EXIST")
  return { lead = view.reply(lead) }
end

-- The transaction that may come with a new lead.
local function read_deal(body)
  local given = params.field_object(body, "leadTransaction")
  return given and deals.read(given, true)
end

local function append_new(list, more, normal)
  local present = {}
  for _, item in ipairs(list) do
    present[normal(item)] = true
  end
  for _, item in ipairs(more or {}) do
    if not present[normal(item)] then
      present[normal(item)] = true
      list[#list + 1] = item
    end
  end
end

-- A contact that exists already: the survivor takes the new addresses and the tags, and fills its gaps.
local function merge(store, survivor, fields, extra)
  append_new(survivor.emails, fields.emails, string.lower)
  append_new(survivor.phones, fields.phones, codec.phone_digits)
  local gaps = {}
  for name, value in pairs(fields) do
    if survivor[name] == nil then
      gaps[name] = value
    end
  end
  if extra.property then
    extra.property.id = nil
  end
  write.apply(store, survivor, gaps, extra)
end

local function new_lead(store, id, fields, extra)
  local now = store.now()
  local lead = {
    leadId = id, leadUserId = store:next_id("lead_user"), emails = json.array({}), phones = json.array({}),
    stage = "New Lead", assignedUserId = account.caller.user_id, tags = {}, segments = json.array({}),
    leadTypes = json.array({ -1 }), created = now, assigned = now,
  }
  if extra.property then
    extra.property.id = nil
  end
  write.apply(store, lead, fields, extra)
  return lead
end

--- POST /v1.0/leads. A known address or number merges into that contact, and the id returned is a dead one.
function M.create(store, request)
  local body = request.body
  local fields, extra = write.read(body)
  wire.demand(fields.firstName, "INVALID_PARAMETER")
  wire.demand(not fields.assignedUserId or account.member(fields.assignedUserId), "INVALID_PARAMETER")
  local deal = read_deal(body)
  local content = params.field_text(body, "content")
  local is_pin = params.field_boolean(body, "isPin")
  local id = store:next_id("lead")
  local position = store.leads:find_duplicate(fields)
  local lead
  if position then
    lead = store.leads:edit(position)
    merge(store, lead, fields, extra)
    store.leads:index(position)
    store:happen(2, "updated", { leadId = lead.leadId })
  else
    lead = new_lead(store, id, fields, extra)
    store.leads:add(lead)
    store:happen(2, "created", { leadId = lead.leadId })
  end
  if content and not codec.is_blank(content) then
    notes.add(store, lead.leadId, content, is_pin or false)
  end
  if deal then
    deals.add(store, lead, deal)
  end
  return { leadId = id }
end

--- PUT /v1.0/leads/{leadId}; only what is supplied changes.
function M.update(store, request)
  local fields, extra = write.read(request.body)
  wire.demand(not fields.assignedUserId or account.member(fields.assignedUserId), "INVALID_PARAMETER")
  local lead, position = demand_editable(store, request)
  local stage = lead.stage
  write.apply(store, lead, fields, extra)
  store:happen(2, "updated", { leadId = lead.leadId })
  system_logs.add_stage_change(store, lead, stage)
  store.leads:index(position)
  return { leadId = lead.leadId }
end

--- DELETE /v1.0/leads/{leadId}?reason=: moves to the trash; empty reply.
function M.delete(store, request)
  local reason = params.text(request.query, "reason")
  wire.demand(reason and not codec.is_blank(reason), "INVALID_PARAMETER")
  local lead, position = demand_editable(store, request)
  lead.trashed, lead.trash_reason, lead.updated = store.now(), reason, store.now()
  store.leads:hide(position)
  store:happen(2, "deleted", { leadId = lead.leadId })
  return { deleted = true, leadId = ("%d"):format(lead.leadId) }
end

local function read_assignment(entry)
  wire.demand(type(entry) == "table" and not json.is_array(entry), "INVALID_PARAMETER")
  local role = ROLES[(params.field_text(entry, "role") or ""):lower()]
  wire.demand(role, "INVALID_PARAMETER")
  local email = params.field_text(entry, "assignee") or ""
  local member = account.member_by_email(email)
  wire.demand(member or email == "", "USER_NOT_EXIST")
  return { role = role, user_id = member and member.user_id or 0 }
end

--- POST /v1.0/leads/{leadId}/assignment: an array, not an object; an entry without assignee empties the role.
function M.assign(store, request)
  wire.demand(json.is_array(request.body) and #request.body > 0, "INVALID_PARAMETER")
  local assignments = {}
  for i, entry in ipairs(request.body) do
    assignments[i] = read_assignment(entry)
  end
  local lead = demand_editable(store, request)
  lead.roles = lead.roles or {}
  for _, assignment in ipairs(assignments) do
    if assignment.role == "Agent" then
      lead.assignedUserId, lead.assigned = assignment.user_id, store.now()
    else
      lead.roles[assignment.role] = assignment.user_id
    end
  end
  lead.updated = store.now()
  store:happen(2, "updated", { leadId = lead.leadId })
  return { leadId = lead.leadId }
end

--- POST /v1.0/leads/{leadId}/inquiry: what the lead looks for; only what is named changes.
function M.add_inquiry(store, request)
  local inquiry = lead_inquiry.read(request.body)
  local lead = demand_editable(store, request)
  lead_inquiry.apply(lead, inquiry)
  lead.updated = store.now()
  store:happen(2, "updated", { leadId = lead.leadId })
  return { leadId = lead.leadId }
end

--- POST /v1.0/leads/{leadId}/property: by id when that is above 0, else merged by address, else added.
function M.update_property(store, request)
  local property = lead_property.read(request.body)
  local lead = demand_editable(store, request)
  lead_property.apply(store, lead, property)
  lead.updated = store.now()
  store:happen(2, "updated", { leadId = lead.leadId })
  return { leadId = lead.leadId }
end

return M
