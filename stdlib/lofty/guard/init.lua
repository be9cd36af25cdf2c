--- `lofty.guard`: what a script may send and delete. Every call that does needs a grant (loftyrun help grants), which its
--- header, --allow or the profile gives it; a lead who must not be written to is not, nor anybody at night.
---
---   local ok, why = lofty.guard.may("send_sms", lead.leadId)
---   if not ok then print(lead.leadId, why.code, why.message) end
---
--- The calls ask by themselves and raise GRANT_NEEDED, GRANT_EXHAUSTED, CONTACT_NOT_ALLOWED or QUIET_HOURS before anything
--- is sent. What is classified how is in lofty/guard/operations.lua.
local clock = require "native.clock"
local counts = require "lofty.guard.counts"
local json = require "native.json"
local leads = require "lofty.guard.leads"
local misuse = require "lofty.misuse"
local native = require "native.guard"
local operations = require "lofty.guard.operations"
local quiet = require "lofty.guard.quiet"
local refusals = require "lofty.guard.refusals"
local wording = require "lofty.wording"
local zones = require "lofty.guard.zones"

local M = {}

local fail = refusals.fail
local grants = native.grants() ---@type table|nil what holds for the run

local KINDS = {}
for _, kind in ipairs(native.kinds()) do KINDS[kind.name] = kind end

local team_zone ---@type string|nil

--- A read that a decision hangs on. Where it fails nothing is decided, so nothing is sent.
local function read(call, what, f, ...)
  local result, err = refusals.try(f, ...)
  if err then refusals.unread(call, what, err) end
  return result
end

--- The zone of the profile, else the one that Lofty has for the user; nil where neither has one.
local function zone_of_team(call)
  if grants and grants.zone then return grants.zone end
  if team_zone == nil then
    local me = read(call, "the user's time zone", require("lofty.client").send,
      require("lofty.operations").find "members.me", {}, {})
    local name = type(me) == "table" and me.timeZoneId
    team_zone = type(name) == "string" and require("lofty.time.zones").exists(name) and name or false
  end
  return team_zone or nil
end

local function zones_of(call, homes)
  local found = zones.of(homes)
  if #found > 0 then return found end
  local zone = zone_of_team(call)
  if not zone then
    fail(call, "TIMEZONE_UNKNOWN", { message = "it is not known where the lead lives, and neither the profile nor the user "
      .. 'in Lofty has a time zone; set timezone = "America/New_York" or the like in the profile' })
  end
  return { zone }
end

--- Raises unless the run has the grant.
local function check_held(call, need)
  local grant = grants and grants[need.grant]
  if not grant or not grant.held then refusals.needed(call, KINDS[need.grant], grant, grants) end
  return grant
end

--- A call that was not checked may name whom nobody can look up.
local function refuse_stranger(call, need, value)
  fail(call, "CONTACT_NOT_ALLOWED", { message = ("%s names no lead but %s, and nobody can look whether they may be "
    .. "written to"):format(need.leads, wording.describe(value)) })
end

--- Those whom a call reaches.
local function recipients(call, need, fields)
  local list = {}
  if need.person then
    local new = leads.facts(fields)
    if type(fields.property) == "table" then new.homes[#new.homes + 1] = fields.property end
    list[1] = { lead = new }
    for id, lead in pairs(read(call, "the leads with that address or number", leads.same_person, fields)) do
      list[#list + 1] = { id = id, lead = lead }
    end
  elseif need.leads then
    local ids = fields[need.leads]
    ids = type(ids) == "table" and ids or { ids }
    if #ids == 0 then refuse_stranger(call, need, ids) end
    for _, id in ipairs(ids) do
      if math.type(id) ~= "integer" then refuse_stranger(call, need, id) end
      list[#list + 1] = { id = id, lead = read(call, ("the lead %d"):format(id), leads.get, id) }
    end
  end
  return list
end

--- Raises where one of them must not be written to. All are looked at, and all who must not are named.
local function check_contact(call, need, list, fields)
  local forbidden = {}
  for _, recipient in ipairs(list) do
    local flag, how = require("lofty.guard.contact").forbidden(recipient.lead, need.by, fields)
    if flag then forbidden[#forbidden + 1] = { leadId = recipient.id, flag = flag, how = how } end
  end
  if #forbidden > 0 then refusals.forbidden(call, forbidden) end
end

--- The zones of all that a call reaches, where there are hours at which it may not.
local function places_of(call, grant, list)
  local places, seen = {}, {}
  if not grant.quiet or #grant.quiet == 0 then return places end
  for _, recipient in ipairs(list) do
    for _, zone in ipairs(zones_of(call, recipient.lead.homes)) do
      if not seen[zone] then places[#places + 1], seen[zone] = zone, true end
    end
  end
  return places
end

--- The fields of an error where it is quiet now in one of these places; nil where it is not.
local function quiet_now(grant, places)
  if #places == 0 then return nil end
  local now = clock.now()
  local zone, ends = quiet.at(grant.quiet, places, now)
  return zone and refusals.quiet(zone, ends, now) or nil
end

--- What stands against a need, but for caps. Raises; returns what claim needs.
local function check(call, need, fields)
  local grant = check_held(call, need)
  local list = need.by and recipients(call, need, fields) or {}
  if need.by then check_contact(call, need, list, fields) end
  local places = places_of(call, grant, list)
  local refused = quiet_now(grant, places)
  if refused then fail(call, "QUIET_HOURS", refused) end
  return grant, places
end

--- Whose days caps count in. Where nobody says it is UTC: it is the same for all runs, which is what matters here.
local function zone_of_caps(call, grant)
  return grant.day and (zone_of_team(call) or "UTC") or nil
end

local function claim_of(call, need, grant, uses, zone, dry)
  local claim, cap, code, message = counts.claim(need.grant, grant, uses, zone, dry)
  if claim then return claim end
  if cap then refusals.exhausted(call, need.grant, grant, cap, uses, zone) end
  fail(call, code, { message = message })
end

---@class lofty.guard.Pass what a call may be made with
---@field claims lofty.guard.Claim[]
---@field quiet { grant: table, places: string[] }[]
---@field sent boolean|nil
---@field lead any the id of a lead that it changes
local Pass = {}
Pass.__index = Pass

--- Gives all claims back.
function Pass:give_back()
  for _, claim in ipairs(self.claims) do counts.give_back(claim) end
  self.claims = {}
end

--- Makes the write. Where it certainly was not done it counts for no cap.
---@param write function
---@param row table
---@param path string
---@param values any[]
---@param fields table
---@param request table
---@param retries integer|nil
---@param attempt function
---@return any result
---@return table|nil metadata
function Pass:make(write, row, path, values, fields, request, retries, attempt)
  local function guarded(...)
    -- A call may have waited for long before its turn came.
    for _, entry in ipairs(self.quiet) do
      local refused = quiet_now(entry.grant, entry.places)
      if refused then
        refused.code, refused.outcome, refused.retryable = "QUIET_HOURS", "not_sent", false
        refused.sent, refused.begun = false, false
        return false, refused
      end
    end
    self.sent = true
    return attempt(...)
  end
  -- Also in a task that is being ended: what was not sent is given back.
  local ok, result, metadata = require("native.task").catch(nil, write, row, path, values, fields, request, retries,
    guarded)
  if self.lead then leads.forget(self.lead) end
  local undone = not ok and refusals.is_error(result) and (result.outcome == "refused" or result.outcome == "not_sent")
  if undone or not self.sent then self:give_back() end
  if ok then return result, metadata end
  error(result, 0)
end

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

local function is_set(value) return value ~= nil and value ~= false and value ~= json.null end

--- Looks whether a write may be made, and claims what it uses up. Raises a lofty error, before anything is sent, where it
--- may not.
---@param row table
---@param values any[] path parameters
---@param fields table
---@param dry boolean|nil in a dry run: nothing of a day's caps is used up, it is only looked whether they would do
---@return lofty.guard.Pass|nil pass to make it with; nil where it needs none
function M.demand(row, values, fields, dry)
  local class = class_of(row)
  if not class or not class.needs and not class.changes then return nil end
  local pass = setmetatable({ claims = {}, quiet = {}, lead = class.changes and values[class.changes] }, Pass)
  if pass.lead then leads.forget(pass.lead) end
  local call, wanted = { row = row, values = values }, {}
  for _, need in ipairs(class.needs or {}) do
    if not need.where or is_set(fields[need.where]) then
      local grant, places = check(call, need, fields)
      if #places > 0 then pass.quiet[#pass.quiet + 1] = { grant = grant, places = places } end
      wanted[#wanted + 1] = { need = need, grant = grant, zone = zone_of_caps(call, grant) }
    end
  end
  -- From here on nothing waits, so that no other task comes between.
  for _, want in ipairs(wanted) do
    local items = want.need.each and fields[want.need.each]
    local ok, claim = pcall(claim_of, call, want.need, want.grant, type(items) == "table" and #items or 1, want.zone, dry)
    if not ok then
      pass:give_back()
      error(claim, 0)
    end
    pass.claims[#pass.claims + 1] = claim
  end
  return pass
end

--- The ways on which a grant reaches leads.
local WAYS = { send_sms = { "text" }, send_email = { "email" }, contact_by_ai = { "text", "email", "call" } }

local function check_kind(grant)
  if type(grant) == "string" and KINDS[grant] then return end
  misuse(("lofty.guard.may: there is no grant %s%s"):format(wording.describe(grant),
    wording.suggestion(tostring(grant), KINDS, "there are")))
end

local function check_id(grant, leadId)
  if leadId == nil then return end
  if not WAYS[grant] then misuse(("lofty.guard.may: %s is not about leads who are written to"):format(grant)) end
  if math.type(leadId) ~= "integer" or leadId < 1 then
    misuse(("lofty.guard.may: expected a lead's id, got %s"):format(wording.describe(leadId)))
  end
end

--- Whether a call that needs a grant would be made now: whether the run has it and its caps leave room, and, for a lead,
--- whether they may be written to and it is no quiet hour where they live. Reads the lead, unless the run has just done so.
---@param grant string such as "send_sms"
---@param leadId integer|nil
---@return true|nil
---@return lofty.Error|nil why the error that the call would raise
function M.may(grant, leadId)
  check_kind(grant)
  check_id(grant, leadId)
  local call = { row = { name = "guard.may" } }
  local need = { grant = grant, leads = "leadId", by = leadId and WAYS[grant] }
  return refusals.try(function()
    local held = check(call, need, { leadId = leadId })
    local zone = zone_of_caps(call, held)
    local of_run, of_day, code, message = counts.left(grant, held, zone)
    if code then fail(call, code, { message = message }) end
    local cap = of_run and of_run < 1 and "run" or of_day and of_day < 1 and "day"
    if cap then refusals.exhausted(call, grant, held, cap, 1, zone) end
    return true
  end)
end

--- The time zones in which a lead may live: those of the state, or else the postcode, of the address, the mailing address
--- and the home among the properties; where none says, the profile's or the user's alone.
---@param lead table as Lofty has it
---@return string[]
function M.zones(lead)
  if type(lead) ~= "table" then misuse("lofty.guard.zones: expected a lead, got " .. wording.describe(lead)) end
  return zones_of({ row = { name = "guard.zones" } }, zones.homes(lead))
end

return M
