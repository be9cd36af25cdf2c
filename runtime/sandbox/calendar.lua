--- The calendar's operations on one entry: a task or an appointment of tasks.lua, under an id that says which.

local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local params = require "sandbox.params"
local access = require "sandbox.access"
local moments = require "sandbox.moments"
local tasks = require "sandbox.task_store"

local M = {}

-- Seen live beside the four documented ways; tasks.lua has no such type.
local WAY_TYPES = { Call = "Call", Email = "Email", Text = "Text", Other = "Other", Meeting = "Other" }

--- TASK or APPOINTMENT.
---@param task table
---@return string
function M.kind(task)
  return tasks.is_appointment(task) and "APPOINTMENT" or "TASK"
end

--- The calendar's id of a task or appointment.
---@param task table
---@return string
function M.id(task)
  return string.format("%d-%s", task.id, M.kind(task):lower())
end

-- An id of the wrong form, of nothing, or of the other kind is INVALID_PARAMETER, unlike in tasks.lua.
local function demand_entry(store, request)
  local digits, kind = request.path_params.calendarId:match("^(%d+)%-(%l+)$")
  wire.demand(kind == "task" or kind == "appointment", "INVALID_PARAMETER")
  local task = tasks.find(store, params.parse_integer(digits))
  wire.demand(task and M.kind(task):lower() == kind, "INVALID_PARAMETER")
  access.demand_managed_lead(store, task.leadId, "INVALID_PARAMETER", "PERMISSION_DENIED")
  return task
end

local function demand_changeable(store, request)
  local task = demand_entry(store, request)
  tasks.demand_own(task)
  return task
end

-- An IANA name as far as its form goes: the sandbox has no list of them.
local function read_zone(body)
  local zone = params.field_text(body, "timeZoneCode")
  if not zone or zone == "" then
    return nil
  end
  wire.demand(zone:find("^%a[%w_+%-]*$") or zone:find("^%a[%w_+%-]*/[%w_+%-/]+$"), "INVALID_PARAMETER")
  return zone
end

local function demand_future(store, ms)
  wire.demand(not ms or ms > store.now(), "INVALID_PARAMETER")
end

local function read_span(store, body)
  local starts, start_text = moments.field(body, "startAt")
  local ends, end_text = moments.field(body, "endAt")
  wire.demand(starts and ends and starts <= ends, "INVALID_PARAMETER")
  demand_future(store, starts)
  return starts, ends, moments.is_midnight(start_text) and moments.is_midnight(end_text)
end

local function read_role(body)
  local role = params.field_text(body, "assignedRole") or "Agent"
  wire.demand(tasks.ROLES[role], "INVALID_PARAMETER")
  return role
end

-- The task's type, and the role it is for. taskWay and assignedRole belong to tasks alone.
local function read_kind(body)
  local kind = (params.field_text(body, "type") or ""):upper()
  wire.demand(kind == "TASK" or kind == "APPOINTMENT", "INVALID_PARAMETER")
  if kind == "APPOINTMENT" then
    return "Appointment", "Agent"
  end
  return wire.demand(WAY_TYPES[params.field_text(body, "taskWay") or ""], "INVALID_PARAMETER"), read_role(body)
end

--- POST /v2.0/calendar: type in any letter case. A lead that is not there is refused like somebody else's.
function M.create(store, request)
  local body = request.body
  local kind, role = read_kind(body)
  local content = params.field_text(body, "content")
  local lead_id = params.field_integer(body, "leadId")
  wire.demand(content and not codec.is_blank(content) and lead_id, "INVALID_PARAMETER")
  local zone = wire.demand(read_zone(body), "INVALID_PARAMETER")
  local starts, ends, is_midnight = read_span(store, body)
  access.demand_lead(store, lead_id, "PERMISSION_DENIED")
  local is_appointment = kind == "Appointment"
  local task = {
    type = kind, content = content, leadId = lead_id, startAt = starts, endAt = ends, timeZoneCode = zone,
    address = is_appointment and params.field_text(body, "address") or nil, allDay = is_appointment and is_midnight,
  }
  tasks.add(store, task, role)
  return { data = { id = M.id(task), type = M.kind(task), message = "Calendar event created" } }
end

local function text_given(body, name)
  local text = params.field_text(body, name)
  return text and not codec.is_blank(text) and text or nil
end

--- PUT /v2.0/calendar/{calendarId}: empty members are as absent ones. Another leadId moves the entry to that lead.
function M.update(store, request)
  local body = request.body
  local changes = {
    content = text_given(body, "content"), timeZoneCode = read_zone(body),
    leadId = params.field_integer(body, "leadId"),
    startAt = moments.field(body, "startAt"), endAt = moments.field(body, "endAt"),
    reminderType = text_given(body, "reminderType"), reminderTime = text_given(body, "reminderTime"),
  }
  demand_future(store, changes.startAt)
  demand_future(store, changes.endAt)
  local task = demand_changeable(store, request)
  changes.address = tasks.is_appointment(task) and text_given(body, "address") or nil
  if changes.leadId then
    access.demand_lead(store, changes.leadId, "PERMISSION_DENIED")
  end
  if changes.startAt or changes.endAt then
    changes.allDay = false
  end
  tasks.change(store, task, changes)
  return { message = "Calendar event updated" }
end

--- POST /v2.0/calendar/{calendarId}/finish
function M.finish(store, request)
  tasks.finish(store, demand_changeable(store, request))
  return { message = "Calendar event finished" }
end

--- POST /v2.0/calendar/{calendarId}/unfinish
function M.unfinish(store, request)
  tasks.reopen(store, demand_changeable(store, request))
  return { message = "Calendar event reopened" }
end

--- DELETE /v2.0/calendar/{calendarId}
function M.delete(store, request)
  tasks.delete(store, demand_changeable(store, request))
  return { message = "Calendar event deleted" }
end

return M
