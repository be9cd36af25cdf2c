--- The reads of a dry run: Lofty is asked, and what is planned is laid over its answer, so that a script sees what it has
--- done. What is new is answered from the plan alone. Where neither is possible DRY_RUN is raised: a list that the plan
--- adds things to, say, cannot be read by pages.
local client = require "lofty.client"
local duplicates = require "lofty.dry.duplicates"
local gone = require "lofty.dry.gone"
local guarded = require "lofty.guard.leads"
local json = require "native.json"
local operations = require "lofty.operations"
local overlay = require "lofty.dry.overlay"
local placeholder = require "lofty.dry.placeholder"
local replies = require "lofty.replies"
local shown = require "lofty.dry.shown"
local targets = require "lofty.targets"
local unknown = require "lofty.dry.unknown"

local M = {}

local REMEMBERED = 256

--- What was read last, by operation and arguments: as JSON, since scripts write into the tables that they are given.
local latest, before, count = {}, {}, 0 ---@type table<string, string>
local seen_latest, seen_before, seen_count = {}, {}, 0 ---@type table<integer, string> names of leads
local SEEN = 5000

local function key_of(row, values, fields)
  return ("%s %s %s"):format(row.name, json.encode(json.array(values)), json.encode(fields))
end

local function remember(row, values, fields, result)
  if count == REMEMBERED then before, latest, count = latest, {}, 0 end
  latest[key_of(row, values, fields)], count = assert(json.encode(result)), count + 1
end

local function see_lead(lead)
  if type(lead) ~= "table" or math.type(lead.leadId) ~= "integer" then return end
  if seen_count == SEEN then seen_before, seen_latest, seen_count = seen_latest, {}, 0 end
  local name = ("%s %s"):format(lead.firstName or "", lead.lastName or ""):match("^%s*(.-)%s*$")
  seen_latest[lead.leadId], seen_count = name, seen_count + 1
end

--- The name of a lead that was read lately; nil of others.
---@param id integer
---@return string|nil
function M.name_of_lead(id)
  return seen_latest[id] or seen_before[id]
end

--- Which thing a read shows.
local function id_of(row, values, fields)
  if row.name:find("^transactions%.get") then return values[2] end
  return values[1] or fields.leadId
end

local function is_the(kind) return (kind:gsub("_", " ")) end

local function fields_of_reply(row)
  local reply = replies.of(row)
  local item = reply and (reply.of or reply)
  return item and item.fields or {}
end

local function laid_over(shows, row, entry, thing)
  -- Whether they may be written to is asked again, of what is planned.
  if shows.kind == "lead" and thing.leadId then guarded.forget(thing.leadId) end
  return overlay.laid_over(shows.kind, row.name, entry, thing, fields_of_reply(row))
end

local function raise_gone(row, values, wanted, what)
  error(gone.error(row, client.path(row, values), wanted, what), 0)
end

--- One thing that has not been made yet.
local function answer_new(row, shows, values, fields)
  local id = id_of(row, values, fields)
  local entry = overlay.entry(shows.kind, id)
  if entry and entry.deleted then
    raise_gone(row, values, gone.code(shows.kind), ("%s %s is to be deleted"):format(is_the(shows.kind),
      placeholder.name(id)))
  elseif entry then
    return laid_over(shows, row, entry, {})
  elseif shows.kind == "property_address" then
    raise_gone(row, values, "RESOURCE_NOT_EXIST", "a new transaction has no address")
  end
  unknown.raise(row.name, ("what is known of a %s that is only planned"):format(is_the(shows.kind)))
end

local function append_made(list, shows, row, lead)
  for _, id in ipairs(overlay.made(shows.kind, lead)) do
    local entry = overlay.entry(shows.kind, id)
    if entry and not entry.deleted then list[#list + 1] = laid_over(shows, row, entry, {}) end
  end
  return list
end

--- A call about things that have not been made yet.
local function answer_about_new(row, shows, values, fields)
  if shows and shows.one then return answer_new(row, shows, values, fields) end
  local lead = shown.lead_of(row, values, fields)
  if shows and shows.whole and placeholder.is(lead) then return append_made(json.array {}, shows, row, lead) end
  unknown.raise(row.name, "what Lofty would answer about something that is only planned")
end

local function check_areas(row, lead)
  for _, area in ipairs(shown.areas[row.name] or {}) do
    if overlay.is_changed(area, lead) then
      unknown.raise(row.name, "what it would answer, since a planned write changes it")
    end
  end
end

--- Whether a call asks for the beginning of a list, not for more of one.
local function begins(fields)
  for name, value in pairs(fields) do
    if shown.PLACES[name] and value ~= 0 then return false end
  end
  return true
end

local function depends(kind, name, value)
  local members = (shown.FILTERS[kind] or {})[name]
  if shown.PLACES[name] then return false end
  if not members then return true end
  for _, member in ipairs(members) do
    if overlay.moves(kind, member, shown.EXACT[name] == member and value or nil) then return true end
  end
  return false
end

--- Raises where the plan so far would change which things a list holds.
local function check_list(row, shows, fields, lead)
  local kind = shows.kind
  if not overlay.is_touched(kind) then return end
  local is_other = overlay.comes_or_goes(kind, lead)
  for name, value in pairs(fields) do
    local exact = shown.EXACT[name]
    is_other = is_other and not (exact and value ~= "All" and not overlay.may_join(kind, exact, value))
  end
  for name, value in pairs(fields) do is_other = is_other or depends(kind, name, value) end
  for _, member in ipairs(shown.ALWAYS[row.name] or {}) do
    is_other = is_other or not fields.includeFinished and overlay.moves(kind, member)
  end
  if is_other then
    unknown.raise(row.name, ("which things the list would hold, since planned writes put %ss into it or take some out; "
      .. "apply the plan of the part before, then go on"):format(is_the(kind)))
  end
end

--- What leads.list looks up exactly, one address or one number; nil where it does anything else.
---@return "email"|"phone"|nil by
local function looks_up(row, fields)
  if row.name ~= "leads.list" or fields.preciseSearchFlag ~= true then return nil end
  for name in pairs(fields) do
    if name ~= "email" and name ~= "phone" and name ~= "preciseSearchFlag" and name ~= "limit" then return nil end
  end
  if fields.email and fields.phone then return nil end
  return fields.email and "email" or fields.phone and "phone" or nil
end

local function has_contact(lead, by, value)
  local contact = require "lofty.contact"
  local equal = by == "email" and contact.emails_equal or contact.phones_equal
  for _, one in ipairs(lead[by .. "s"] or {}) do
    if equal(one, value) then return true end
  end
  return false
end

local function id_in(shows, row, item)
  local id = item[shows.id]
  if not id and row.name == "calendar.list" then
    id = math.tointeger(tonumber((tostring(item.id):match("^(%d+)%-"))))
  end
  return id
end

--- Lays the plan over the items of a list. `by` and `value`: only what is still found by them stays.
local function lay_over_items(row, shows, items, by, value)
  local list, there = json.array {}, {}
  for _, item in ipairs(items) do
    local id = type(item) == "table" and id_in(shows, row, item)
    local entry = id and overlay.entry(shows.kind, id)
    if id then there[id] = true end
    if not entry then
      list[#list + 1] = item
    elseif not (entry.deleted and (shows.whole or by)) then
      local thing = laid_over(shows, row, entry, item)
      if not by or has_contact(thing, by, value) then list[#list + 1] = thing end
    end
  end
  return list, there
end

--- Adds what the plan makes or changes so that it is found.
local function append_found(list, there, row, shows, by, value)
  for _, id in ipairs(overlay.with_contact(by, value)) do
    local entry = not there[id] and overlay.entry("lead", id)
    there[id] = true
    if entry and not entry.deleted then
      local thing = entry.image or {}
      thing.leadId = id
      -- Of one that is there only what the plan has kept is known here.
      entry.made = true
      local lead = laid_over(shows, row, entry, thing)
      if has_contact(lead, by, value) then list[#list + 1] = lead end
    end
  end
end

local function answer_list(row, shows, values, fields, options, send)
  local lead = shown.lead_of(row, values, fields)
  local is_first, by = begins(fields), looks_up(row, fields)
  if is_first and not shows.whole and not by then check_list(row, shows, fields, lead) end
  local result, metadata = send(row, values, fields, options)
  if row.name == "webhooks.list" then remember(row, values, fields, result) end
  if shows.kind == "lead" then
    for _, item in ipairs(result) do see_lead(item) end
  end
  local value = by and fields[by]
  if value and is_first and metadata and metadata.total == #result then duplicates.note(by, value, result) end
  if not overlay.is_touched(shows.kind) then return result, metadata end
  local list, there = lay_over_items(row, shows, result, by, value)
  if shows.whole then append_made(list, shows, row, lead) end
  if by and is_first then append_found(list, there, row, shows, by, value) end
  if by and metadata and math.type(metadata.total) == "integer" then
    metadata.total = metadata.total + #list - #result
  end
  return list, metadata
end

local function answer_one(row, shows, values, fields, options, send)
  local id = id_of(row, values, fields)
  local entry = overlay.entry(shows.kind, id)
  if entry and entry.deleted then
    if fields.withTrash then unknown.raise(row.name, "how a lead looks in the trash") end
    raise_gone(row, values, gone.code(shows.kind), ("%s %d is to be deleted"):format(is_the(shows.kind), id))
  end
  local result, metadata = send(row, values, fields, options)
  remember(row, values, fields, result)
  if shows.kind == "lead" then see_lead(result) end
  if not entry then return result, metadata end
  return laid_over(shows, row, entry, result), metadata
end

--- Answers a read.
---@param row table
---@param values any[]
---@param fields table
---@param options table|nil
---@param send fun(...): any, table|nil asks Lofty
---@return any result
---@return table|nil metadata
function M.answer(row, values, fields, options, send)
  local shows, lead = shown.things[row.name], shown.lead_of(row, values, fields)
  check_areas(row, lead)
  if placeholder.find(values) or placeholder.find(fields) then return answer_about_new(row, shows, values, fields) end
  if lead and not (shows and shows.kind == "lead") then
    local entry = overlay.entry("lead", lead)
    if entry and entry.deleted then raise_gone(row, values, "LEAD_NOT_EXIST", ("lead %d is to be deleted"):format(lead)) end
  end
  if not shows then return send(row, values, fields, options) end
  if shows.one then return answer_one(row, shows, values, fields, options, send) end
  return answer_list(row, shows, values, fields, options, send)
end

--- Reads a write's target as Lofty has it now, where that was not just read.
---@param target lofty.Target
---@param send fun(...): any, table|nil asks Lofty
---@return table|nil thing nil where a list does not hold it
function M.raw(target, send)
  local row = operations.find(target.read)
  local values, fields = client.arguments(row.name, row, table.unpack(target.arguments))
  values, fields = client.checked(row, values, fields)
  local key = key_of(row, values, fields)
  local known = latest[key] or before[key]
  if known then return targets.within(target, (json.decode(known))) end
  local result = send(row, values, fields)
  remember(row, values, fields, result)
  if target.kind == "lead" then see_lead(result) end
  return targets.within(target, result)
end

return M
