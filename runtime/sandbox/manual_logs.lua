--- The operations on manual logs: calls, e-mails and texts an agent writes down. Writing is asynchronous in the real
--- system, so a log just created may not be readable yet.

local json = require "native.json"
local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local params = require "sandbox.params"
local account = require "sandbox.account"
local access = require "sandbox.access"
local history = require "sandbox.history"
local view = require "sandbox.history_view"

local M = {}

local MAX_CONTENT, MAX_SHORT, MAX_WINDOW = 5000, 20, 20000
local KINDS = { logCall = "call", logEmail = "email", logText = "text" }
local OUTCOMES = { Talked = true, VoiceMessage = true, NoAnswer = true, BadNumber = true, DNCNumber = true,
  DNCContact = true }

-- The log a path names, settled or not. Communications of other kinds are not there, as documented.
local function find(store, request)
  local entry = history.find(store, params.parse_integer(request.path_params.logTypeId))
  return wire.demand(entry and entry.way == "Logged" and entry, "RESOURCE_NOT_EXIST")
end

local function short_text(body, name)
  local text = params.field_text(body, name)
  wire.demand(not text or params.cut(text, MAX_SHORT) == text, "PARAMETER_TOO_LONG")
  return text
end

-- What only calls have. An outcome nobody knows counts as Talked; one left out stays out.
local function read_call(body, entry)
  entry.phone, entry.outcome = short_text(body, "leadPhoneNumber"), short_text(body, "callingOutcome")
  if entry.kind == "call" then
    wire.demand(entry.phone and not codec.is_blank(entry.phone), "INVALID_PARAMETER")
    entry.outcome = entry.outcome and (OUTCOMES[entry.outcome] and entry.outcome or "Talked")
  end
end

--- POST /v1.0/logType
function M.create(store, request)
  local body = request.body
  local lead_id = wire.demand(params.field_integer(body, "leadId"), "INVALID_PARAMETER")
  local entry = {
    leadId = lead_id, way = "Logged", agentId = account.caller.user_id,
    kind = wire.demand(KINDS[params.field_text(body, "logType") or ""], "INVALID_PARAMETER"),
    content = params.field_text(body, "content", MAX_CONTENT), isPin = params.field_boolean(body, "isPin") or false,
    direction = params.field_text(body, "outboundOrInbound") or "outbound",
    subject = params.field_text(body, "emailSubject"),
    to = params.field_text(body, "toEmail"), from = params.field_text(body, "fromEmail"),
  }
  wire.demand(entry.content and not codec.is_blank(entry.content), "INVALID_PARAMETER")
  wire.demand(entry.direction == "outbound" or entry.direction == "inbound", "INVALID_PARAMETER")
  read_call(body, entry)
  entry.event = entry.kind == "email" and "Sent" or nil
  access.demand_lead(store, lead_id)
  return { logType = view.log(history.add(store, entry)) }
end

--- GET /v1.0/logType/{logTypeId}
function M.get(store, request)
  local entry = find(store, request)
  wire.demand(store:is_settled(entry.created) and access.may_see(store, entry.leadId), "RESOURCE_NOT_EXIST")
  return { logType = view.log(entry) }
end

--- DELETE /v1.0/logType/{logTypeId}: empty reply; works before the log can be read.
function M.delete(store, request)
  local entry = find(store, request)
  access.demand_lead(store, entry.leadId)
  entry.deleted = true
  return nil
end

-- Offset and limit outside their ranges are set right without a word; only a window too far down is refused.
local function read_window(query)
  local offset, limit = params.integer(query, "offset", 0), params.integer(query, "limit", 10)
  offset = math.max(0, offset)
  limit = (limit < 1 or limit > 1000) and 10 or limit
  wire.demand(offset <= MAX_WINDOW and offset + limit <= MAX_WINDOW, "OFFSET_EXCEED_LIMIT")
  return offset, limit
end

local function choice(query, name, first, second)
  local value = params.text(query, name) or first
  wire.demand(value == first or value == second, "INVALID_PARAMETER")
  return value
end

-- By time or id in either direction; ids break ties.
local function sort(entries, by, is_descending)
  table.sort(entries, function(a, b)
    if is_descending then
      a, b = b, a
    end
    return a[by] < b[by] or (a[by] == b[by] and a.id < b.id)
  end)
end

--- GET /v1.0/logType?leadId=&logType=. A currentId above 0 continues behind that id, by id, and beats offset and sort.
function M.list(store, request)
  local query = request.query
  local lead_id = wire.demand(params.integer(query, "leadId"), "INVALID_PARAMETER")
  local kind = wire.demand(KINDS[params.text(query, "logType") or ""], "INVALID_PARAMETER")
  local offset, limit = read_window(query)
  local current = params.integer(query, "currentId", 0)
  local by = choice(query, "sort", "createTime", "id") == "id" and "id" or "time"
  local is_descending = choice(query, "order", "asc", "desc") == "desc"
  access.demand_lead(store, lead_id)
  local entries = history.of_lead(store, lead_id, function(entry)
    local is_ahead = current <= 0 or (is_descending and entry.id < current)
      or (not is_descending and entry.id > current)
    return entry.way == "Logged" and entry.kind == kind and is_ahead
  end)
  sort(entries, current > 0 and "id" or by, is_descending)
  local logs = json.array({})
  for i, entry in ipairs(history.slice(entries, current > 0 and 0 or offset, limit)) do
    logs[i] = view.log(entry)
  end
  return { logType = logs }
end

return M
