--- Taking back a delete: what was deleted is made again out of its before-image. It gets another id, and Lofty dates it
--- anew.
local iso = require("lofty.time").iso
local parse = require("lofty.time.reading").parse
local values = require "lofty.undo.values"

local M = {}

local function copied(image, names)
  local fields = {}
  for _, name in ipairs(names) do
    if not values.is_unset(image[name]) then fields[name] = image[name] end
  end
  return fields
end

local function text_moment(value)
  local moment = parse(value)
  return moment and iso(moment) or nil
end

local function task_fields(image)
  if image.type == nil then return nil, "it is not known what kind of task it was: the run had read the calendar only" end
  if image.finishFlag then return nil, "it was finished, and Lofty's API makes only open ones" end
  local fields = copied(image, { "content", "type", "leadId", "address", "timeZoneCode" })
  fields.assignedRole = image.assignedRole or "Agent"
  fields.startAt, fields.endAt = text_moment(image.startAt), text_moment(image.endAt or image.deadline)
  return fields
end

--- A log that was not read from a list does not say of which kind it is, but by what only its kind has.
local function log_fields(image)
  local fields = copied(image, { "logType", "content", "leadId", "isPin", "outboundOrInbound", "leadPhoneNumber", "callingOutcome",
    "emailSubject", "toEmail", "fromEmail" })
  local is_email = fields.emailSubject or fields.toEmail or fields.fromEmail
  if fields.logType then return fields end
  if fields.leadPhoneNumber and not is_email then
    fields.logType = "logCall"
  elseif is_email then
    fields.logType, fields.leadPhoneNumber, fields.callingOutcome = "logEmail", nil, nil
  else
    return nil, "Lofty does not say whether it was of a text or of an e-mail"
  end
  return fields
end

---@class lofty.undo.Gone how to take back a delete
---@field create string the operation
---@field id string the member of its result with the new id
---@field fields fun(image: table): table|nil, string|nil

---@type table<string, lofty.undo.Gone>
M.rows = {
  ["notes.delete"] = { create = "notes.create", id = "noteId", fields = function(image)
    local fields = copied(image, { "content", "leadId" })
    fields.isPin = image.isPin or false
    return fields
  end },
  ["tasks.delete"] = { create = "tasks.create", id = "taskId", fields = task_fields },
  ["v1.tasks.delete"] = { create = "tasks.create", id = "taskId", fields = task_fields },
  ["calendar.delete"] = { create = "tasks.create", id = "taskId", fields = task_fields },
  ["manual_logs.delete"] = { create = "manual_logs.create", id = "id", fields = log_fields },
  ["webhooks.delete"] = { create = "webhooks.create", id = "subscribeId", fields = function(image)
    return copied(image, { "callbackUrl", "listId", "limit", "permissionMode" })
  end },
}

--- The plan for a delete whose thing is not there.
---@param write lofty.undo.Write
---@return lofty.undo.Plan
function M.plan(write)
  local row, image = M.rows[write.operation], write.image
  if not image then
    return { state = "none", changes = {}, why = "it is not known what was deleted: the run had not read it before" }
  end
  if values.has_secret(image) then
    return { state = "none", changes = {}, why = "there is a secret in it, which was not kept" }
  end
  local fields, why = row.fields(image)
  if not fields then return { state = "none", changes = {}, why = why } end
  return { state = "ready", changes = {}, becomes = image, makes = fields.content or fields.callbackUrl or "",
    call = { operation = row.create, values = {}, fields = fields } }
end

return M
