--- What a planned write does to the thing that it changes, in the words of the replies that show it.
---
--- An effect has
---   set      members and their new values; null where there is none any more
---   unknown  members that change to what only Lofty knows: { stageId = true }
---   tags     of a lead: { replace = names|nil, add = names, remove = names }
---   deleted  true
---   members  the members that matter to the write: it was planned for what they were, and is refused where they are
---            something else when it is applied
local arrays = require "lofty.arrays"
local json = require "native.json"

local M = {}

local EVERYTHING = {} -- of `members`: all that the kind keeps of a thing

--- Members of a lead that leads.update has under the same name.
local SAME = {}
for name in ([[assignedUserId birthday buyHouse buyingTimeFrame cannotCall cannotEmail cannotText emails firstName fthb
  houseToSell language lastName leadTypes mortgage ownershipId ownershipScope phones preQual referredBy segments
  sellingTimeFrame source stage unsubscription withBuyerAgent withListingAgent]]):gmatch("%a+") do SAME[name] = true end

--- Members of a lead that change along with a field.
local ALONG = {
  assignedUserId = { "assignedUser", "customRoleList", "assignTime", "assignCompletionStatus" },
  city = { "city", "leadPropertyList" },
  customAttributeList = { "customAttributes" },
  inquiry = { "leadInquiry" },
  leadFamilyMemberList = { "leadFamilyMemberList" },
  leadTypes = { "leadType" },
  phones = { "phoneStatuses" },
  property = { "leadPropertyList", "city", "state", "streetAddress", "zipCode" },
  stage = { "stageId" },
  state = { "state", "leadPropertyList" },
  streetAddress = { "streetAddress", "leadPropertyList" },
  zipCode = { "zipCode", "leadPropertyList" },
}

local RENAMED = { isHidden = "hiddenFlag" }
local TAGS = { tags = true, tagsAdd = true, tagsRemove = true, clearAllTags = true }

--- What a kind keeps of a thing, for the comparison before a delete and for showing it: what people write, not what time
--- or Lofty's own work changes.
M.KEPT = {
  lead = { "leadId", "firstName", "lastName", "tags", "hiddenFlag", "groups", "customRoleList", "leadPropertyList", "city",
    "state", "streetAddress", "zipCode", "customAttributes", "leadInquiry", "leadFamilyMemberList" },
  note = { "noteId", "leadId", "content", "isPin" },
  task = { "id", "leadId", "content", "type", "assignedRole", "startAt", "endAt", "deadline", "timeZoneCode", "address",
    "finishFlag" },
  manual_log = { "id", "leadId", "content", "logType", "isPin" },
  webhook = { "subscribeId", "listId", "callbackUrl", "limit", "permissionMode" },
  muting = { "mute" },
}
for name in pairs(SAME) do table.insert(M.KEPT.lead, name) end
table.sort(M.KEPT.lead)

--- null in a body: whether Lofty empties the member or passes over it is not documented.
local function put(effect, member, value)
  effect.members[member] = true
  if value == json.null then effect.unknown[member] = true else effect.set[member] = value end
end

local function new() return { set = {}, unknown = {}, members = {} } end

local function tag_changes(fields)
  if fields.clearAllTags then return { replace = json.array {}, add = {}, remove = {} } end
  local function names(value) return value ~= json.null and value or nil end
  return { replace = names(fields.tags), add = names(fields.tagsAdd) or {}, remove = names(fields.tagsRemove) or {} }
end

local function update_lead(_, fields)
  local effect = new()
  for name, value in pairs(fields) do
    if SAME[name] then
      put(effect, name, value)
    elseif name == "groups" then
      put(effect, "segments", value)
    elseif RENAMED[name] then
      put(effect, RENAMED[name], value)
    elseif TAGS[name] then
      effect.members.tags = true
    end
    for _, member in ipairs(ALONG[name] or {}) do
      effect.unknown[member] = true
      if not SAME[name] then effect.members[member] = true end
    end
  end
  if effect.set.segments then effect.set.groups = effect.set.segments end
  if effect.members.tags then effect.tags = tag_changes(fields) end
  effect.unknown.lastUpdateTime = true
  return effect
end

local function of_members(...)
  local names = { ... }
  return function()
    local effect = new()
    arrays.set(names, effect.unknown)
    arrays.set(names, effect.members)
    return effect
  end
end

local function delete() return { set = {}, unknown = {}, deleted = true, members = EVERYTHING } end

--- An update whose fields are the reply's members. `along` are members that change with it.
local function update(along)
  return function(_, fields)
    local effect = new()
    for name, value in pairs(fields) do put(effect, name, value) end
    arrays.set(along, effect.unknown)
    return effect
  end
end

local function update_note(_, fields)
  local effect = update { "lastUpdate", "lastEditorId", "lastEditorName" }(_, fields)
  effect.set.leadId, effect.members.leadId = nil, nil
  return effect
end

--- The times of a task are other members in the other version's replies.
local function update_task(_, fields)
  local effect = update { "lastUpdate", "overdueFlag" }(_, fields)
  if fields.endAt then effect.unknown.deadline = true end
  effect.set.leadId, effect.members.leadId = nil, nil
  return effect
end

local function finish(is_finished)
  return function()
    local effect = new()
    put(effect, "finishFlag", is_finished)
    arrays.set({ "finishTime", "lastUpdate", "overdueFlag" }, effect.unknown)
    return effect
  end
end

local function update_v1_task(_, fields)
  if fields.finishFlag then return finish(true)() end
  local effect = update { "lastUpdate", "overdueFlag" }(_, fields)
  if fields.deadline then effect.unknown.endAt = true end
  for _, name in ipairs { "leadId", "finishFlag" } do effect.set[name], effect.members[name] = nil, nil end
  return effect
end

--- calendar.update has more than a task shows, and times in milliseconds.
local function update_calendar(_, fields)
  local effect = update { "lastUpdate", "overdueFlag", "deadline" }(_, fields)
  for ms, name in pairs { startAtMs = "startAt", endAtMs = "endAt" } do
    if fields[ms] then
      effect.set[ms], effect.members[ms] = nil, nil
      effect.unknown[name], effect.members[name] = true, true
    end
  end
  for _, name in ipairs { "leadId", "reminderTime", "reminderType" } do
    effect.set[name], effect.members[name] = nil, nil
    if fields[name] then effect.unknown[name] = true end
  end
  return effect
end

--- The whole address is replaced.
local function set_address(_, fields)
  local effect = new()
  for _, name in ipairs { "streetAddress", "unit", "city", "county", "state", "zipCode", "label" } do
    effect.members[name] = true
    put(effect, name, fields[name])
    if fields[name] == nil then effect.set[name] = json.null end
  end
  return effect
end

local function update_transaction(_, fields)
  local effect = update { "updated" }(_, fields)
  for _, name in ipairs { "commissions", "customFields" } do
    if fields[name] ~= nil then effect.set[name], effect.unknown[name] = nil, true end
  end
  return effect
end

--- Whether what is left out stays is not documented, so nothing of these is known afterwards.
local function replace_all(_, fields)
  local effect = new()
  for name in pairs(fields) do effect.unknown[name], effect.members[name] = true, true end
  effect.members.id = nil
  return effect
end

local OF = {
  ["calendar.delete"] = delete,
  ["calendar.finish"] = finish(true),
  ["calendar.unfinish"] = finish(false),
  ["calendar.update"] = update_calendar,
  ["leads.assign"] = of_members("customRoleList", "assignedUserId", "assignedUser", "lenderUserId"),
  ["leads.delete"] = delete,
  ["leads.update"] = update_lead,
  ["leads.update_property"] = of_members("leadPropertyList", "city", "state", "streetAddress", "zipCode"),
  ["manual_logs.delete"] = delete,
  ["notes.delete"] = delete,
  ["notes.update"] = update_note,
  ["routing.update_default_rule"] = replace_all,
  ["routing.update_rule"] = replace_all,
  ["sales_agent.mute_lead"] = function() return { set = { mute = "true" }, unknown = {}, members = { mute = true } } end,
  ["sales_agent.update_settings"] = replace_all,
  ["tasks.delete"] = delete,
  ["tasks.finish"] = finish(true),
  ["tasks.unfinish"] = finish(false),
  ["tasks.update"] = update_task,
  ["transactions.set_property_address"] = set_address,
  ["transactions.update"] = update_transaction,
  ["v1.tasks.delete"] = delete,
  ["v1.tasks.update"] = update_v1_task,
  ["webhooks.delete"] = delete,
}

--- The effect of a write on its target (lofty.targets).
---@param row table
---@param values any[]
---@param fields table
---@return table
function M.of(row, values, fields)
  return OF[row.name](values, fields)
end

--- A value as it is compared: tags by their names, null as absent.
local function compared(member, value)
  if value == json.null then return nil end
  if member ~= "tags" or type(value) ~= "table" then return value end
  local names = {}
  for index, tag in ipairs(value) do names[index] = type(tag) == "table" and tag.tagName or tag end
  table.sort(names)
  return json.array(names)
end

--- What matters of a thing to a write: the members that `members` names, or all that the kind keeps.
---@param kind string
---@param members table<string, boolean>
---@param thing table
---@return table
function M.pick(kind, members, thing)
  local picked = {}
  local kept = members == EVERYTHING and M.KEPT[kind]
  for _, name in ipairs(kept or {}) do picked[name] = compared(name, thing[name]) end
  for name in pairs(kept and {} or members) do picked[name] = compared(name, thing[name]) end
  return picked
end

return M
