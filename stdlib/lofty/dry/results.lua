--- What a planned write returns: what Lofty would answer, as far as that is known; the rest raises when it is read. And
--- where in a real answer the id is that takes the place of a placeholder.
local json = require "native.json"
local replies = require "lofty.replies"
local unknown = require "lofty.dry.unknown"

local M = {}

local SUCCESS = { message = "success", code = 0, success = true }

--- Operations that make something and answer with an id that is not called `answers` in their row.
local IDS = { ["messages.send_email"] = "messageId", ["messages.send_sms"] = "messageId" }

--- Whether the operation answers with the id of something new.
---@param row table
---@return boolean
function M.has_id(row)
  local reply = replies.of(row)
  return row.answers ~= nil or IDS[row.name] ~= nil or reply ~= nil and reply.type == "integer"
end

--- The id of a new thing, as its operation writes it.
local function id_text(row, fields, id)
  if row.name == "calendar.create" then
    return ("%d-%s"):format(id, fields.type == "APPOINTMENT" and "appointment" or "task")
  end
  return IDS[row.name] and ("%d"):format(id) or id
end

--- The real id in what the operation has answered; nil where it is not there.
---@param row table
---@param result any
---@return integer|string|nil
function M.real_id(row, result)
  local name = row.answers or IDS[row.name]
  local id = result
  if name then id = type(result) == "table" and result[name] or nil end
  if row.name == "calendar.create" and type(id) == "string" then return math.tointeger(tonumber(id:match("^(%d+)%-"))) end
  return (math.type(id) == "integer" or type(id) == "string" and id ~= "") and id or nil
end

local function is_of_type(value, spec)
  local is = math.type(value) or type(value)
  return is == spec.type or spec.type == "number" and math.type(value) ~= nil
end

local function parameter(row, values, name)
  for place, spec in ipairs(row.params or {}) do
    if spec.name == name then return values[place] end
  end
end

--- What Lofty takes for a field that a create leaves out, where that is documented.
local function default(row, name)
  local spec = row.body and row.body.fields and row.body.fields[name]
  if spec and M.has_id(row) then return spec.default end
end

--- What is known of one member of an answer; nil where that is nothing.
local function known(call, name, spec)
  local row, given = call.row, type(call.fields) == "table" and call.fields[name]
  if call.id and (name == row.answers or name == IDS[row.name]) then return id_text(row, call.fields, call.id) end
  if SUCCESS[name] ~= nil then return SUCCESS[name] end
  local value = parameter(row, call.values, name)
  if value ~= nil then return value end
  if given ~= nil and given ~= false and is_of_type(given, spec) or given == false and spec.type == "boolean" then
    return given
  end
  if call.thing and rawget(call.thing, name) ~= nil then return call.thing[name] end
  return default(row, name)
end

--- What a write returns. `thing` is the target once it is written, where there is one.
---@param row table
---@param values any[]
---@param fields table
---@param id integer|nil the placeholder, where it makes something
---@param thing table|nil
---@return any
function M.of(row, values, fields, id, thing)
  local reply = replies.of(row)
  if reply == nil or reply.type == "boolean" then return true end
  if reply.type == "integer" then return id end
  if reply.type == "string" then return "success" end
  if not reply.fields then return row.name == "leads.delete" and {} or unknown.nothing(row.name) end
  local call = { row = row, values = values, fields = fields, id = id, thing = thing }
  local result, hidden = {}, {}
  for name, spec in pairs(reply.fields) do
    result[name] = known(call, name, spec)
    if result[name] == nil then hidden[name] = true end
  end
  return unknown.members(row.name, result, hidden, id and "what is planned" or "the reply")
end

local NOT_SHOWN = { "tags", "tagsAdd", "content", "isPin", "property", "inquiry", "leadTransaction", "leadAlert",
  "welcomeEmail", "customAttributeList", "leadFamilyMemberList", "specifiedAssignGroupId" }

--- A new lead. What nobody has said of it yet is as with all new leads.
local function made_lead(set, fields)
  local tags = {}
  for _, names in ipairs { fields.tags or {}, fields.tagsAdd or {} } do
    for _, name in ipairs(type(names) == "table" and names or {}) do tags[#tags + 1] = name end
  end
  local has_address = fields.property ~= nil
  for _, name in ipairs(NOT_SHOWN) do set[name] = nil end
  for _, name in ipairs { "emails", "phones", "phoneStatuses", "segments" } do set[name] = set[name] or json.array {} end
  for _, name in ipairs { "cannotCall", "cannotEmail", "cannotText", "unsubscription" } do set[name] = set[name] or false end
  for _, name in ipairs { "city", "state", "streetAddress", "zipCode" } do
    if not has_address then set[name] = set[name] or "" end
  end
  if not has_address then set.leadPropertyList = json.array {} end
  return set, tags
end

--- How a new thing looks by itself: what was written to make it, under the names that replies have for it.
---@param kind string
---@param row table
---@param values any[]
---@param fields table
---@return table members
---@return string[]|nil tags of a lead
function M.made(kind, row, values, fields)
  local set = {}
  for name in pairs(row.body and row.body.fields or {}) do set[name] = default(row, name) end
  for name, value in pairs(fields) do
    if value ~= json.null then set[name] = value end
  end
  for place, spec in ipairs(row.params or {}) do set[spec.name] = values[place] end
  if kind == "lead" then return made_lead(set, fields) end
  if kind == "task" then set.finishFlag = false end
  if row.name == "calendar.create" then
    set.type = fields.type == "APPOINTMENT" and "Appointment" or fields.taskWay
    set.taskWay, set.startAtMs, set.endAtMs = nil, nil, nil
  end
  return set
end

return M
