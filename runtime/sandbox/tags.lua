--- Tags of a lead as create and update change them.

local params = require "sandbox.params"

local M = {}

local MAX_NAME = 64 -- characters; longer names are cut without a word

--- Reads the four tag members of a body, before anything is changed.
---@param body table
---@return table wish { tags, tagsAdd, tagsRemove: string[]|nil, clearAllTags: boolean|nil }
function M.read(body)
  return {
    tags = params.field_array(body, "tags", params.as_text),
    tagsAdd = params.field_array(body, "tagsAdd", params.as_text),
    tagsRemove = params.field_array(body, "tagsRemove", params.as_text),
    clearAllTags = params.field_boolean(body, "clearAllTags"),
  }
end

local function add_names(store, list, names)
  local present = {}
  for _, tag in ipairs(list) do
    present[tag.name] = true
  end
  for _, name in ipairs(names) do
    local tag = name:find("%S") and store:tag(params.cut(name, MAX_NAME))
    if tag and not present[tag.name] then
      present[tag.name] = true
      list[#list + 1] = tag
    end
  end
end

--- Applies a wish: `tags` replaces, then `tagsAdd` adds, then `tagsRemove` takes away what was there before the
--- request; `clearAllTags` wins over all of them.
---@param store table
---@param lead table changed
---@param wish table from `read`
function M.apply(store, lead, wish)
  local before = {}
  for _, tag in ipairs(lead.tags) do
    before[tag.name] = true
  end
  local list = {}
  if wish.tags then
    add_names(store, list, wish.tags)
  else
    table.move(lead.tags, 1, #lead.tags, 1, list)
  end
  add_names(store, list, wish.tagsAdd or {})
  for _, name in ipairs(wish.tagsRemove or {}) do
    for i = #list, 1, -1 do
      if list[i].name == name and before[name] then
        table.remove(list, i)
      end
    end
  end
  lead.tags = wish.clearAllTags and {} or list
end

return M
