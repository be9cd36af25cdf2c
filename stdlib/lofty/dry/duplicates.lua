--- The leads that Lofty would merge a planned leads.create into, since they have one of its e-mail addresses or phone
--- numbers. The dry run notes in the item, as `same_contact`, which there are
---
---   there    in Lofty, as the script saw it or as it is when the item is planned
---   planned  by what the plan itself does: leads that it makes with them, or changes or deletes
---
--- and the item is refused where another lead has come to have one, or one of these has gone. A plan that does not say
--- has not looked. What is no address and no whole number (lofty.contact) cannot be looked for.
local arrays = require "lofty.arrays"
local contact = require "lofty.contact"
local json = require "native.json"
local lead_find = require "lofty.helpers.lead_find"
local lofty_error = require "lofty.error"
local operations = require "lofty.operations"
local overlay = require "lofty.dry.overlay"

local M = {}

local CREATE = "leads.create"
local PAGE = 100

local function cleaned(values, read)
  local list = {}
  for _, value in ipairs(type(values) == "table" and values or {}) do list[#list + 1] = read(value) end
  return list
end

--- What a create's lead is looked up by; nil of other writes, and where that is nothing.
local function wanted_of(operation, fields)
  if operation ~= CREATE then return nil end
  local wanted = { emails = cleaned(fields.emails, contact.email), phones = cleaned(fields.phones, contact.phone) }
  return #wanted.emails + #wanted.phones > 0 and wanted or nil
end

local REMEMBERED = 1000

--- The leads that the script's own lookups have found lately, by what they were looked up by.
local latest, before, count = {}, {}, 0 ---@type table<string, table[]>

--- Takes note of what a lookup of the script's has found, in Lofty alone.
---@param by "email"|"phone"
---@param value string
---@param leads table[] all of them
function M.note(by, value, leads)
  if count == REMEMBERED then before, latest, count = latest, {}, 0 end
  local kept = {}
  for index, lead in ipairs(leads) do kept[index] = { leadId = lead.leadId, emails = lead.emails, phones = lead.phones } end
  latest[by .. " " .. value], count = kept, count + 1
end

--- Reads what a query of lead_find finds: what the script has seen, or all pages.
local function reader(send)
  return function(query)
    local by = query.email and "email" or "phone"
    local key = by .. " " .. query[by]
    local known = latest[key] or before[key]
    if known then return known, false end
    local leads = {}
    repeat
      local page = send(operations.find("leads.list"), {}, { email = query.email, phone = query.phone,
        preciseSearchFlag = true, limit = PAGE, offset = #leads })
      table.move(page, 1, #page, #leads + 1, leads)
    until #page < PAGE or #leads > lead_find.MOST
    return leads, #leads > lead_find.MOST
  end
end

local UNTOLD = { permission = true, not_found = true, validation = true }

--- Which leads a planned create would be merged into, in Lofty as it is. Nil of other writes, and where Lofty does not
--- tell this user.
---@param operation string
---@param fields table
---@param send fun(...): any, table|nil asks Lofty
---@return integer[]|nil
function M.find(operation, fields, send)
  local wanted = wanted_of(operation, fields)
  if not wanted then return nil end
  local leads, err = lofty_error.try(lead_find.look_up, CREATE, wanted, reader(send))
  if err and not UNTOLD[err.category] then error(err, 0) end
  local ids = leads and {}
  for index, lead in ipairs(leads or {}) do ids[index] = lead.leadId end
  return ids
end

--- What an item says of them, once all that is planned before it is known.
---@param fields table
---@param there integer[] as `find` returned it
---@return table same_contact
function M.noted(fields, there)
  local wanted = wanted_of(CREATE, fields)
  local said, seen = { there = json.array {}, planned = json.array {} }, {}
  for _, id in ipairs(there) do
    local list = overlay.entry("lead", id) and said.planned or said.there
    list[#list + 1], seen[id] = id, true
  end
  local function add(by, values)
    for _, value in ipairs(values) do
      for _, id in ipairs(overlay.with_contact(by, value)) do
        if not seen[id] then table.insert(said.planned, id) end
        seen[id] = true
      end
    end
  end
  add("email", wanted.emails)
  add("phone", wanted.phones)
  return said
end

local HAS = "has one of its e-mail addresses or phone numbers"

--- Why a create must not be made any more; nil where all is as the dry run saw it.
---@param item table with the real ids
---@param is_refused fun(lead: integer): boolean whether an earlier change of it was refused
---@return string|nil why
function M.changed(item, is_refused)
  local noted, wanted = item.same_contact, wanted_of(item.operation, item.fields or {})
  if not noted or not wanted then return nil end
  local there, planned, found = arrays.set(noted.there), arrays.set(noted.planned), {}
  for _, lead in ipairs(lead_find.look_up(CREATE, wanted)) do
    local id = lead.leadId
    found[id] = true
    if planned[id] and is_refused(id) then return ("lead %d still %s: an earlier change of it was refused"):format(id, HAS) end
    if not there[id] and not planned[id] then
      return ("lead %d, which was not there when the plan was made, %s: Lofty would merge the two"):format(id, HAS)
    end
  end
  for _, id in ipairs(noted.there) do
    if not found[id] then
      return ("lead %d, into which Lofty would have merged it, is gone or has other addresses and numbers"):format(id)
    end
  end
end

return M
