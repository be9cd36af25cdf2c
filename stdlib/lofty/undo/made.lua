--- Taking back a create: what it made is deleted, where it is still as it was made. What somebody has worked on since,
--- finished for example, is theirs.
local values = require "lofty.undo.values"

local M = {}

---@class lofty.undo.Made how to take back a create
---@field kind string
---@field id fun(result: table): integer|nil
---@field read string
---@field among string|nil
---@field delete string the operation
---@field compare string[] fields that are shown as they were written
---@field shown table<string, string>|nil where they are shown under another name

local function member(name)
  return function(result) return type(result) == "table" and math.tointeger(result[name]) or nil end
end

local TASK_FIELDS = { "content", "type", "startAt", "endAt", "assignedRole", "address", "leadId" }

---@type table<string, lofty.undo.Made>
M.rows = {
  ["notes.create"] = { kind = "note", id = member "noteId", read = "notes.get",
    delete = "notes.delete", compare = { "content", "isPin", "leadId" } },
  ["tasks.create"] = { kind = "task", id = member "taskId", read = "tasks.get", delete = "tasks.delete",
    compare = TASK_FIELDS },
  ["v1.tasks.create"] = { kind = "task", id = member "taskId", read = "v1.tasks.get", delete = "v1.tasks.delete",
    compare = { "content", "type", "deadline", "assignedRole", "leadId" } },
  ["calendar.create"] = { kind = "task", id = function(result)
    return type(result) == "table" and math.tointeger(tonumber(tostring(result.id):match("^(%d+)%-"))) or nil
  end, read = "tasks.get", delete = "tasks.delete",
    compare = { "content", "startAt", "endAt", "startAtMs", "endAtMs", "assignedRole", "address", "leadId" },
    shown = { startAtMs = "startAt", endAtMs = "endAt" } },
  ["manual_logs.create"] = { kind = "manual_log", id = member "id", read = "manual_logs.get",
    delete = "manual_logs.delete",
    compare = { "content", "outboundOrInbound", "callingOutcome", "leadPhoneNumber", "emailSubject", "leadId" } },
  ["webhooks.create"] = { kind = "webhook", id = member "subscribeId", read = "webhooks.list", among = "subscribeId",
    delete = "webhooks.delete", compare = { "callbackUrl", "listId", "limit", "permissionMode" } },
}

--- What the create made; nil where the reply does not say.
---@param write lofty.undo.Write
---@return lofty.Target|nil
function M.target(write)
  local row = M.rows[write.operation]
  local id = row.id(write.result)
  if not id then return nil end
  return { kind = row.kind, id = id, read = row.read, arguments = row.among and {} or { id }, among = row.among }
end

--- Why it is not what was made any more; nil where it is.
local function difference(row, fields, now, left)
  for _, field in ipairs(row.compare) do
    local written, name = fields[field], row.shown and row.shown[field] or field
    if left and left[field] ~= nil then written = left[field] end
    if written ~= nil and not values.has_secret(written) and not values.same(name, now[name], written) then
      return ("%s is %s now, not %s as the run wrote it"):format(name, values.show(now[name]), values.show(written))
    end
  end
  if now.finishFlag then return "it has been finished" end
end

---@param write lofty.undo.Write
---@param now table
---@param target lofty.Target
---@param left table<string, any>|nil fields that later writes of the run have left otherwise
---@return lofty.undo.Plan
function M.plan(write, now, target, left)
  local row = M.rows[write.operation]
  local why = difference(row, write.fields, now, left)
  if why then return { state = "changed", changes = {}, why = why } end
  local shown = left and left.content or write.fields.content or write.fields.callbackUrl or ""
  return { state = "ready", changes = {}, becomes = false, deletes = shown,
    call = { operation = row.delete, values = { target.id } } }
end

return M
