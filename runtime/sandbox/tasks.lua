--- The V2 operations on tasks and appointments.

local json = require "native.json"
local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local times = require "sandbox.times"
local params = require "sandbox.params"
local access = require "sandbox.access"
local account = require "sandbox.account"
local tasks = require "sandbox.task_store"
local view = require "sandbox.task_view"

local M = {}

local function reply(store, task)
  local shown = view.reply(store, task)
  shown.startAt, shown.endAt, shown.timeZoneCode = times.gmt(task.startAt), times.gmt(task.endAt), task.timeZoneCode
  shown.finishTime, shown.createTime = times.gmt(task.finished), times.gmt(task.created)
  shown.lastUpdate, shown.allDay, shown.address = times.gmt(task.updated), task.allDay or false, task.address
  return shown
end

local function demand_changeable(store, request, no_access)
  local task = tasks.demand(store, request, no_access)
  tasks.demand_own(task)
  return task
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
  return { task = reply(store, tasks.demand(store, request, "PERMISSION_DENIED")) }
end

local function reply_list(store, list)
  local replies = json.array({})
  for i, task in ipairs(list) do
    replies[i] = reply(store, task)
  end
  return { tasks = replies }
end

--- GET /v2.0/tasks?leadId=
function M.list(store, request)
  local lead_id = wire.demand(params.integer(request.query, "leadId"), "INVALID_PARAMETER")
  access.demand_managed_lead(store, lead_id, "LEAD_NOT_EXIST", "PERMISSION_DENIED")
  return reply_list(store, tasks.collect(store, function(task)
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
  local all = tasks.collect(store, function(task)
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

--- POST /v2.0/tasks: type, content, assignedRole, leadId and endAt are all needed, whatever the schema marks. A lead
--- that is not there is refused like somebody else's.
function M.create(store, request)
  local body = request.body
  local kind, role = params.field_text(body, "type") or "", params.field_text(body, "assignedRole")
  local content = params.field_text(body, "content")
  local lead_id = params.field_integer(body, "leadId")
  local starts, ends = read_time(body, "startAt"), read_time(body, "endAt")
  wire.demand(tasks.WAYS[kind] or kind == "Appointment", "INVALID_PARAMETER")
  wire.demand(tasks.ROLES[role or ""] and lead_id and ends, "INVALID_PARAMETER")
  wire.demand(content and not codec.is_blank(content), "INVALID_PARAMETER")
  wire.demand(not starts or starts <= ends, "INVALID_PARAMETER")
  access.demand_lead(store, lead_id, "PERMISSION_DENIED")
  return {
    taskId = tasks.add(store, {
      type = kind, content = content, leadId = lead_id, startAt = starts, endAt = ends,
      timeZoneCode = params.field_text(body, "timeZoneCode"), address = params.field_text(body, "address"),
    }, role),
  }
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
  local task = demand_changeable(store, request, "LEAD_NOT_EXIST")
  wire.demand(not lead_id or lead_id == task.leadId, "INVALID_UPDATE_OPERATION_LEADID")
  changes.timeZoneCode = params.field_text(body, "timeZoneCode")
  tasks.change(store, task, changes)
  return { message = "Task updated" }
end

--- POST /v2.0/tasks/{taskId}/finish
function M.finish(store, request)
  tasks.finish(store, demand_changeable(store, request, "LEAD_NOT_EXIST"))
  return { message = "Task finished" }
end

--- POST /v2.0/tasks/{taskId}/unfinish
function M.unfinish(store, request)
  tasks.reopen(store, demand_changeable(store, request, "TASK_NOT_EXIST"))
  return { message = "Task reopened" }
end

--- DELETE /v2.0/tasks/{taskId}
function M.delete(store, request)
  tasks.delete(store, demand_changeable(store, request, "TASK_NOT_EXIST"))
  return { message = "Task deleted" }
end

return M
