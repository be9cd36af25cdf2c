--- How what a write sets is shown when the thing is read: mostly under its own name. The before-images (lofty.images)
--- keep what a write is about to change, and `history undo` (lofty.undo) compares and takes back by it.
local M = {}

---@alias lofty.Shown string[] names of what is read

local SPAN = { "startAt", "endAt" }
local ENTRY = { startAt = SPAN, endAt = SPAN, startAtMs = SPAN, endAtMs = SPAN, reminderType = {}, reminderTime = {} }
local PLACE = { "leadPropertyList" }
local STATUS = { "transactionType", "transactionStatus" }

--- By operation and field, where it is not just the field's name. A start moves with an end that is moved alone, a
--- status is one of its type's: they are known together.
---@type table<string, table<string, lofty.Shown>>
local BY_FIELD = {
  ["leads.update"] = {
    tags = { "tags" }, tagsAdd = { "tags" }, tagsRemove = { "tags" }, clearAllTags = { "tags" },
    isHidden = { "hiddenFlag" }, customAttributeList = { "customAttributes" }, inquiry = { "leadInquiry" },
    property = PLACE, city = PLACE, state = PLACE, streetAddress = PLACE, zipCode = PLACE, leadTransaction = {},
  },
  ["notes.update"] = { leadId = {} },
  ["tasks.update"] = ENTRY,
  ["calendar.update"] = ENTRY,
  ["v1.tasks.update"] = { leadId = {} },
  ["transactions.update"] = { transactionType = STATUS, transactionStatus = STATUS },
}

--- What an operation changes as a whole.
---@type table<string, lofty.Shown>
local BY_OPERATION = {
  ["leads.assign"] = { "customRoleList" },
  ["leads.update_property"] = PLACE,
  ["tasks.finish"] = { "finishFlag" },
  ["tasks.unfinish"] = { "finishFlag" },
  ["calendar.finish"] = { "finishFlag" },
  ["calendar.unfinish"] = { "finishFlag" },
}

--- What changes along with something, beside what is asked for.
local ALONG = { assignedUserId = { "customRoleList" }, customRoleList = { "assignedUserId" } }

--- What a write changes in what is read; nil where that is all of it, or is not known.
---@param operation string
---@param fields table
---@return lofty.Shown|nil
function M.names(operation, fields)
  local whole, by_field = BY_OPERATION[operation], BY_FIELD[operation]
  if whole or not by_field then return whole end
  local names, seen = {}, {}
  for field in pairs(fields) do
    for _, name in ipairs(by_field[field] or { field }) do
      if not seen[name] then names[#names + 1] = name end
      seen[name] = true
    end
  end
  table.sort(names)
  return names
end

--- The same, with what changes along with it.
---@param operation string
---@param fields table
---@return lofty.Shown|nil
function M.touched(operation, fields)
  local names = M.names(operation, fields)
  if not names then return nil end
  local all = table.move(names, 1, #names, 1, {})
  for _, name in ipairs(names) do
    for _, other in ipairs(ALONG[name] or {}) do all[#all + 1] = other end
  end
  return all
end

--- The names of tags, as a lead that was read has them, or a write.
---@param tags any
---@return string[]|nil nil where there are other things among them
function M.tag_names(tags)
  local names = {}
  for index, tag in ipairs(type(tags) == "table" and tags or {}) do
    local name = type(tag) == "table" and tag.tagName or tag
    if type(name) ~= "string" then return nil end
    names[index] = name
  end
  return names
end

return M
