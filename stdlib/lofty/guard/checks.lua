--- What stands against sending or deleting, need by need (lofty/guard/operations.lua): the grant, leads' wishes, quiet
--- hours, caps. Each function raises where something does.
local clock = require "native.clock"
local counts = require "lofty.guard.counts"
local leads = require "lofty.guard.leads"
local native = require "native.guard"
local quiet = require "lofty.guard.quiet"
local refusals = require "lofty.guard.refusals"
local wording = require "lofty.wording"
local zones = require "lofty.guard.zones"

local M = {}

local fail = refusals.fail
local grants = native.grants() ---@type table|nil what holds for the run

M.KINDS = {} ---@type table<string, table> by name
for _, kind in ipairs(native.kinds()) do M.KINDS[kind.name] = kind end

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

function M.zones_of(call, homes)
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
  if not grant or not grant.held then refusals.needed(call, M.KINDS[need.grant], grant, grants) end
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
    for _, zone in ipairs(M.zones_of(call, recipient.lead.homes)) do
      if not seen[zone] then places[#places + 1], seen[zone] = zone, true end
    end
  end
  return places
end

--- The fields of an error where it is quiet now in one of these places; nil where it is not.
function M.quiet_now(grant, places)
  if #places == 0 then return nil end
  local now = clock.now()
  local zone, ends = quiet.at(grant.quiet, places, now)
  return zone and refusals.quiet(zone, ends, now) or nil
end

--- What stands against a need, but for caps. Raises; returns what claim needs.
function M.check(call, need, fields)
  local grant = check_held(call, need)
  local list = need.by and recipients(call, need, fields) or {}
  if need.by then check_contact(call, need, list, fields) end
  local places = places_of(call, grant, list)
  local refused = M.quiet_now(grant, places)
  if refused then fail(call, "QUIET_HOURS", refused) end
  return grant, places
end

--- Whose days caps count in. Where nobody says it is UTC: it is the same for all runs, which is what matters here.
function M.zone_of_caps(call, grant)
  return grant.day and (zone_of_team(call) or "UTC") or nil
end

function M.claim_of(call, need, grant, uses, zone, dry)
  local claim, cap, code, message = counts.claim(need.grant, grant, uses, zone, dry)
  if claim then return claim end
  if cap then refusals.exhausted(call, need.grant, grant, cap, uses, zone) end
  fail(call, code, { message = message })
end

return M
