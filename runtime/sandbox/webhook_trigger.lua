--- POST /sandbox/trigger: events on demand, of every list, delivered like those of real changes. What is not deleted is
--- a thing that is there, so that it can be read; what is deleted is not.

local codec = require "sandbox.codec"
local json = require "native.json"
local lists = require "sandbox.webhook_lists"
local params = require "sandbox.params"
local posts = require "sandbox.webhook_posts"
local roster = require "sandbox.roster"
local tasks = require "sandbox.task_store"
local wire = require "sandbox.wire"

local M = {}

local MOST = 5000
local FIELDS = { event = true, leadId = true, id = true, count = true, time = true, array = true }

--- The range that ids of a kind come from, for those that nothing has.
local RANGES = { agent = "member_user", lead = "lead", activity = "lead", alert = "listing_alert",
  transaction = "transaction", call = "communication", email = "communication", text = "communication", note = "note",
  task = "task", appointment = "task", pipeline = "lead" }

local function answer(status, message)
  return wire.json(status, { message = message })
end

-- Lists and verbs by the name of an event.
local EVENTS, NAMES = {}, {}
for list_id, list in ipairs(lists) do
  for _, verb in ipairs(list.verbs) do
    local name = list.kind .. "." .. verb
    EVENTS[name], NAMES[#NAMES + 1] = { list_id = list_id, list = list, verb = verb }, name
  end
end

-- The things of a kind that the caller could read, as { id, leadId }; nil where the kind keeps none.
local function candidates(store, kind)
  local found = {}
  local function add(id, lead_id)
    found[#found + 1] = { id = id, leadId = lead_id }
  end
  if kind == "agent" then
    for _, member in ipairs(roster.list(store)) do
      add(member.user_id)
    end
  elseif kind == "transaction" then
    for id, transaction in pairs(store.transactions) do
      add(id, transaction.leadId)
    end
  elseif kind == "note" then
    for id, note in pairs(store.notes) do
      add(id, note.leadId)
    end
  elseif kind == "task" or kind == "appointment" then
    for id, task in pairs(store.tasks) do
      if not task.deleted and tasks.is_appointment(task) == (kind == "appointment") then
        add(id, task.leadId)
      end
    end
  else
    for _, entry in ipairs(store.communications.list) do
      if entry.kind == kind and entry.way ~= "Auto" and not entry.deleted then
        add(entry.id, entry.leadId)
      end
    end
  end
  table.sort(found, function(a, b)
    return a.id < b.id
  end)
  return found
end

local function visible_leads(store)
  local found = {}
  for position = 1, math.min(store.leads.count, MOST) do
    local lead = store.leads:at(position)
    if store.leads.is_visible(lead) then
      found[#found + 1] = { leadId = lead.leadId }
    end
  end
  return found
end

-- The things to choose from: of one lead, where it was named.
local function choices(store, event, lead_id)
  local of_lead = {}
  if event.verb ~= "deleted" then
    local all = event.list.id and candidates(store, event.list.kind) or visible_leads(store)
    for _, thing in ipairs(all) do
      local lead = thing.leadId and store.leads:find(thing.leadId)
      if (not lead_id or thing.leadId == lead_id) and (not lead or store.leads.is_visible(lead)) then
        of_lead[#of_lead + 1] = thing
      end
    end
  end
  return of_lead
end

-- The members of one entry.
local function ids_of(store, event, thing, wanted)
  local list, ids = event.list, {}
  if list.id then
    ids[list.id] = wanted.id or thing.id or store:next_id(RANGES[list.kind])
  end
  if list.legacy then
    ids[list.legacy] = store:next_id("legacy_message")
  end
  if list.is_of_lead then
    local some = visible_leads(store)[1]
    ids.leadId = wanted.leadId or thing.leadId
      or (list.id and some and some.leadId) or store:next_id("lead")
  end
  return ids
end

local function read(body)
  local fields = json.decode(body or "", { keep_null = true })
  if type(fields) ~= "table" or json.is_array(fields) then
    return nil, "the body is no JSON object"
  end
  for name in pairs(fields) do
    if not FIELDS[name] then
      return nil, ('"%s" is no field; there are event, leadId, id, count, time and array'):format(name)
    end
  end
  local wanted = { leadId = params.field_integer(fields, "leadId"), id = params.field_integer(fields, "id"),
    count = params.field_integer(fields, "count") or 1, time = params.field_integer(fields, "time"),
    array = params.field_text(fields, "array"), event = EVENTS[fields.event or ""] }
  if not wanted.event then
    return nil, ("there is no such event; there are %s"):format(table.concat(NAMES, ", "))
  elseif wanted.count < 1 or wanted.count > MOST then
    return nil, ("count is from 1 to %d"):format(MOST)
  elseif wanted.array and (codec.is_blank(wanted.array) or not wanted.array:find("^%a%w*$")) then
    return nil, "array is the name of an array"
  end
  return wanted
end

--- Answers it.
---@param store table
---@param request table
---@return integer status, table headers, string body
function M.answer(store, request)
  if request.method ~= "POST" then
    return answer(405, "write POST")
  elseif not store.changes then
    return answer(400, "only a sandbox of its own delivers webhooks: loftyrun sandbox --port PORT")
  end
  local ok, wanted, why = pcall(read, request.body)
  if not ok or not wanted then
    return answer(400, ok and why or "a field is of the wrong type")
  end
  local event, entries = wanted.event, json.array {}
  local things = choices(store, event, wanted.leadId)
  for index = 1, wanted.count do
    local ids = ids_of(store, event, #things > 0 and things[(index - 1) % #things + 1] or {}, wanted)
    store:happen(event.list_id, event.verb, ids)
    ids.updateTime = wanted.time or ids.updateTime
    store.changes[#store.changes].array = wanted.array
    entries[index] = ids
  end
  local subscribed = 0
  for _, webhook in ipairs(store.webhooks) do
    local is_told = webhook.listId == event.list_id and posts.target(webhook.callbackUrl)
    subscribed = subscribed + (is_told and 1 or 0)
  end
  return wire.json(200, { listId = event.list_id, subscriptions = subscribed, entries = entries })
end

return M
