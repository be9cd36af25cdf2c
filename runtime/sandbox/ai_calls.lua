--- AI summaries of recorded calls, made after they were asked for.

local json = require "native.json"
local wire = require "sandbox.wire"
local params = require "sandbox.params"
local access = require "sandbox.access"
local jobs = require "sandbox.ai_jobs"

local M = {}

local function summaries_of(store)
  return store:part("call_summaries", function()
    return {} -- id of the call's record -> { id, call, job }
  end)
end

-- A call by the id of its record; the id of the call itself will do, as the description does not say which it means.
local function find_call(store, id)
  for _, entry in ipairs(store.communications.list) do
    if entry.dialer and (entry.dialer.recordId == id or entry.dialer.callId == id) then
      return access.may_see(store, entry.leadId) and entry or nil
    end
  end
  return nil
end

--- Starts a summary. It fails in the end when nothing was recorded.
---@param store table
---@param call table an entry of history.lua with a `dialer`
---@param started? integer epoch ms, now when absent
function M.add(store, call, started)
  summaries_of(store)[call.dialer.recordId] = {
    id = store:next_id("call_summary"), call = call, job = jobs.start(store, not call.dialer.recording, started),
  }
end

--- POST /v2.0/ai/call-summary/generate. Asking again starts over only what failed.
M.generate = jobs.rationed("call summary", function(store, request)
  local body = request.body
  local id, lead_id = params.field_integer(body, "callRecordId"), params.field_integer(body, "leadId")
  local call = id and find_call(store, id)
  wire.demand(call and call.leadId == lead_id, "INVALID_PARAMETER")
  local known = summaries_of(store)[call.dialer.recordId]
  if not known or jobs.stage(store, known.job) == jobs.FAILED then
    M.add(store, call)
  end
  return { message = "Call summary is being generated" }
end)

-- What a finished one says.
local function result(store, call, shown)
  local lead = store.leads:find(call.leadId)
  shown.text = string.format("Agent: Is this a good moment, %s?\n%s: It is.", lead.firstName, lead.firstName)
  shown.summary = call.content or string.format("%s and the agent spoke for %d seconds.", lead.firstName,
    call.dialer.duration)
  shown.keywords = json.array { { content = lead.firstName, type = "leadName" } }
  if lead.phones[1] then
    shown.keywords[2] = { content = lead.phones[1], type = "leadPhone" }
  end
  shown.score = 60 + call.dialer.duration % 40
  shown.comment = "Friendly and to the point; agree on the next step earlier."
  return shown
end

--- GET /v2.0/ai/call-summary: no data for a call whose summary nobody asked for.
function M.get(store, request)
  local id = params.integer(request.query, "callRecordId")
  local call = id and find_call(store, id)
  wire.demand(call, "INVALID_PARAMETER")
  local summary, shown = summaries_of(store)[call.dialer.recordId], nil
  if summary then
    local stage = jobs.stage(store, summary.job)
    shown = { id = summary.id, recordingId = call.dialer.recordId, status = stage, userId = call.agentId }
    shown = stage == jobs.FINISHED and result(store, call, shown) or shown
  end
  return { status = { code = 0, msg = "ok" }, data = shown }
end

return M
