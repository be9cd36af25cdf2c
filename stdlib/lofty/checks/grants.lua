--- What a script sends or deletes, and its header does not allow: a note, because --allow and the profile allow as well.
local guarded = require "lofty.guard.operations"
local kinds = require("native.guard").kinds
local fields = require "lofty.checks.fields"
local refusals = require "lofty.guard.refusals"
local things = require "lofty.checks.operations"
local trees = require "lofty.checks.tree"
local values = require "lofty.checks.values"

local M = {}

--- What of a helper needs a grant, by the fields that ask for it.
local BY_FIELDS = {
  ["webhooks.sync"] = { place = 2, fields = { "remove_duplicates", "remove_others", "make_room" },
    operation = "webhooks.delete" },
}

--- Whether a field of a call's table is certainly there, and true.
local function has_field(script, node, name)
  local owner = node.parent
  if owner.tag ~= "Call" or owner[1] ~= node then return false end
  for index = 2, #owner do
    local found = fields.table_of(script, owner[index])
    for _, member in ipairs(found and found.members or {}) do
      local value = member.key == name and fields.value_of(script, member.node)
      if value and value ~= fields.UNKNOWN then return true end
    end
  end
  return false
end

--- The grants that something needs which the script names.
local function needed_by(script, node, path)
  local list = {}
  local class = guarded[path]
  for _, need in ipairs(class and class.needs or {}) do
    if not need.where or has_field(script, node, need.where) then list[#list + 1] = { need.grant, path } end
  end
  local helper = BY_FIELDS[path]
  for _, name in ipairs(helper and helper.fields or {}) do
    if has_field(script, node, name) then
      list[#list + 1] = { guarded[helper.operation].needs[1].grant, path }
      break
    end
  end
  return list
end

---@param script lofty.checks.Script
---@param held table<string, boolean> what the header allows
function M.run(script, held)
  local told, by_name = {}, {}
  for _, kind in ipairs(kinds()) do by_name[kind.name] = kind end
  for node in trees.each(script.tree, "Index") do
    local value = not trees.is_assigned(node) and values.of(script, node)
    local path = value and value.is == "lofty" and things.find(value.path) and value.path
    for _, need in ipairs(path and needed_by(script, node, path) or {}) do
      local name = need[1]
      if not held[name] and not told[name] then
        told[name] = true
        script:report("grant", node, (script.is_module and "%s needs the grant %s, of the script that loads this"
          or '%s needs the grant %s; write "-- loftyrun: allow %s" above the first line of code'):format(need[2], name,
          refusals.terms(by_name[name])), "note")
      end
    end
  end
end

return M
