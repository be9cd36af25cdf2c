--- The operations on communications of one lead or by communication id. Searches by agent are in message_search.lua,
--- sending in message_send.lua.

local json = require "native.json"
local wire = require "sandbox.wire"
local params = require "sandbox.params"
local access = require "sandbox.access"
local history = require "sandbox.history"
local view = require "sandbox.history_view"

local M = {}

-- A page of a lead's entries, oldest first; a currentId above 0 continues behind that id and beats the offset.
local function page(store, request, wanted, show)
  local query = request.query
  local lead_id = wire.demand(params.integer(query, "leadId"), "INVALID_PARAMETER")
  local offset, limit = params.integer(query, "offset", 0), params.integer(query, "limit", 10)
  local current = params.integer(query, "currentId", 0)
  wire.demand(offset >= 0 and limit >= 1 and limit <= 1000, "INVALID_PARAMETER")
  access.demand_lead(store, lead_id)
  local entries = history.of_lead(store, lead_id, function(entry)
    return wanted(entry) and entry.id > current
  end)
  local items = json.array({})
  for i, entry in ipairs(history.slice(entries, current > 0 and 0 or offset, limit)) do
    items[i] = show(entry)
  end
  return items
end

-- Logs written by hand are shown by manual_logs and by communication id, and by the second version of the call list.
local function sent_as(kind)
  return function(entry)
    return entry.kind == kind and entry.way ~= "Logged"
  end
end

--- GET /v1.0/communication/call?leadId=
function M.list_calls(store, request)
  return { calls = page(store, request, sent_as "call", view.call) }
end

--- GET /v1.0/communication/call/v2?leadId=: more calls, the logged ones too, with fewer members.
function M.list_calls_v2(store, request)
  return {
    calls = page(store, request, function(entry)
      return entry.kind == "call"
    end, view.call_v2),
  }
end

--- GET /v1.0/communication/text?leadId=
function M.list_texts(store, request)
  return { texts = page(store, request, sent_as "text", view.text) }
end

--- GET /v1.0/communication/email?leadId=
function M.list_emails(store, request)
  return { emails = page(store, request, sent_as "email", view.email) }
end

-- Handler of one kind by communication id. Not there, another kind and somebody else's lead are refused alike.
local function getter(kind, show)
  return function(store, request)
    local entry = history.find(store, params.parse_integer(request.path_params.communicationId))
    local is_there = entry and entry.kind == kind and store:is_settled(entry.created)
      and access.may_see(store, entry.leadId)
    wire.demand(is_there, "PERMISSION_DENIED")
    return show(entry)
  end
end

--- GET /v2.0/communication/{call,text,email}/{communicationId}: the bare object.
M.get_call = getter("call", function(entry)
  return view.call(entry)
end)
M.get_text = getter("text", view.text)
M.get_email = getter("email", view.email)

return M
