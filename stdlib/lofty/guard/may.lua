--- Asking beforehand what a call would meet: lofty.guard.may and lofty.guard.zones.
local checks = require "lofty.guard.checks"
local counts = require "lofty.guard.counts"
local misuse = require "lofty.misuse"
local refusals = require "lofty.guard.refusals"
local wording = require "lofty.wording"
local zones = require "lofty.guard.zones"

local M = {}

--- The ways on which a grant reaches leads.
local WAYS = { send_sms = { "text" }, send_email = { "email" }, contact_by_ai = { "text", "email", "call" } }

local function check_kind(grant)
  if type(grant) == "string" and checks.KINDS[grant] then return end
  misuse(("lofty.guard.may: there is no grant %s%s"):format(wording.describe(grant),
    wording.suggestion(tostring(grant), checks.KINDS, "there are")))
end

local function check_id(grant, leadId)
  if leadId == nil then return end
  if not WAYS[grant] then misuse(("lofty.guard.may: %s is not about leads who are written to"):format(grant)) end
  if math.type(leadId) ~= "integer" or leadId < 1 then
    misuse(("lofty.guard.may: expected a lead's id, got %s"):format(wording.describe(leadId)))
  end
end

--- lofty.guard.may
---@param grant string
---@param leadId integer|nil
---@return true|nil
---@return lofty.Error|nil
function M.may(grant, leadId)
  check_kind(grant)
  check_id(grant, leadId)
  local call = { row = { name = "guard.may" } }
  local need = { grant = grant, leads = "leadId", by = leadId and WAYS[grant] }
  return refusals.try(function()
    local held = checks.check(call, need, { leadId = leadId })
    local zone = checks.zone_of_caps(call, held)
    local of_run, of_day, code, message = counts.left(grant, held, zone)
    if code then refusals.fail(call, code, { message = message }) end
    local cap = of_run and of_run < 1 and "run" or of_day and of_day < 1 and "day"
    if cap then refusals.exhausted(call, grant, held, cap, 1, zone) end
    return true
  end)
end

--- lofty.guard.zones
---@param lead table
---@return string[]
function M.zones(lead) return checks.zones_of({ row = { name = "guard.zones" } }, zones.homes(lead)) end

return M
