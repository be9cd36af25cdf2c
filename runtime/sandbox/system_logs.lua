--- What the system noted about a lead: stage changes, assignments, smart plan tasks, notes edited or deleted. Not
--- calls, messages, notes or visits. `add` is for whatever changes a lead.

local json = require "native.json"
local wire = require "sandbox.wire"
local params = require "sandbox.params"
local account = require "sandbox.account"
local access = require "sandbox.access"

local M = {}

-- Names are documented for stage changes only; the others are ours, after what the events are.
local TYPES = {
  [17] = "EditNote", [18] = "DeleteNote", [38] = "TeamStageChange", [40] = "LeadAssign", [103] = "SmartPlanTask",
}
local OTHER, AGENT, LEAD, STAGE = 0, 1, 2, 3 -- kinds of party, as documented

-- `2026-06-10T05:51:02.165+00:00`, this endpoint's own spelling.
local function moment(ms)
  return os.date("!%Y-%m-%dT%H:%M:%S", ms // 1000) .. string.format(".%03d+00:00", ms % 1000)
end

-- A party's kind, id and names, under names that begin with from or to.
local function put_party(reply, side, kind, id, first, last)
  reply[side .. "Type"], reply[side .. "Id"] = kind, id
  reply[side .. "FirstName"], reply[side .. "LastName"] = first, last
end

local function show(store, log)
  local lead, agent = store.leads:find(log.leadId), account.member(log.agentId)
  local reply = {
    id = string.format("%d", log.id), leadId = log.leadId, agentId = agent and log.agentId or 0,
    timelineType = log.type, timelineTypeDesc = TYPES[log.type], timelineTime = moment(log.time),
    createTime = moment(log.time), updateTime = moment(log.time), refId = log.refId or 0,
    sticky = false, canSticky = false, content = log.content,
  }
  if log.type == 38 then
    put_party(reply, "from", STAGE, account.stage_id(log.content.fromStageName), "", "")
    put_party(reply, "to", STAGE, account.stage_id(log.content.toStageName), "", "")
    return reply
  end
  if agent then
    put_party(reply, "from", AGENT, agent.user_id, agent.first, agent.last)
  else
    put_party(reply, "from", OTHER, 0, "", "")
  end
  put_party(reply, "to", LEAD, log.leadId, lead.firstName, lead.lastName or "")
  return reply
end

--- Notes an event.
---@param store table
---@param lead_id integer
---@param kind integer the timeline type, a row of TYPES
---@param content table the event's own members
---@param more? { agentId: integer, time: integer, refId: integer } the caller, now and nothing when absent
function M.add(store, lead_id, kind, content, more)
  assert(TYPES[kind], kind)
  more = more or {}
  store.system_logs[#store.system_logs + 1] = {
    id = store:next_id("system_log"), leadId = lead_id, type = kind, content = content,
    agentId = more.agentId or account.caller.user_id, time = more.time or store.now(), refId = more.refId,
  }
end

--- Notes that a lead went from one stage to another; nothing when it stayed.
---@param store table
---@param lead table after the change
---@param from string the stage's name before
function M.add_stage_change(store, lead, from)
  if lead.stage ~= from then
    M.add(store, lead.leadId, 38, { fromStageName = from, toStageName = lead.stage })
    store:happen(12, "updated", { leadId = lead.leadId })
  end
end

--- Notes that a note was edited or deleted.
---@param store table
---@param note table as notes.lua keeps it
---@param is_deleted boolean
function M.add_note_change(store, note, is_deleted)
  M.add(store, note.leadId, is_deleted and 18 or 17, { noteContent = note.content }, { refId = note.noteId })
end

-- The lead's logs between two moments (-1: open), newest first.
local function select(store, lead_id, from, to)
  local found = {}
  for _, log in ipairs(store.system_logs) do
    if log.leadId == lead_id and log.time >= from and (to < 0 or log.time <= to) then
      found[#found + 1] = log
    end
  end
  table.sort(found, function(a, b)
    return a.time > b.time or (a.time == b.time and a.id > b.id)
  end)
  return found
end

--- GET /v1.0/systemLogs?leadId=. A lead that is not the caller's, or not there, is 403 here.
function M.list(store, request)
  local query = request.query
  local lead_id = wire.demand(params.integer(query, "leadId"), "INVALID_PARAMETER")
  local page, size = params.integer(query, "pageNumber", 0), params.integer(query, "pageSize", 100)
  local from, to = params.integer(query, "startTime", -1), params.integer(query, "endTime", -1)
  wire.demand(page >= 0 and size >= 1 and size <= 1000, "INVALID_PARAMETER")
  access.demand_lead(store, lead_id, "LEAD_FORBIDDEN")
  local logs = select(store, lead_id, from, to)
  local lines = json.array({})
  -- Bounded before multiplying: the page asked for may be anything.
  local first = math.min(page, #logs) * size
  for i = first + 1, math.min(first + size, #logs) do
    lines[#lines + 1] = show(store, logs[i])
  end
  return { hasMore = first + size < #logs and 1 or 0, timeLines = lines }
end

return M
