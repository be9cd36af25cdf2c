--- Operations on tasks and appointments (they share one range of ids). Data only.
local schemas = require "lofty.schemas"

local task_id = { name = "taskId", type = "integer", min = 1, field = "id" }

local M = {}

M.list = {
  method = "GET",
  path = "/v2.0/tasks",
  query = {
    leadId = { type = "integer", min = 1, required = true },
  },
  reply = "tasks",
  page = "none",
  id = "id",
  codes = { "PERMISSION_DENIED", "LEAD_NOT_EXIST" },
}

M.mine = {
  method = "GET",
  path = "/v2.0/tasks/my-tasks",
  query = {
    userId = { type = "integer", note = "whose tasks; the caller's own without it" },
    currentId = { type = "integer", min = 0, default = 0, note = "id of the last task already seen" },
    limit = { type = "integer", min = 1, max = 100, default = 10 },
    timeZoneCode = schemas.time_zone,
  },
  reply = "tasks",
  page = "after_id",
  id = "id",
  note = "latest start first; tasks of Smart Plans among them",
  codes = { "INVALID_PARAMETER", "LIMIT_NOT_VALID" },
}

M.get = {
  method = "GET",
  path = "/v2.0/tasks/{taskId}",
  params = { task_id },
  reply = "task",
  id = "id",
  codes = { "PERMISSION_DENIED", "TASK_NOT_EXIST" },
}

M.create = {
  method = "POST",
  path = "/v2.0/tasks",
  body = {
    type = "object",
    in_order = { "startAt", "endAt" },
    fields = {
      type = { type = "string", required = true, enum = { "Call", "Email", "Text", "Other", "Appointment" } },
      content = { type = "string", required = true, not_blank = true },
      leadId = { type = "integer", min = 1, required = true },
      assignedRole = { type = "string", required = true, enum = { "Agent", "Assistant" } },
      startAt = schemas.time,
      endAt = { type = "string", format = "iso-offset", required = true, note = "deadline of a task" },
      timeZoneCode = schemas.time_zone,
      address = { type = "string", note = "of an appointment" },
    },
  },
  answers = "taskId",
  codes = { "PERMISSION_DENIED", "INVALID_PARAMETER" },
}

M.update = {
  method = "PUT",
  path = "/v2.0/tasks/{taskId}",
  params = { task_id },
  body = {
    type = "object",
    in_order = { "startAt", "endAt" },
    at_least_one = { "content", "startAt", "endAt", "address" },
    fields = {
      content = { type = "string", not_blank = true, not_null = true },
      startAt = { type = "string", format = "iso-offset", not_null = true },
      endAt = { type = "string", format = "iso-offset", not_null = true },
      timeZoneCode = { type = "string", format = "time-zone", not_null = true },
      address = { type = "string", not_null = true },
    },
  },
  note = "Lofty applies what is not null; a task is completed with tasks.finish",
  codes = { "INVALID_PARAMETER", "MISSING_PARAMETER", "LEAD_NOT_EXIST", "TASK_NOT_EXIST" },
}

M.finish = {
  method = "POST",
  path = "/v2.0/tasks/{taskId}/finish",
  params = { task_id },
  codes = { "LEAD_NOT_EXIST", "TASK_NOT_EXIST", "TASK_IS_SMARTPLAN" },
}

M.unfinish = {
  method = "POST",
  path = "/v2.0/tasks/{taskId}/unfinish",
  params = { task_id },
  codes = { "TASK_NOT_EXIST" },
}

M.delete = {
  method = "DELETE",
  path = "/v2.0/tasks/{taskId}",
  params = { task_id },
  codes = { "TASK_NOT_EXIST" },
}

return M
