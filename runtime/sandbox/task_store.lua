--- Tasks and appointments as they are kept, in one space of ids: what the V2 tasks, the V1 tasks, the V1 appointments
--- and the calendar share. An appointment is a task of type Appointment.

local wire = require "sandbox.wire"
local params = require "sandbox.params"
local account = require "sandbox.account"

local M = {}

local DEFAULT_ZONE = "America/New_York"

--- Ways of doing a task; an appointment is none of them.
M.WAYS = { Call = true, Email = true, Text = true, Other = true }
--- Roles a task can be assigned to.
M.ROLES = { Agent = true, Assistant = true }

--- The task or appointment with this id; nil for none and for a deleted one.
---@param store table
---@param id integer
---@return table|nil
function M.find(store, id)
  local task = store.tasks[id]
  return task and not task.deleted and task or nil
end

--- Whether it is an appointment.
---@param task table
---@return boolean
function M.is_appointment(task)
  return task.type == "Appointment"
end

--- The task a path names. The refusals are those its operation documents.
---@param store table
---@param request table with taskId in its path
---@param no_access string the refusal when the lead is somebody else's
---@return table task
function M.demand(store, request, no_access)
  local task = M.find(store, params.parse_integer(request.path_params.taskId))
  wire.demand(task, "TASK_NOT_EXIST")
  local lead = store.leads:find(task.leadId)
  wire.demand(not lead.foreign, no_access)
  -- Where an operation documents nothing about leads, a task in the trash is no task.
  wire.demand(not lead.trashed, no_access == "LEAD_NOT_EXIST" and no_access or "TASK_NOT_EXIST")
  return task
end

--- Refuses what a Smart Plan made: no operation changes, finishes or deletes it.
---@param task table
function M.demand_own(task)
  wire.demand(not task.smart, "TASK_IS_SMARTPLAN")
end

-- Who a task of this role falls to.
local function assignee_of(lead, role)
  local assistant = lead.roles and lead.roles.Assistant
  if role == "Assistant" and assistant and assistant ~= 0 then
    return assistant
  end
  return lead.assignedUserId ~= 0 and lead.assignedUserId or account.caller.user_id
end

--- Gives a task to whoever has the role on its lead.
---@param store table
---@param task table
---@param role string Agent or Assistant
function M.assign(store, task, role)
  task.assignedRole, task.assignedUserId = role, assignee_of(store.leads:find(task.leadId), role)
end

local function happen(store, task, verb)
  local is_appointment = M.is_appointment(task)
  store:happen(is_appointment and 11 or 10, verb,
    { [is_appointment and "appointmentId" or "taskId"] = task.id, leadId = task.leadId })
end

--- Keeps a new task of the caller's making.
---@param store table
---@param task table type, content, leadId, endAt, and startAt, timeZoneCode, address, allDay where given
---@param role string Agent or Assistant
---@return integer id
function M.add(store, task, role)
  local id, now = store:next_id("task"), store.now()
  task.id, task.creatorId, task.created, task.updated = id, account.caller.user_id, now, now
  task.startAt, task.timeZoneCode = task.startAt or task.endAt, task.timeZoneCode or DEFAULT_ZONE
  M.assign(store, task, role)
  store.tasks[id] = task
  happen(store, task, "created")
  return id
end

--- Writes changes into a task, refused when it would end before it starts.
---@param store table
---@param task table
---@param changes table<string, any>
function M.change(store, task, changes)
  -- An end moved alone takes the start of a task without a span along.
  if changes.endAt and not changes.startAt and task.startAt == task.endAt then
    changes.startAt = changes.endAt
  end
  wire.demand((changes.startAt or task.startAt) <= (changes.endAt or task.endAt), "INVALID_PARAMETER")
  for name, value in pairs(changes) do
    task[name] = value
  end
  task.updated = store.now()
  happen(store, task, "updated")
end

--- Finishes a task; finishing twice keeps the first time.
---@param store table
---@param task table
function M.finish(store, task)
  task.finished = task.finished or store.now()
  task.updated = store.now()
  happen(store, task, "finished")
end

--- Opens a task again.
---@param store table
---@param task table
function M.reopen(store, task)
  task.finished, task.updated = nil, store.now()
  happen(store, task, "updated")
end

--- Deletes a task. It keeps its place, so that a cursor on it still works.
---@param store table
---@param task table
function M.delete(store, task)
  task.deleted, task.updated = true, store.now()
  happen(store, task, "deleted")
end

--- Tasks and appointments, the deleted ones too, latest start first.
---@param store table
---@param wanted fun(task: table): any
---@return table[]
function M.collect(store, wanted)
  local tasks = {}
  for _, task in pairs(store.tasks) do
    if wanted(task) then
      tasks[#tasks + 1] = task
    end
  end
  table.sort(tasks, function(a, b)
    return a.startAt > b.startAt or (a.startAt == b.startAt and a.id > b.id)
  end)
  return tasks
end

return M
