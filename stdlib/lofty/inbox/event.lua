--- What a handler of webhooks is called with.
local json = require "native.json"
local lofty_error = require "lofty.error"
local misuse = require "lofty.misuse"

local M = {}

---@class lofty.Event what has happened, as a webhook told it; its content is not told: event:fetch() reads it
---@field name string "lead.updated"
---@field id integer its number in `loftyrun inbox`
---@field key string for lofty.once: the same each time this event comes to this handler
---@field handler string the handler's name
---@field list_id integer|nil of Lofty's twelve lists
---@field team_id integer|nil
---@field lead integer|nil
---@field thing integer|string|nil the id of what it is about: of the task, the note, the lead
---@field time integer|nil when it happened, in milliseconds since 1970
---@field received integer when it came
---@field attempt integer 1, more where the handler has failed with it
---@field coalesced integer how many earlier events of the lead it stands for (coalesce = true)
---@field duplicates integer how often it has come again
---@field reconciled boolean|nil true: Lofty has not delivered it, `loftyrun inbox reconcile` found the change
---@field raw table|nil the entry of the webhook, as Lofty wrote it
local Event = {}
Event.__index = Event
Event.__name = "lofty.Event"

local function operation(resource, verb, ...)
  return require("lofty")[resource][verb], ...
end

local function member(event, ...)
  for _, name in ipairs { ... } do
    local value = event.raw and event.raw[name]
    if math.type(value) == "integer" or type(value) == "string" then return math.tointeger(tonumber(value)) or value end
  end
  return misuse(("event:fetch: event %d has no %s"):format(event.id, (...)))
end

--- Of these Lofty answers PERMISSION_DENIED also where there is none, so that nobody learns that there is one.
local HIDDEN = { call = true, email = true, text = true }

local function message_of(verb)
  return function(event) return operation("messages", verb, member(event, "timelineId")) end
end

local function lead_of(event)
  return operation("leads", "get", event.lead or member(event, "leadId"))
end

--- The attempt from which on what was made and cannot be read is gone: before, it may not show yet; a read answers
--- 404 for a moment after a create.
local GONE_FROM_ATTEMPT = 3

--- What reads the thing, by the kind of event.
local READS = {
  agent = function(event) return operation("members", "get_by_id", member(event, "agentId", "userId")) end,
  lead = lead_of,
  pipeline = lead_of,
  alert = lead_of,
  activity = function(event) return operation("leads", "list_site_activities", event.lead or member(event, "leadId")) end,
  transaction = function(event)
    return operation("transactions", "get", event.lead or member(event, "leadId"), member(event, "transactionId"))
  end,
  call = message_of "get_call",
  email = message_of "get_email",
  text = message_of "get_text",
  note = function(event) return operation("notes", "get", member(event, "noteId")) end,
  task = function(event) return operation("tasks", "get", member(event, "taskId")) end,
  appointment = function(event) return operation("tasks", "get", member(event, "appointmentId", "taskId")) end,
}

--- Reads what the event is about, as it is now: the lead, task, note, transaction, message or member; of an alert or a
--- stage the lead; of an activity the lead's activities. nil and "deleted" where Lofty knows it no more (404). What was
--- just made may not show yet: of a `*.created` the first two attempts raise, and the handler is called again. Of a call,
--- an e-mail or a text Lofty does not tell whether it is gone or may not be seen by this user: both are "deleted" then.
---@return any thing
---@return string|nil why "deleted"
function Event:fetch()
  local kind = self.name:match("^%l+")
  local read = READS[kind] or misuse(("event:fetch: nothing reads what %s is about"):format(self.name))
  local results = table.pack(require("lofty").try(read(self)))
  local err = results[2]
  if results[1] == nil and lofty_error.is_error(err) then
    local missing = err.category == "not_found" or err.status == 404 or HIDDEN[kind] and err.code == "PERMISSION_DENIED"
    local shows = not self.name:find("%.created$") or self.attempt >= GONE_FROM_ATTEMPT
    if missing and shows then return nil, "deleted" end
    error(err, 0)
  end
  return table.unpack(results, 1, results.n)
end

--- The event of a row that was claimed.
---@param row table
---@param handler string
---@return lofty.Event
function M.new(row, handler)
  local thing = row.thing
  return setmetatable({ name = row.name, id = row.id, handler = handler,
    key = ("webhook %s %s"):format(handler, row.key or "event " .. row.id), list_id = row.list_id, team_id = row.team_id,
    lead = row.lead, thing = thing and (math.tointeger(tonumber(thing)) or thing), time = row.happened,
    received = row.received, reconciled = row.reconciled, attempt = row.attempt, coalesced = row.coalesced, duplicates = row.duplicates,
    raw = row.raw and json.decode(row.raw) }, Event)
end

return M
