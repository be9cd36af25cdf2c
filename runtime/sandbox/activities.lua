--- GET /v2.0/leads/{leadId}/activities: calls, texts and e-mails of a lead in one list, oldest first, so that the first
--- page is the oldest one. What happened on the website is not in it.

local json = require "native.json"
local wire = require "sandbox.wire"
local times = require "sandbox.times"
local params = require "sandbox.params"
local leads = require "sandbox.leads"
local history = require "sandbox.history"

local M = {}

local MAX_LIMIT = 1000
local CHANNELS = { call = "Call", text = "Text", email = "Email" }

-- Times always carry the offset of UTC here; timeZoneCode is accepted and changes nothing.
local function reply(entry)
  local is_call, is_email = entry.kind == "call", entry.kind == "email"
  return {
    id = entry.id, leadId = entry.leadId, agentId = entry.agentId, activityTime = times.iso(entry.time),
    channel = CHANNELS[entry.kind], communicationType = entry.way,
    direction = entry.direction == "inbound" and "Inbound" or "Outbound",
    callingOutcome = is_call and entry.outcome or nil, leadPhoneNumber = is_call and entry.phone or nil,
    emailEventType = is_email and entry.event or nil, emailSubject = is_email and entry.subject or nil,
    note = entry.way == "Logged" and entry.content or nil,
  }
end

local function any()
  return true
end

-- Where a page starts: behind the entry that currentId names, else after `offset` entries.
local function start_of(entries, current, offset)
  if current <= 0 then
    return math.min(offset, #entries)
  end
  for i, entry in ipairs(entries) do
    if entry.id == current then
      return i
    end
  end
  return #entries
end

--- Handles the request.
function M.list(store, request)
  local query = request.query
  local current = params.integer(query, "currentId", 0)
  local offset, limit = params.integer(query, "offset", 0), params.integer(query, "limit", 10)
  wire.demand(current >= 0 and offset >= 0 and limit >= 1 and limit <= MAX_LIMIT, "INVALID_PARAMETER")
  local lead = leads.demand(store, params.parse_integer(request.path_params.leadId))
  local entries = history.of_lead(store, lead.leadId, any)
  local first = start_of(entries, current, offset)
  local activities = json.array({})
  for i = first + 1, math.min(first + limit, #entries) do
    activities[#activities + 1] = reply(entries[i])
  end
  return { activities = activities }
end

return M
