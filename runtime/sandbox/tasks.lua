--- The V2 operations on tasks and appointments, which share one space of ids.

local json = require "native.json"
local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local times = require "sandbox.times"
local params = require "sandbox.params"
local account = require "sandbox.account"

local M = {}

local TYPES = { Call = true, Email = true, Text = true, Other = true, Appointment = true }
local ROLES = { Agent = true, Assistant = true }
local DEFAULT_ZONE = "America/New_York"

-- Nothing here tells that a Smart Plan made the task: one learns it from the refusal.
local function reply(store, task)
  local lead = store.leads:find(task.leadId)
  return {
    id = task.id, leadId = task.leadId, creatorId = task.creatorId, content = task.content, type = task.type,
    startAt = times.gmt(task.startAt), endAt = times.gmt(task.endAt), timeZoneCode = task.timeZoneCode,
    allDay = false, finishFlag = task.finished ~= nil, overdueFlag = not task.finished and task.endAt < store.now(),
    finishTime = times.gmt(task.finished), createTime = times.gmt(task.created), lastUpdate = times.gmt(task.updated),
    leadName = lead.firstName .. " " .. (lead.lastName or ""), leadFirstName = lead.firstName,
    leadLastName = lead.lastName or "", leadEmail = lead.emails[1] or "", leadPhone = lead.phones[1] or "",
    leadUserId = lead.leadUserId, pipelineId = account.stage_id(lead.stage), teamId = account.team_id,
    assignedRole = task.assignedRole, assignedUserId = task.assignedUserId,
    assignedUser = account.user_name(task.assignedUserId), reminderType = 0, subject = "", body = "",
    queryInfo = "", queryId = 0, address = task.address,
  }
end

-- The task, with the refusal its endpoint documents when the lead is somebody else's.
local function demand_task(store, request, no_access)
  local task = store.tasks[params.parse_integer(request.path_params.taskId)]
  wire.demand(task and not task.deleted, "TASK_NOT_EXIST")
  local lead = store.leads:find(task.leadId)
  wire.demand(not lead.foreign, no_access)
  wire.demand(not lead.trashed, "LEAD_NOT_EXIST")
  return task
end

local function demand_changeable(store, request, no_access)
  local task = demand_task(store, request, no_access)
  wire.demand(not task.smart, "TASK_IS_SMARTPLAN")
  task.updated = store.now()
  return task
end

-- The lead a task is asked for or put on: not there is 404, somebody else's is 400.
local function demand_lead(store, lead_id)
  local lead = store.leads:find(lead_id)
  wire.demand(lead and not lead.trashed, "LEAD_NOT_EXIST")
  wire.demand(not lead.foreign, "PERMISSION_DENIED")
  return lead
end

-- A moment in a body: ISO 8601 with an offset; a naive time is refused.
local function read_time(body, name)
  local text = params.field_text(body, name)
  local ms = text and times.parse_iso(text)
  wire.demand(not text or ms, "INVALID_PARAMETER")
  return ms
end

--- GET /v2.0/tasks/{taskId}
function M.get(store, request)
  return { task = reply(store, demand_task(store, request, "PERMISSION_DENIED")) }
end

local function collect(store, wanted)
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

local function reply_list(store, tasks)
  local replies = json.array({})
  for i, task in ipairs(tasks) do
    replies[i] = reply(store, task)
  end
  return { tasks = replies }
end

--- GET /v2.0/tasks?leadId=
function M.list(store, request)
  local lead_id = wire.demand(params.integer(request.query, "leadId"), "INVALID_PARAMETER")
  demand_lead(store, lead_id)
  return reply_list(store, collect(store, function(task)
    return task.leadId == lead_id and not task.deleted
  end))
end

-- The caller may ask for the own tasks only, by either of the two ids.
local function check_owner(query)
  local caller = account.caller
  local user_id = params.integer(query, "userId", caller.user_id)
  wire.demand(user_id == caller.user_id or user_id == caller.short_user_id, "PERMISSION_DENIED")
end

--- GET /v2.0/tasks/my-tasks: newest start first, currentId is the last id of the page before. Times are always in
--- GMT here; timeZoneCode is accepted and changes nothing.
function M.mine(store, request)
  local query = request.query
  check_owner(query)
  local current = params.integer(query, "currentId", 0)
  local limit = params.integer(query, "limit", 10)
  wire.demand(current >= 0, "INVALID_PARAMETER")
  wire.demand(limit >= 1 and limit <= 100, "LIMIT_NOT_VALID")
  -- Deleted tasks keep their place, so that a cursor on one still works.
  local all = collect(store, function(task)
    return task.assignedUserId == account.caller.user_id
      and store.leads.is_visible(store.leads:find(task.leadId))
  end)
  local page, started = {}, current == 0
  for _, task in ipairs(all) do
    if started and not task.deleted and #page < limit then
      page[#page + 1] = task
    end
    started = started or task.id == current
  end
  return reply_list(store, page)
end

local function assignee_of(lead, role)
  local assistant = lead.roles and lead.roles.Assistant
  if role == "Assistant" and assistant and assistant ~= 0 then
    return assistant
  end
  return lead.assignedUserId ~= 0 and lead.assignedUserId or account.caller.user_id
end

--- POST /v2.0/tasks: type, content, assignedRole, leadId and endAt are all needed, whatever the schema marks.
function M.create(store, request)
  local body = request.body
  local kind, role = params.field_text(body, "type"), params.field_text(body, "assignedRole")
  local content = params.field_text(body, "content")
  local lead_id = params.field_integer(body, "leadId")
  local starts, ends = read_time(body, "startAt"), read_time(body, "endAt")
  wire.demand(TYPES[kind or ""] and ROLES[role or ""] and lead_id and ends, "INVALID_PARAMETER")
  wire.demand(content and not codec.is_blank(content), "INVALID_PARAMETER")
  wire.demand(not starts or starts <= ends, "INVALID_PARAMETER")
  local lead = demand_lead(store, lead_id)
  local id, now = store:next_id("task"), store.now()
  store.tasks[id] = {
    id = id, leadId = lead_id, creatorId = account.caller.user_id, type = kind, content = content,
    startAt = starts or ends, endAt = ends, timeZoneCode = params.field_text(body, "timeZoneCode") or DEFAULT_ZONE,
    assignedRole = role, assignedUserId = assignee_of(lead, role), address = params.field_text(body, "address"),
    created = now, updated = now,
  }
  return { taskId = id }
end

--- PUT /v2.0/tasks/{taskId}: needs one of content, startAt, endAt, address; cannot finish.
function M.update(store, request)
  local body = request.body
  local changes = {
    content = params.field_text(body, "content"), address = params.field_text(body, "address"),
    startAt = read_time(body, "startAt"), endAt = read_time(body, "endAt"),
  }
  wire.demand(next(changes), "MISSING_PARAMETER")
  wire.demand(not changes.content or not codec.is_blank(changes.content), "INVALID_PARAMETER")
  local lead_id = params.field_integer(body, "leadId")
  local task = demand_task(store, request, "LEAD_NOT_EXIST")
  wire.demand(not task.smart, "TASK_IS_SMARTPLAN")
  wire.demand(not lead_id or lead_id == task.leadId, "INVALID_UPDATE_OPERATION_LEADID")
  -- A deadline moved alone takes the start of a task without a span along.
  if changes.endAt and not changes.startAt and task.startAt == task.endAt then
    changes.startAt = changes.endAt
  end
  wire.demand((changes.startAt or task.startAt) <= (changes.endAt or task.endAt), "INVALID_PARAMETER")
  changes.timeZoneCode = params.field_text(body, "timeZoneCode")
  for name, value in pairs(changes) do
    task[name] = value
  end
  task.updated = store.now()
  return { message = "Task updated" }
end

--- POST /v2.0/tasks/{taskId}/finish; finishing twice keeps the first time.
function M.finish(store, request)
  local task = demand_changeable(store, request, "LEAD_NOT_EXIST")
  task.finished = task.finished or store.now()
  return { message = "Task finished" }
end

--- POST /v2.0/tasks/{taskId}/unfinish
function M.unfinish(store, request)
  demand_changeable(store, request, "TASK_NOT_EXIST").finished = nil
  return { message = "Task reopened" }
end

--- DELETE /v2.0/tasks/{taskId}
function M.delete(store, request)
  demand_changeable(store, request, "TASK_NOT_EXIST").deleted = true
  return { message = "Task deleted" }
end

M.routes = {
  { "GET", "/v2.0/tasks", M.list },
  { "POST", "/v2.0/tasks", M.create, "object" },
  { "GET", "/v2.0/tasks/my-tasks", M.mine },
  { "GET", "/v2.0/tasks/{taskId}", M.get },
  { "PUT", "/v2.0/tasks/{taskId}", M.update, "object" },
  { "DELETE", "/v2.0/tasks/{taskId}", M.delete },
  { "POST", "/v2.0/tasks/{taskId}/finish", M.finish },
  { "POST", "/v2.0/tasks/{taskId}/unfinish", M.unfinish },
}

return M
