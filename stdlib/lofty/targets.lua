--- What a write changes, and how to see it as it is now: the one thing that an update or a delete names, and the operation
--- that reads it. A create makes something, so it has no target, and neither has what Lofty offers no way to read (agents,
--- offices, contacts of Brokermint).
local client = require "lofty.client"
local operations = require "lofty.operations"

local M = {}

---@class lofty.Target
---@field kind string what it is: "lead", "note", "task", "transaction", "property_address", "webhook", "manual_log", ...
---@field id integer
---@field read string the operation that reads it, such as "leads.get"
---@field arguments any[] that operation's, as a script would write them
---@field among string|nil the operation gives a list, and the thing is the item that has `id` in this member

local function lead(values)
  return { kind = "lead", id = values[1], read = "leads.get", arguments = { values[1] } }
end

local function note(values)
  return { kind = "note", id = values[1], read = "notes.get", arguments = { values[1] } }
end

local function task(values)
  return { kind = "task", id = values[1], read = "tasks.get", arguments = { values[1] } }
end

local function v1_task(values)
  return { kind = "task", id = values[1], read = "v1.tasks.get", arguments = { values[1] } }
end

--- A calendar entry is the task or appointment whose number its id begins with.
local function calendar_entry(values)
  local id = type(values[1]) == "string" and math.tointeger(values[1]:match("^(%d+)%-%l+$"))
  return id and task { id } or nil
end

local function transaction(values)
  return { kind = "transaction", id = values[2], read = "transactions.get", arguments = { values[1], values[2] } }
end

local function property_address(values, fields)
  local id = fields.transactionId
  return { kind = "property_address", id = id, read = "transactions.get_property_address", arguments = { values[1], id } }
end

local function manual_log(values)
  return { kind = "manual_log", id = values[1], read = "manual_logs.get", arguments = { values[1] } }
end

local function webhook(values)
  return { kind = "webhook", id = values[1], read = "webhooks.list", arguments = {}, among = "subscribeId" }
end

local function sales_agent(_, fields)
  return { kind = "sales_agent", id = fields.id, read = "sales_agent.get_settings", arguments = {} }
end

local function muting(values)
  return { kind = "muting", id = values[1], read = "sales_agent.get_mute_status", arguments = { { leadId = values[1] } } }
end

local function default_rule(values, fields)
  local role = fields.roleId and { roleId = fields.roleId } or nil
  return { kind = "default_rule", id = values[1], read = "routing.get_default_rule", arguments = { values[1], role } }
end

--- Rules for assistants are listed by role, and a rule does not say which one it has.
local function rule(values, fields)
  if values[1] == 4 then return nil end
  return { kind = "rule", id = fields.id, read = "routing.list_rules", arguments = { values[1] }, among = "id" }
end

local OF = {
  ["calendar.delete"] = calendar_entry,
  ["calendar.finish"] = calendar_entry,
  ["calendar.unfinish"] = calendar_entry,
  ["calendar.update"] = calendar_entry,
  ["leads.assign"] = lead,
  ["leads.delete"] = lead,
  ["leads.update"] = lead,
  ["leads.update_property"] = lead,
  ["manual_logs.delete"] = manual_log,
  ["notes.delete"] = note,
  ["notes.update"] = note,
  ["routing.update_default_rule"] = default_rule,
  ["routing.update_rule"] = rule,
  ["sales_agent.mute_lead"] = muting,
  ["sales_agent.update_settings"] = sales_agent,
  ["tasks.delete"] = task,
  ["tasks.finish"] = task,
  ["tasks.unfinish"] = task,
  ["tasks.update"] = task,
  ["transactions.set_property_address"] = property_address,
  ["transactions.update"] = transaction,
  ["v1.tasks.delete"] = v1_task,
  ["v1.tasks.update"] = v1_task,
  ["webhooks.delete"] = webhook,
}

--- What a write changes; nil where that is nothing that can be read.
---@param row table the operation
---@param values any[] path parameters, checked
---@param fields table checked
---@return lofty.Target|nil
function M.of(row, values, fields)
  local find = OF[row.name]
  local target = find and find(values, type(fields) == "table" and fields or {})
  return target and math.type(target.id) == "integer" and target or nil
end

--- The target in what the operation that reads it gives.
---@param target lofty.Target
---@param result any
---@return any|nil thing nil where a list does not hold it
function M.within(target, result)
  if not target.among then return result end
  for _, item in ipairs(result) do
    if item[target.among] == target.id then return item end
  end
  return nil
end

--- Reads a target as it is now, with all that a script's own call would do. Raises what that call raises; that it is
--- gone is an error of category not_found there.
---@param target lofty.Target
---@return any|nil thing nil where a list does not hold it
function M.read(target)
  local row = operations.find(target.read)
  return M.within(target, client.call(row.name, row, table.unpack(target.arguments)))
end

return M
