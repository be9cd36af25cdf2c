--- Whose leads the caller may touch. Modules that lead_*.lua builds on ask here, not leads.lua.

local wire = require "sandbox.wire"

local M = {}

--- The caller's living lead; refuses one that is missing, trashed, or somebody else's alike.
---@param store table
---@param id integer
---@param name? string the refusal, LEAD_NOT_EXIST when absent
---@return table lead
function M.demand_lead(store, id, name)
  local lead = store.leads:find(id)
  return wire.demand(lead and store.leads.is_visible(lead) and lead, name or "LEAD_NOT_EXIST")
end

--- The caller's living lead, telling the two refusals apart.
---@param store table
---@param id integer
---@param missing string the refusal for a lead that is not there or in the trash
---@param foreign string the refusal for somebody else's
---@return table lead
function M.demand_managed_lead(store, id, missing, foreign)
  local lead = store.leads:find(id)
  wire.demand(lead and not lead.trashed, missing)
  wire.demand(not lead.foreign, foreign)
  return lead
end

--- Whether the caller may see what belongs to this lead.
---@param store table
---@param id integer
---@return boolean
function M.may_see(store, id)
  local lead = store.leads:find(id)
  return lead ~= nil and store.leads.is_visible(lead)
end

return M
