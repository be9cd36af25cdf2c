--- What a run knows of leads when it is about to write to them: their permissions and address. What it has read within the
--- last minutes it need not read again; what cannot be read is an error, for then nobody knows whether the lead may be
--- written to.
local clock = require "native.clock"
local json = require "native.json"
local lofty_error = require "lofty.error"
local operations = require "lofty.operations"
local seen = require "lofty.seen"
local zones = require "lofty.guard.zones"

local M = {}

local FRESH_MS = 5 * 60 * 1000
local MOST = 2000 -- that are kept, the latest

---@class lofty.guard.Lead
---@field cannotText boolean|nil
---@field cannotEmail boolean|nil
---@field cannotCall boolean|nil
---@field unsubscription boolean|nil
---@field phones string[]
---@field phoneStatuses table<integer, integer> by the place of the number
---@field homes { state: any, zipCode: any }[]
---@field read integer|nil monotonic milliseconds

local known = {} ---@type table<integer, lofty.guard.Lead>
local order, first, last = {}, 1, 0 ---@type table<integer, { id: integer, lead: lofty.guard.Lead }>, integer, integer

local function list(value) return type(value) == "table" and value or {} end

--- Whatever Lofty may answer there but no: it is set.
local function is_set(flag) return flag ~= nil and flag ~= false and flag ~= json.null end

--- The facts of a lead.
---@param lead table
---@return lofty.guard.Lead
function M.facts(lead)
  local phones, statuses = {}, {}
  for place, phone in ipairs(list(lead.phones)) do phones[place] = tostring(phone) end
  for place, status in ipairs(list(lead.phoneStatuses)) do statuses[place] = math.tointeger(status) end
  return { cannotText = is_set(lead.cannotText), cannotEmail = is_set(lead.cannotEmail),
    cannotCall = is_set(lead.cannotCall), unsubscription = is_set(lead.unsubscription), phones = phones,
    phoneStatuses = statuses, homes = zones.homes(lead) }
end

local function forget_oldest()
  local oldest = order[first]
  order[first], first = nil, first + 1
  if known[oldest.id] == oldest.lead then known[oldest.id] = nil end
end

--- A reply that was asked for before a write of this run to that lead may be of before it.
local function keep(id, lead, since)
  if math.type(id) ~= "integer" or seen.has_changed(("lead %d"):format(id), "*", since) then return end
  local facts = M.facts(lead)
  facts.read = clock.monotonic()
  known[id], last = facts, last + 1
  order[last] = { id = id, lead = facts }
  if last - first >= MOST then forget_oldest() end
end

--- Takes note of what a call has read. A list may have been asked for some fields only, so of its items only those count
--- that have the permissions in them.
---@param row table
---@param fields table
---@param result any
---@param since integer the epoch of lofty.seen at which it was asked for
function M.seen(row, fields, result, since)
  if type(result) ~= "table" then return end
  if row.name == "leads.get" then
    if not fields.withTrash then keep(result.leadId, result, since) end
  elseif row.name == "leads.list" then
    for _, lead in ipairs(result) do
      if type(lead) == "table" and lead.cannotText ~= nil and lead.cannotEmail ~= nil and lead.cannotCall ~= nil
        and lead.unsubscription ~= nil then
        keep(lead.leadId, lead, since)
      end
    end
  end
end

--- Forgets a lead whose permissions may have changed.
---@param id any
function M.forget(id) known[id] = nil end

--- Reads a lead, unless that was done just now. Raises what leads.get does, and where the reply is not about that lead.
---@param id integer
---@return lofty.guard.Lead
function M.get(id)
  local facts = known[id]
  if facts and clock.monotonic() - facts.read < FRESH_MS then return facts end
  local row = operations.find "leads.get"
  local lead = require("lofty.client").send(row, { id }, {})
  if type(lead) ~= "table" or lead.leadId ~= id then
    error(lofty_error.new { code = "INVALID_RESPONSE", operation = row.name, method = row.method,
      message = "the reply is not about that lead" }, 0)
  end
  return M.facts(lead)
end

--- The leads that a create would be merged with: those that have one of its addresses or numbers. Raises what leads.list
--- does.
---@param fields table of leads.create
---@return table<integer, lofty.guard.Lead> by id
function M.same_person(fields)
  local contact, found = require "lofty.contact", {}
  local row = operations.find "leads.list"
  local function look(query)
    query.preciseSearchFlag, query.limit = true, 100
    for _, lead in ipairs((require("lofty.client").send(row, {}, query))) do
      if math.type(lead.leadId) == "integer" then found[lead.leadId] = M.facts(lead) end
    end
  end
  for _, email in ipairs(list(fields.emails)) do
    local address = type(email) == "string" and contact.email(email)
    if address then look { email = address } end
  end
  for _, phone in ipairs(list(fields.phones)) do
    local digits = type(phone) == "string" and contact.phone(phone)
    if digits then look { phone = digits } end
  end
  return found
end

return M
