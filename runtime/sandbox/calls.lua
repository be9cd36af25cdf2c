--- The operations on calls the dialer made. Their ids are the dialer's, not the communication ids of messages.lua.

local json = require "native.json"
local wire = require "sandbox.wire"
local params = require "sandbox.params"
local access = require "sandbox.access"
local history = require "sandbox.history"
local view = require "sandbox.history_view"

local M = {}

local RECORDINGS = "https://anycall-file.example.com/recordings/"

-- A call that is not there and a call with somebody else's lead are refused alike, so that nothing is given away.
local function find(store, request)
  local id = params.parse_integer(request.path_params.callId)
  local call
  for _, entry in ipairs(store.communications.list) do
    if entry.dialer and entry.dialer.callId == id then
      call = entry
    end
  end
  wire.demand(call, "PERMISSION_DENIED")
  access.demand_managed_lead(store, call.leadId, "LEAD_NOT_FOUND", "PERMISSION_DENIED")
  return call
end

--- GET /v1.0/calls?leadId=: newest first, which nobody documents. A leadId left out is a lead not found.
function M.list(store, request)
  local query = request.query
  local lead_id = params.integer(query, "leadId", 0)
  local offset, limit = params.integer(query, "offset", 0), params.integer(query, "limit", 10)
  wire.demand(offset >= 0 and limit >= 1, "INVALID_PARAMETER")
  access.demand_managed_lead(store, lead_id, "LEAD_NOT_FOUND", "PERMISSION_DENIED")
  local entries = history.of_lead(store, lead_id, function(entry)
    return entry.dialer ~= nil
  end)
  table.sort(entries, function(a, b)
    return a.id > b.id
  end)
  local calls = json.array({})
  for i, entry in ipairs(history.slice(entries, offset, limit)) do
    calls[i] = view.call(entry, entry.dialer.callId)
  end
  return { _metadata = { collection = "calls", limit = limit, offset = offset, total = #entries }, calls = calls }
end

--- GET /v1.0/calls/{callId}: one call, under `calls` all the same.
function M.get(store, request)
  local call = find(store, request)
  return { calls = view.call(call, call.dialer.callId) }
end

--- GET /v1.0/call/url/{callId}: an address that expires; empty when nothing was recorded.
function M.recording_url(store, request)
  local call = find(store, request)
  local recording = call.dialer.recording
  local url = recording and string.format("%s%s.mp3?expires=%d", RECORDINGS, recording, store.now() // 1000 + 3600)
  return { calls = { id = call.dialer.callId, url = url or "" } }
end

return M
