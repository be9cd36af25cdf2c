--- The V1 operations on tasks: the tasks of tasks.lua without the appointments, with a deadline for a span.

local json = require "native.json"
local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local times = require "sandbox.times"
local params = require "sandbox.params"
local access = require "sandbox.access"
local moments = require "sandbox.moments"
local tasks = require "sandbox.task_store"
local view = require "sandbox.task_view"

local M = {}

local FIELDS = { "content", "leadId", "deadline", "type", "assignedRole", "finishFlag" }

local function reply(store, task)
  local shown = view.reply(store, task)
  shown.deadline, shown.finishTime = times.plain(task.endAt), times.plain(task.finished) or ""
  shown.createTime, shown.lastUpdate = times.plain(task.created), times.plain(task.updated)
  shown.deleteFlag = false
  return shown
end

-- Appointments are not there for V1.
local function demand_task(store, request, no_access)
  local task = tasks.demand(store, request, no_access)
  wire.demand(not tasks.is_appointment(task), "TASK_NOT_EXIST")
  return task
end

-- The members of a body, each checked for itself; absent ones are nil.
local function read_fields(body)
  local content = params.field_text(body, "content")
  local way, role = params.field_text(body, "type"), params.field_text(body, "assignedRole")
  local deadline = moments.check(params.field_integer(body, "deadline"))
  wire.demand(not content or not codec.is_blank(content), "INVALID_PARAMETER")
  wire.demand(not way or tasks.WAYS[way], "INVALID_PARAMETER")
  wire.demand(not role or tasks.ROLES[role], "INVALID_PARAMETER")
  return { content = content, type = way, endAt = deadline }, role, params.field_integer(body, "leadId")
end

--- GET /v1.0/tasks?leadId=
function M.list(store, request)
  local lead_id = wire.demand(params.integer(request.query, "leadId"), "INVALID_PARAMETER")
  access.demand_managed_lead(store, lead_id, "LEAD_NOT_EXIST", "PERMISSION_DENIED")
  local list = json.array({})
  for _, task in ipairs(tasks.collect(store, function(task)
    return task.leadId == lead_id and not task.deleted and not tasks.is_appointment(task)
  end)) do
    list[#list + 1] = reply(store, task)
  end
  return { taskList = list }
end

--- GET /v1.0/tasks/{taskId}
function M.get(store, request)
  return { task = reply(store, demand_task(store, request, "PERMISSION_DENIED")) }
end

--- POST /v1.0/tasks: everything but finishFlag is needed. A lead that is not there is refused like somebody else's.
function M.create(store, request)
  local task, role, lead_id = read_fields(request.body)
  wire.demand(task.content and task.type and task.endAt and role and lead_id, "INVALID_PARAMETER")
  access.demand_lead(store, lead_id, "PERMISSION_DENIED")
  task.leadId = lead_id
  return { taskId = tasks.add(store, task, role) }
end

local function is_empty(body)
  for _, name in ipairs(FIELDS) do
    if params.given(body, name) ~= nil then
      return false
    end
  end
  return true
end

local function change(store, request)
  local changes, role, lead_id = read_fields(request.body)
  local task = demand_task(store, request, "LEAD_NOT_EXIST")
  wire.demand(not lead_id or lead_id == task.leadId, "INVALID_UPDATE_OPERATION_LEADID")
  tasks.demand_own(task)
  -- A deadline before the start of a V2 task's span takes the start along; V1 knows nothing of spans.
  if changes.endAt and changes.endAt < task.startAt then
    changes.startAt = changes.endAt
  end
  tasks.change(store, task, changes)
  if role then
    tasks.assign(store, task, role)
  end
end

--- PUT /v1.0/tasks/{taskId}: empty reply. finishFlag true finishes and ignores the rest; false changes nothing, as V1
--- cannot take a finish back.
function M.update(store, request)
  local body = request.body
  wire.demand(not is_empty(body), "MISSING_PARAMETER")
  if params.field_boolean(body, "finishFlag") then
    local task = demand_task(store, request, "LEAD_NOT_EXIST")
    tasks.demand_own(task)
    tasks.finish(store, task)
  else
    change(store, request)
  end
  return nil
end

--- DELETE /v1.0/tasks/{taskId}: empty reply.
function M.delete(store, request)
  local task = demand_task(store, request, "LEAD_NOT_EXIST")
  tasks.demand_own(task)
  tasks.delete(store, task)
  return nil
end

return M
