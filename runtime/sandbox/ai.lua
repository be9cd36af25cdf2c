--- AI analyses of leads, made after they were asked for, and what it has to say at once before a call or a meeting.

local json = require "native.json"
local wire = require "sandbox.wire"
local times = require "sandbox.times"
local params = require "sandbox.params"
local access = require "sandbox.access"
local tasks = require "sandbox.task_store"
local jobs = require "sandbox.ai_jobs"

local M = {}

local function analyses_of(store)
  return store:part("lead_analyses", function()
    return {} -- in order of creation
  end)
end

-- Neither description nor replies give away the members of an analysis; names and numbers follow those of summaries.
local function reply(store, analysis)
  return {
    taskId = analysis.id, leadIds = analysis.leads, leadCount = #analysis.leads,
    status = jobs.stage(store, analysis.job), createTime = times.iso(analysis.job.started),
  }
end

local function wrap(data)
  return { code = 0, message = "success", data = data }
end

--- POST /v2.0/ai/lead-analysis
M.analyze = jobs.rationed("lead analysis", function(store, request)
  local ids = params.field_array(request.body, "leadIds", function(id)
    return params.field_integer({ id = id }, "id")
  end)
  wire.demand(ids and #ids > 0, "INVALID_PARAMETER")
  for _, id in ipairs(ids) do
    access.demand_lead(store, id, "INVALID_PARAMETER")
  end
  local analysis = { id = store:next_id("lead_analysis"), leads = ids, job = jobs.start(store) }
  table.insert(analyses_of(store), analysis)
  return wrap(reply(store, analysis))
end)

-- What is still to come, latest first: a finished analysis is not listed any more. None takes the three months a list
-- goes back.
local function unfinished(store)
  local list, all = {}, analyses_of(store)
  for i = #all, 1, -1 do
    if jobs.stage(store, all[i].job) ~= jobs.FINISHED then
      list[#list + 1] = all[i]
    end
  end
  return list
end

--- GET /v2.0/ai/lead-analysis: pages are counted from 1.
function M.list(store, request)
  local query = request.query
  local page, size = params.integer(query, "pageNum", 1), params.integer(query, "pageSize", 10)
  wire.demand(page >= 1 and size >= 1, "INVALID_PARAMETER")
  local all = unfinished(store)
  -- Bounded before multiplying: the numbers asked for may be anything.
  local step = math.min(size, #all)
  local first = math.min(page - 1, #all) * step
  local list = json.array({})
  for i = first + 1, math.min(first + step, #all) do
    list[#list + 1] = reply(store, all[i])
  end
  return wrap { pageNum = page, pageSize = size, total = #all, list = list }
end

-- The lead and one of its tasks or appointments, both the caller's; anything else is an invalid parameter.
local function demand_lead_and_task(store, body, name)
  local lead_id, task_id = params.field_integer(body, "leadId"), params.field_integer(body, name)
  wire.demand(lead_id and task_id, "INVALID_PARAMETER")
  local lead, task = access.demand_lead(store, lead_id, "INVALID_PARAMETER"), tasks.find(store, task_id)
  wire.demand(task and task.leadId == lead_id, "INVALID_PARAMETER")
  return lead, task
end

local function background(lead)
  return string.format("%s came from %s and is at the stage %s.", lead.firstName, lead.source or "an unknown source",
    lead.stage)
end

--- POST /v2.0/ai/call-script: for any task of the lead's.
function M.write_script(store, request)
  local lead, task = demand_lead_and_task(store, request.body, "taskId")
  return {
    context = background(lead),
    objectiveSuggestion = json.array { task.content, "Agree on the next step." },
    keyTalkingPoints = json.array {
      { title = "Opening", value = json.array { "Is this a good moment, " .. lead.firstName .. "?" } },
      { title = "What they want", value = json.array { "Which part of town?", "When would you like to move?" } },
    },
  }
end

--- POST /v2.0/ai/prepare-insight: for an appointment of the lead's. The members of `data` are ours.
function M.prepare(store, request)
  local lead, appointment = demand_lead_and_task(store, request.body, "appointmentId")
  wire.demand(tasks.is_appointment(appointment), "INVALID_PARAMETER")
  return wrap {
    leadId = lead.leadId, appointmentId = appointment.id, context = background(lead),
    insights = json.array { "Purpose: " .. appointment.content, "Have the latest sales nearby at hand." },
  }
end

return M
