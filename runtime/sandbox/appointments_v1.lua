--- The V1 list of a lead's appointments: those of tasks.lua and the calendar, which alone can make them.

local json = require "native.json"
local wire = require "sandbox.wire"
local times = require "sandbox.times"
local params = require "sandbox.params"
local access = require "sandbox.access"
local tasks = require "sandbox.task_store"
local view = require "sandbox.task_view"

local M = {}

-- Nobody published these numbers; ours.
local ROLE_TYPES = { Agent = 1, Assistant = 2 }

-- `deadline` is the start; createTime and lastUpdate are the only texts among the times.
local function reply(store, task)
  return {
    id = task.id, descr = task.content, address = task.address or "", leadId = task.leadId,
    deadline = task.startAt, endTime = task.endAt, allDay = task.allDay or false,
    finishFlag = task.finished ~= nil, finishTime = task.finished, deleteFlag = false,
    overdue = view.is_overdue(store, task), createTime = times.iso(task.created), lastUpdate = times.iso(task.updated),
    assignToUid = task.assignedUserId, assignRoleType = ROLE_TYPES[task.assignedRole], creatorId = task.creatorId,
  }
end

--- GET /v1.0/appts?leadId=: a bare array.
function M.list(store, request)
  local lead_id = wire.demand(params.integer(request.query, "leadId"), "INVALID_PARAMETER")
  access.demand_managed_lead(store, lead_id, "LEAD_NOT_EXIST", "PERMISSION_DENIED")
  local list = json.array({})
  for _, task in ipairs(tasks.collect(store, function(task)
    return task.leadId == lead_id and not task.deleted and tasks.is_appointment(task)
  end)) do
    list[#list + 1] = reply(store, task)
  end
  return list
end

return M
