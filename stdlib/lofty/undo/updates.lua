--- Taking back what an update has set: each member goes back to what the before-image has, where it is still what the
--- update has left. What has become another since is somebody's later work, and the update is then left alone.
local array, null = require("native.json").array, require("native.json").null
local operations = require "lofty.operations"
local parse = require("lofty.time.reading").parse
local shown = require "lofty.shown"
local spelling = require "lofty.spelling"
local values = require "lofty.undo.values"
local wording = require "lofty.wording"

local M = {}

---@class lofty.undo.Change
---@field field string
---@field now any
---@field back any

---@class lofty.undo.Plan
---@field state "ready"|"same"|"changed"|"none" same: it is as it was already; none: there is no way back
---@field changes lofty.undo.Change[]
---@field call { operation: string, values: any[], fields: table|nil }|nil
---@field becomes table|false|nil what the thing's members are then; false: it is gone
---@field why string|nil
---@field stays string[]|nil what of it is not taken back, and why

local UNKNOWN = "it is not known how it was: the run had not read it before"

--- Where the field that is written is not called like what is shown.
local FIELD = { hiddenFlag = "isHidden", customAttributes = "customAttributeList" }

--- What has no way back, by what is shown or by field.
local STAYS = {
  leadInquiry = "an inquiry that was added cannot be taken out through Lofty's API",
  leadPropertyList = "a property that was added or merged cannot be taken out through Lofty's API",
  leadTransaction = "Lofty does not say which transaction it became",
  reminderType = "Lofty does not show reminders",
  reminderTime = "Lofty does not show reminders",
}
local HIDDEN_FIELDS = { "leadTransaction", "reminderType", "reminderTime" }

--- How fields are called that set the same in another form.
local ALSO = { startAt = "startAtMs", endAt = "endAtMs" }

--- What the write left for a member; nil where it does not say.
local function set_by(write, name)
  local fields = write.fields
  local value = fields[FIELD[name] or name]
  if value == nil and ALSO[name] then value = fields[ALSO[name]] end
  if value == nil and type(write.result) == "table" then value = write.result[name] end
  return value
end

local function new_plan() return { changes = {}, fields = {}, becomes = {}, stays = {} } end

local function stay(plan, name, why) plan.stays[#plan.stays + 1] = ("%s: %s"):format(name, why) end

local function put_back(plan, name, field, now, before, back)
  plan.changes[#plan.changes + 1] = { field = name, now = now, back = before }
  plan.fields[field], plan.becomes[name] = back, before
end

local function changed(plan, name, now, left)
  plan.why = ("%s is %s now, not %s as the run left it"):format(name, values.show(now), values.show(left))
  plan.state = "changed"
end

local function lower_set(names)
  local set = {}
  for _, name in ipairs(names) do set[spelling.lower(name)] = name end
  return set
end

--- The tags that the write left, out of those before.
local function tags_left(before, fields)
  local left = fields.clearAllTags == true and {} or fields.tags and { table.unpack(fields.tags) }
    or { table.unpack(before) }
  if fields.clearAllTags == true then return left end
  for _, name in ipairs(fields.tagsAdd or {}) do left[#left + 1] = name end
  local removed = lower_set(fields.tagsRemove or {})
  local kept = {}
  for _, name in ipairs(left) do
    if not removed[spelling.lower(name)] then kept[#kept + 1] = name end
  end
  return kept
end

local function without(names, set)
  local list = array {}
  for _, name in ipairs(names) do
    if not set[spelling.lower(name)] then list[#list + 1] = name end
  end
  return list
end

--- Tags come and go one by one: those that others have changed since are none of this. A tag has two states only, so
--- nothing of theirs is overwritten.
local function plan_tags(plan, write, now)
  local before = write.image and shown.tag_names(write.image.tags ~= null and write.image.tags or {})
  if not write.image or write.image.tags == nil or not before then return stay(plan, "tags", UNKNOWN) end
  local present = shown.tag_names(now.tags)
  if not present then return stay(plan, "tags", "they cannot be read now") end
  local left = tags_left(before, write.fields)
  local had, has, is = lower_set(before), lower_set(left), lower_set(present)
  local add, remove = array {}, array {}
  for key, name in pairs(has) do
    if not had[key] and is[key] then remove[#remove + 1] = is[key] or name end
  end
  for key, name in pairs(had) do
    if not has[key] and not is[key] then add[#add + 1] = name end
  end
  if #add + #remove == 0 then return end
  table.sort(add)
  table.sort(remove)
  local back = without(present, lower_set(remove))
  table.move(add, 1, #add, #back + 1, back)
  plan.fields.tagsAdd, plan.fields.tagsRemove = #add > 0 and add or nil, #remove > 0 and remove or nil
  plan.changes[#plan.changes + 1] = { field = "tags", now = array(present), back = back }
  plan.becomes.tags = back
end

local function by_name(attributes)
  local map = {}
  for _, attribute in ipairs(type(attributes) == "table" and attributes or {}) do
    map[attribute.attributeName or 1] = attribute
  end
  return map
end

--- Whether a list of custom fields replaces those that it does not name is not documented: all of them are written.
local function plan_attributes(plan, write, now)
  local image = write.image and write.image.customAttributes
  if image == nil then return stay(plan, "customAttributes", UNKNOWN) end
  local before, is, back = by_name(image), by_name(now.customAttributes), {}
  for _, set in ipairs(write.fields.customAttributeList) do
    local name = set.attributeName
    local now_value, old = is[name] and is[name].value, before[name] and before[name].value or ""
    if not values.same("value", now_value, old) then
      if not values.same("value", now_value, set.value) then return changed(plan, name, now_value, set.value) end
      back[name] = { attributeName = name, attributeType = set.attributeType, value = old }
      plan.changes[#plan.changes + 1] = { field = name, now = now_value, back = old }
    end
  end
  if next(back) == nil then return end
  local list = array {}
  for _, attribute in ipairs(now.customAttributes or {}) do
    list[#list + 1] = back[attribute.attributeName] or { attributeName = attribute.attributeName,
      attributeType = attribute.attributeType, value = attribute.value or "" }
  end
  plan.fields.customAttributeList, plan.becomes.customAttributes = list, list
end

--- A start that moved along with an end: the two were one moment, and are.
local function moved_along(name, write, now)
  local image = write.image
  return name == "startAt" and values.same("startAt", image.startAt, image.endAt)
    and values.same("startAt", now.startAt, now.endAt)
end

local function plan_member(plan, name, write, now, spec)
  local before = write.image and write.image[name]
  local field = FIELD[name] or name
  local value, set = now[name], set_by(write, name)
  if STAYS[name] or not spec.fields[field] then
    return stay(plan, name, STAYS[name] or "Lofty's API cannot write it")
  elseif before == nil then
    return set ~= nil and stay(plan, name, UNKNOWN) or nil
  elseif values.same(name, value, before) then
    return
  elseif set == nil and not moved_along(name, write, now) then
    return
  elseif set ~= nil and not values.has_secret(set) and not values.same(name, value, set) then
    return changed(plan, name, value, set)
  end
  local back, why = values.back(name, before, spec.fields[field])
  if back == nil then return stay(plan, name, why) end
  put_back(plan, name, field, value, before, back)
end

--- Members that an operation wants beside those that are put back, from what is there.
local ALWAYS = {
  ["notes.update"] = { "content", "isPin", "leadId" },
}

local function complete(plan, operation, now)
  for _, name in ipairs(ALWAYS[operation] or {}) do
    if plan.fields[name] == nil then plan.fields[name] = now[name] end
  end
  -- A status is looked for among those of its type.
  if operation == "transactions.update" and plan.fields.transactionStatus and not plan.fields.transactionType then
    plan.fields.transactionType = now.transactionType
  end
end

--- Ends a plan whose members have been looked at.
local function finish(plan, operation, path_values, now)
  if plan.state == "changed" then return { state = "changed", why = plan.why, changes = {} } end
  local stays = #plan.stays > 0 and plan.stays or nil
  if next(plan.fields) == nil then
    return { state = stays and "none" or "same", changes = {}, why = stays and table.concat(stays, "; ") or nil }
  end
  complete(plan, operation, now)
  return { state = "ready", changes = plan.changes, becomes = plan.becomes, stays = stays,
    call = { operation = operation, values = path_values, fields = plan.fields } }
end

--- The plan for an update, as another operation where `operation` names it.
---@param write lofty.undo.Write
---@param now table
---@param operation string|nil
---@param path_values any[]|nil
---@return lofty.undo.Plan
function M.plan(write, now, operation, path_values)
  operation = operation or write.operation
  local spec = operations.find(operation).body
  local plan = new_plan()
  for _, name in ipairs(shown.names(write.operation, write.fields) or wording.sorted_keys(write.fields)) do
    if plan.state then break end
    if name == "tags" then plan_tags(plan, write, now)
    elseif name == "customAttributes" then plan_attributes(plan, write, now)
    else plan_member(plan, name, write, now, spec) end
  end
  for _, name in ipairs(HIDDEN_FIELDS) do
    if write.fields[name] ~= nil then stay(plan, name, STAYS[name]) end
  end
  return finish(plan, operation, path_values or write.values, now)
end

--- Entries of the calendar are changed as tasks, which may lie in the past; only that moves them to another lead.
function M.plan_entry(write, now, target)
  if write.fields.leadId ~= nil then return M.plan(write, now) end
  return M.plan(write, now, "tasks.update", { target.id })
end

local ADDRESS = { "city", "county", "label", "state", "streetAddress", "unit", "zipCode" }

--- An address is replaced as a whole.
function M.plan_address(write, now)
  if not write.image then return { state = "none", changes = {}, why = UNKNOWN } end
  local plan = new_plan()
  for _, name in ipairs(ADDRESS) do
    local before, left = write.image[name] or "", write.fields[name] or ""
    if not values.same(name, now[name], left) and not values.same(name, now[name], before) then
      return { state = "changed", changes = {}, why = ("%s is %s now, not %s as the run left it"):format(name,
        values.show(now[name]), values.show(left)) }
    end
    if not values.same(name, now[name], before) then put_back(plan, name, name, now[name], before, before) end
  end
  if next(plan.fields) == nil then return { state = "same", changes = {} } end
  for _, name in ipairs(ADDRESS) do plan.fields[name] = write.image[name] or nil end
  plan.fields.transactionId = write.fields.transactionId
  return finish(plan, write.operation, write.values, now)
end

local function assignee_of(roles, role)
  for _, one in ipairs(type(roles) == "table" and roles or {}) do
    if one.role == role then return one.assignee ~= "" and one.assignee or null end
  end
end

--- Who has a role is written as an e-mail address; where Lofty shows something else it cannot be written back.
function M.plan_roles(write, now)
  local plan, list = new_plan(), array {}
  for _, set in ipairs(write.fields) do
    local before = assignee_of(write.image and write.image.customRoleList, set.role)
    local is = assignee_of(now.customRoleList, set.role)
    if before == nil then
      stay(plan, set.role, UNKNOWN)
    elseif is == nil or (before ~= null and not before:find("@", 1, true)) then
      stay(plan, set.role, "Lofty does not show its e-mail address")
    elseif not values.same("assignee", is, before) then
      if not values.same("assignee", is, set.assignee) then
        changed(plan, set.role, is, set.assignee)
        break
      end
      list[#list + 1] = { role = set.role, assignee = before }
      plan.changes[#plan.changes + 1] = { field = set.role, now = is, back = before }
    end
  end
  plan.fields = list
  local finished = finish(plan, write.operation, write.values, now)
  if finished.state == "ready" then
    finished.becomes = { customRoleList = write.image.customRoleList }
  end
  return finished
end

--- Clocks of Lofty's that disagree with this machine's, in milliseconds.
local MARGIN_MS = 60000

--- Whether a task that this write finished had been finished before: told by the time that Lofty shows; nil: not at all.
local function was_finished(write, now)
  local time = parse(now.finishTime)
  if not time then return nil end
  if time < write.began - MARGIN_MS then return true end
  if time <= (write.settled or write.began) + MARGIN_MS then return false end
  return nil
end

--- finish and unfinish, each the other's way back.
---@param write lofty.undo.Write
---@param now table
---@param flag boolean what the write set
---@param operation string that sets the other
---@param id integer
---@return lofty.undo.Plan
function M.plan_switch(write, now, flag, operation, id)
  if (now.finishFlag or false) ~= flag then return { state = "same", changes = {} } end
  local before = write.image and write.image.finishFlag
  if before == nil and flag then before = was_finished(write, now) end
  if before == nil then return { state = "none", changes = {}, why = UNKNOWN } end
  if before == flag then return { state = "same", changes = {}, why = "it was so before" } end
  return { state = "ready", changes = { { field = "finishFlag", now = flag, back = not flag } },
    becomes = { finishFlag = not flag }, call = { operation = operation, values = { id } } }
end

return M
