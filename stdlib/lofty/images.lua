--- How a thing was before a write of this run: the latest that Lofty said of it, where the run has read it.
---
--- The texts of the last replies are kept, a few MB of them, and looked through only when a write wants to know: reading
--- costs nothing but keeping a text a little longer, and what a script has made of its tables plays no part. A reply does
--- not count for what a write of this run has changed since it was asked for, or may be changing just now: what a write
--- sets is left out of the images of those that come behind it, until it is read again. An image has what the write
--- sets, under the names under which that is read; of a write that changes all, such as a delete, it has all. What was
--- not set is null.
local array, null = require("native.json").array, require("native.json").null
local client = require "lofty.client"
local operations = require "lofty.operations"
local reply = require "lofty.reply"
local seen = require "lofty.seen"
local shown = require "lofty.shown"
local targets = require "lofty.targets"
local try = require("lofty.error").try

local M = {}

--- What an operation's reply shows: of which kind, and under which name its id is.
local LEAD, NOTE = { kind = "lead", id = "leadId" }, { kind = "note", id = "noteId" }
local TASK, LOG = { kind = "task", id = "id" }, { kind = "manual_log", id = "id" }
local DEAL, HOOK = { kind = "transaction", id = "transactionId" }, { kind = "webhook", id = "subscribeId" }
local ENTRY = { kind = "task", id = "taskId", as = function(item)
  return { finishFlag = item.finished, content = item.content, startAt = item.startAt, endAt = item.endAt,
    timeZoneCode = item.timeZoneCode, leadId = item.leadId }
end }
--- A log does not say of which kind it is; what was asked for does.
local LOGS = { kind = "manual_log", id = "id", as = function(item, asked)
  local log = { logType = asked:match("[?&]logType=(%a+)") }
  for name, value in pairs(item) do log[name] = value end
  return log
end }
local SHOWS = {
  ["leads.get"] = LEAD, ["leads.list"] = LEAD, ["notes.get"] = NOTE, ["notes.list"] = NOTE,
  ["tasks.get"] = TASK, ["tasks.list"] = TASK, ["tasks.mine"] = TASK, ["v1.tasks.get"] = TASK, ["v1.tasks.list"] = TASK,
  ["calendar.list"] = ENTRY,
  ["manual_logs.get"] = LOG, ["manual_logs.list"] = LOGS, ["manual_logs.create"] = LOG,
  ["transactions.get"] = DEAL, ["transactions.list"] = DEAL, ["transactions.list_for_lead"] = DEAL,
  ["transactions.create"] = DEAL, ["transactions.get_property_address"] = { kind = "property_address", id = "transactionId" },
  ["webhooks.list"] = HOOK, ["webhooks.create"] = HOOK,
}

--- Writes without a target that change nothing that was there before.
local HARMLESS = {
  ["notes.create"] = true, ["tasks.create"] = true, ["v1.tasks.create"] = true, ["calendar.create"] = true,
  ["manual_logs.create"] = true, ["transactions.create"] = true, ["webhooks.create"] = true,
  ["messages.send_email"] = true, ["messages.send_sms"] = true, ["notifications.email_to_agent"] = true,
  ["notifications.push_task_reminder"] = true, ["notifications.send_opportunity"] = true,
  ["notifications.sms_to_agent"] = true, ["sales_agent.send_sms_to_agent"] = true, ["team.add_custom_field"] = true,
}
--- A create may be merged into any lead.
local ANY_LEAD = { ["leads.create"] = true, ["leads.sync_brokermint"] = true }
local ONE_LEAD = { ["leads.add_activity"] = true, ["leads.add_inquiry"] = true }
local EVERYTHING, ALL, LEADS = "*", "*", "lead *"
local WHOLE = { ALL }

local under_way = {} ---@type table<string, table<string, integer>> writes by key and name
local function key_of(kind, id) return kind .. " " .. id end

--- Under which key a write is noted, and for which names; nil for none.
local function touch_of(row, values, fields, target)
  if target then
    return key_of(target.kind, target.id), shown.touched(row.name, fields) or WHOLE
  elseif HARMLESS[row.name] then
    return nil
  elseif ANY_LEAD[row.name] then
    return LEADS, WHOLE
  elseif ONE_LEAD[row.name] then
    return key_of("lead", values[1]), WHOLE
  end
  return EVERYTHING, WHOLE
end

---@class lofty.images.Touch a write under way
---@field key string|nil
---@field names string[]

--- From now on until M.after, a write is changing what it changes.
local function touch(row, values, fields, target)
  local key, names = touch_of(row, values, fields, target)
  if key then
    local counts = under_way[key] or {}
    under_way[key] = counts
    for _, name in ipairs(names) do counts[name] = (counts[name] or 0) + 1 end
  end
  return { key = key, names = names }
end

--- The write is over.
---@param touched lofty.images.Touch
---@param undone boolean it has changed nothing
function M.after(touched, undone)
  local key, names = touched.key, touched.names
  if not key then return end
  local counts = under_way[key]
  for _, name in ipairs(names) do counts[name] = counts[name] > 1 and counts[name] - 1 or nil end
  if next(counts) == nil then under_way[key] = nil end
  if not undone then seen.changed(key, names) end
end

local function is_under_way(key, name)
  local counts = under_way[key]
  if not counts then return false end
  if name == ALL then return next(counts) ~= nil end
  return counts[name] ~= nil or counts[ALL] ~= nil
end

--- Whether a write of this run has changed something since that moment, or may be at it; `name` is "*" for any of it.
local function is_stale(target, name, since)
  for _, key in ipairs { key_of(target.kind, target.id), key_of(target.kind, ALL), EVERYTHING } do
    if is_under_way(key, name) or seen.has_changed(key, name, since) then return true end
  end
  return false
end

local last_body, last_result

--- What a kept reply gave.
local function result_of(row, body)
  if last_body == body then return last_result end
  local ok, result = reply.interpret(row, { status = 200, headers = {}, body = body })
  last_body, last_result = body, ok and type(result) == "table" and result or nil
  return last_result
end

local function item_with(result, name, id)
  if result[name] == id then return result end
  for _, item in ipairs(result) do
    if type(item) == "table" and item[name] == id then return item end
  end
end

--- The thing in a kept reply, if it is there.
local function find_in(target, operation, asked, body)
  local shows = SHOWS[operation]
  local is_kind = shows and shows.kind == target.kind
  if not is_kind and operation ~= target.read then return nil end
  if (is_kind or target.among) and not body:find(("%d"):format(target.id), 1, true) then return nil end
  local row = operations.find(operation)
  if is_kind then
    local result = result_of(row, body)
    local item = result and item_with(result, shows.id, target.id)
    return item and shows.as and shows.as(item, asked) or item
  elseif target.among then
    local result = result_of(row, body)
    return result and item_with(result, target.among, target.id)
  end
  local values, fields = client.arguments(row.name, row, table.unpack(target.arguments))
  return client.request(row, values, fields).target == asked and result_of(row, body) or nil
end

--- Whether a reply of that operation has such a member at all.
local function has_member(operation, name)
  local resource, verb = operation:match("^(.+)%.([^.]+)$")
  local spec = require("lofty.replies." .. resource)[verb]
  spec = spec and spec.of or spec
  return spec and spec.fields and spec.fields[name] ~= nil
end

--- A member as an image has it; nil where the reply does not say.
local function member(item, name, operation)
  local value = item[name]
  if value == nil and has_member(operation, name) then value = null end
  if name ~= "tags" or value == nil then return value end
  local tags = shown.tag_names(value)
  return tags and array(tags)
end

--- The members of a thing that count; nil where none of them does.
local function pick(target, names, item, operation, since)
  local image = {}
  for _, name in ipairs(names) do
    if not is_stale(target, name, since) then image[name] = member(item, name, operation) end
  end
  return next(image) ~= nil and image or nil
end

local function image_of(target, names)
  local image
  seen.latest(function(operation, asked, since, body)
    local item = find_in(target, operation, asked, body)
    if not item then return false end
    if names then
      image = pick(target, names, item, operation, since)
    elseif not is_stale(target, ALL, since) then
      image = item
    end
    return true
  end)
  return image
end

local function is_whole(image, names)
  for _, name in ipairs(image and names or {}) do
    if image[name] == nil then return false end
  end
  return image ~= nil
end

--- Refusals after which a write is left to be refused itself.
local LEFT_TO_LOFTY = { not_found = true, permission = true, validation = true }

--- Reads what a write is about where that is not known. Raises what the read raises, and then nothing is to be written.
---@param row table
---@param values any[] checked
---@param fields table checked
function M.learn(row, values, fields)
  local target, names = targets.of(row, values, fields), shown.names(row.name, fields)
  if not target or is_whole(image_of(target, names), names) then return end
  local _, err = try(targets.read, target)
  if err and not LEFT_TO_LOFTY[err.category] then error(err, 0) end
end

--- What is known of a write's target, and a note that it is being changed, for M.after.
---@param row table
---@param values any[] checked
---@param fields table checked
---@return table|nil image what Lofty said last; not to be changed
---@return lofty.images.Touch touch
function M.before(row, values, fields)
  local target = targets.of(row, values, fields)
  local image = target and image_of(target, shown.names(row.name, fields))
  return image, touch(row, values, fields, target)
end

return M
