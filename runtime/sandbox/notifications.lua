--- Messages to the agents themselves. Nothing is delivered; what was sent is kept in notification_log.lua.

local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local params = require "sandbox.params"
local access = require "sandbox.access"
local account = require "sandbox.account"
local tasks = require "sandbox.task_store"
local calendar = require "sandbox.calendar"
local log = require "sandbox.notification_log"

local M = {}

-- Kinds of opportunity, and whether text and e-mail go out beside the push.
local OPPORTUNITIES = {
  [9] = true, [10] = false, [11] = true, [27] = true, [46] = false, [47] = false, [48] = true, [50] = false,
  [52] = true, [65] = false, [66] = false, [89] = true, [136] = true, [137] = false, [138] = true, [139] = false,
  [140] = true, [141] = false, [162] = false, [164] = false, [165] = false, [166] = true, [167] = false,
  [168] = false,
}
local LEFT_A_MESSAGE = 65

--- A text of a body that must say something.
---@param body table
---@param name string
---@return string
function M.demand_text(body, name)
  local text = params.field_text(body, name)
  wire.demand(text and not codec.is_blank(text), "INVALID_PARAMETER")
  return text
end

--- POST /v2.0/sales-agent/message/email/send-to-agent: to the caller's own address.
function M.email(store, request)
  local body = request.body
  local subject, content = M.demand_text(body, "subject"), M.demand_text(body, "content")
  log.add(store, { channel = "email", userId = account.caller.user_id, to = account.caller.email, subject = subject,
    content = content })
  return { message = "Email sent" }
end

--- POST /v2.0/sales-agent/message/sms/send-to-agent: to the caller's own phone.
function M.sms(store, request)
  local content = M.demand_text(request.body, "content")
  log.add(store, { channel = "sms", userId = account.caller.user_id, to = account.caller.phone, content = content })
  return { message = "SMS sent" }
end

--- POST /v2.0/sales-agent/notification/app-push/send-task-reminder: to the agent the task is assigned to. A task that
--- is not there, or of the other type, is INVALID_PARAMETER.
function M.remind(store, request)
  local body = request.body
  local id, kind = params.field_integer(body, "taskId"), params.field_text(body, "type")
  local task = id and tasks.find(store, id)
  wire.demand(task and calendar.kind(task) == kind and access.may_see(store, task.leadId), "INVALID_PARAMETER")
  log.add(store, { channel = "push", userId = task.assignedUserId, taskId = id, leadId = task.leadId,
    content = task.content })
  return { message = "Push sent" }
end

-- Leads in the trash and leads nobody has are passed over in silence; somebody else's is the team's all the same.
local function assignee_of(store, lead_id)
  local lead = store.leads:find(lead_id)
  return lead and not lead.trashed and lead.assignedUserId ~= 0 and lead.assignedUserId or nil
end

local function is_given(body, name)
  return (params.field_text(body, name) or "") ~= ""
end

-- Description and link are shown together or not at all.
local function announce(store, user_id, kind, body)
  local details
  if is_given(body, "description") and is_given(body, "link") then
    details = { description = params.field_text(body, "description"), link = params.field_text(body, "link") }
  end
  for _, channel in ipairs(OPPORTUNITIES[kind] and { "push", "sms", "email" } or { "push" }) do
    log.add(store, { channel = channel, userId = user_id, leadId = params.field_integer(body, "leadId"),
      notificationType = kind, details = details,
      content = kind == LEFT_A_MESSAGE and params.field_text(body, "message") or nil })
  end
end

--- POST /v1.0/agent/send-notification: `data` false for what fails in silence. A type Lofty has no notification for is
--- its internal error, the only refusal documented here.
function M.announce(store, request)
  local body = request.body
  local lead_id, kind = params.field_integer(body, "leadId"), params.field_integer(body, "notificationType")
  wire.demand(not kind or OPPORTUNITIES[kind] ~= nil, "INTERNAL")
  local user_id = kind and lead_id and assignee_of(store, lead_id)
  if user_id then
    announce(store, user_id, kind, body)
  end
  return { status = { code = 0, msg = "success" }, data = user_id ~= nil }
end

return M
