--- Events for a test's handlers, as serve makes them of what Lofty posts (lofty.inbox).
local clock = require "lofty.test.clock"
local event = require "lofty.inbox.event"
local handler = require "lofty.inbox.handler"
local json = require "native.json"
local lists = require "lofty.inbox.lists"
local misuse = require "lofty.misuse"
local tasks = require "lofty.task"
local wording = require "lofty.wording"

local M = {}

local count = 0

local function next_id()
  count = count + 1
  return count
end

local function check_kind(name)
  local kind, verb = (type(name) == "string" and name or ""):match("^(%l+)%.(%l+)$")
  local kinds = {}
  local mistake = verb and handler.mistake_in(name)
  for list_id, list in ipairs(lists) do
    if list.kind == kind and verb then
      if mistake then misuse("event: " .. mistake) end
      return list_id, list
    end
    kinds[list_id] = list.kind
  end
  return misuse(('event: expected a name such as "lead.updated", of %s, got %s'):format(wording.listed(kinds, "and"),
    wording.describe(name)))
end

--- One event, of its name and the entry that Lofty would post.
---@param name string
---@param fields table
---@return table row
function M.new(name, fields)
  local list_id, list = check_kind(name)
  if type(fields) ~= "table" then
    misuse("event: expected the entry as a table, such as { leadId = ... }, got " .. wording.describe(fields))
  end
  local thing
  for _, id in ipairs(list.ids) do thing = thing or fields[id] end
  local now, id = clock.now(), next_id()
  local raw, _, why = json.encode(fields)
  if not raw then misuse("event: the entry cannot be written as JSON: " .. why) end
  local happened = math.tointeger(tonumber(fields.updateTime)) or now
  return { name = name, id = id, key = ("%s %s %s"):format(name, thing or id, happened), list_id = list_id,
    lead = math.tointeger(tonumber(fields.leadId)), thing = thing and tostring(thing), happened = happened, received = now,
    attempt = 1, coalesced = 0, duplicates = 0, raw = raw }
end

--- All events of a body as it is posted. Raises where serve would keep it as unreadable.
---@param body table
---@return table[] rows
function M.read(body)
  local text, _, message = json.encode(body)
  if not text then misuse("deliver: the body cannot be written as JSON: " .. message) end
  local values, list_id, team_id = require("lofty.inbox.read").read(text)
  if not values then misuse(("deliver: serve could not read this body: %s"):format(list_id)) end
  local rows = {}
  for place = 1, #values, 8 do
    local name, _, _, thing, lead, ms, key, raw = table.unpack(values, place, place + 7)
    rows[#rows + 1] = { name = name, id = next_id(), key = key or nil, list_id = list_id, team_id = team_id,
      lead = lead or nil, thing = thing or nil, happened = ms or nil, received = clock.now(), attempt = 1, coalesced = 0,
      duplicates = 0, raw = raw }
  end
  return rows
end

local function is_for(pattern, name)
  return pattern == "*" or pattern == name or pattern == name:match("^%l+") .. ".*"
end

--- Calls the handlers of each event, one after the other.
---@param automation table
---@param rows table[]
---@param there_are string
function M.give(automation, rows, there_are)
  for _, row in ipairs(rows) do
    local handled = false
    for _, registration in ipairs(automation.registrations) do
      if registration.kind == "webhook" and is_for(registration.pattern, row.name) then
        handled = true
        tasks.deadline(registration.timeout, automation.functions.webhook[registration.name],
          event.new(row, registration.name))
      end
    end
    if not handled then
      misuse(("there is no handler for %s; %s"):format(row.name, there_are))
    end
  end
end

return M
