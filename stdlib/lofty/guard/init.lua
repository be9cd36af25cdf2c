--- `lofty.guard`: what a script may send and delete. Every call that does needs a grant (loftyrun help grants), which its
--- header, --allow or the profile gives it; a lead who must not be written to is not, nor anybody at night.
---
---   local ok, why = lofty.guard.may("send_sms", lead.leadId)
---   if not ok then print(lead.leadId, why.code, why.message) end
---
--- The calls ask by themselves and raise GRANT_NEEDED, GRANT_EXHAUSTED, CONTACT_NOT_ALLOWED or QUIET_HOURS before anything
--- is sent. What is classified how is in lofty/guard/operations.lua.
local misuse = require "lofty.misuse"
local native = require "native.guard"
local operations = require "lofty.guard.operations"

local M = {}

local remembers_leads = native.reaches_leads()

local function plain_path(path) return (path:lower():gsub("/+", "/"):gsub("/$", "")) end

--- What a call is, as the list has it. One that `loftyrun api --unchecked` makes to a path nobody documents may still be
--- one of those, spelt otherwise.
local function class_of(row)
  if not row.undocumented then return operations[row.name] end
  for name, class in pairs(operations) do
    local known = class.needs and require("lofty.operations").find(name)
    if known and known.method == row.method and plain_path(known.path) == plain_path(row.path) then return class end
  end
end

--- Looks whether a write may be made, and claims what it uses up. Raises a lofty error, before anything is sent, where it
--- may not.
---@param row table
---@param values any[] path parameters
---@param fields table
---@param dry boolean|nil in a dry run: nothing of a day's caps is used up, it is only looked whether they would do
---@return lofty.guard.Pass|nil pass to make it with; nil where it needs none
function M.demand(row, values, fields, dry)
  local class = class_of(row)
  if not class or not class.needs and not (class.changes and remembers_leads) then return nil end
  return require("lofty.guard.pass").new(class, row, values, fields, dry)
end

--- Whether a call that needs a grant would be made now: whether the run has it and its caps leave room, and, for a lead,
--- whether they may be written to and it is no quiet hour where they live. Reads the lead, unless the run has just done so.
---@param grant string such as "send_sms"
---@param leadId integer|nil
---@return true|nil
---@return lofty.Error|nil why the error that the call would raise
function M.may(grant, leadId)
  return require("lofty.guard.may").may(grant, leadId)
end

--- The time zones in which a lead may live: those of the state, or else the postcode, of the address, the mailing address
--- and the home among the properties; where none says, the profile's or the user's alone.
---@param lead table as Lofty has it
---@return string[]
function M.zones(lead)
  if type(lead) ~= "table" then
    misuse("lofty.guard.zones: expected a lead, got " .. require("lofty.wording").describe(lead))
  end
  return require("lofty.guard.may").zones(lead)
end

return M
