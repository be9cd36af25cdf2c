--- Tables that are passed to Lofty, held against what lofty.check would say of them at run time. A table is looked at
--- where its constructor stands, or where a local variable holds it and nothing but its members is touched on the way.
local check = require "lofty.check"
local json = require "native.json"
local trees = require "lofty.checks.tree"
local values = require "lofty.checks.values"

local M = {}

---@class lofty.checks.Member
---@field key any
---@field name lofty.checks.Node where the key stands
---@field node lofty.checks.Node the value

---@class lofty.checks.Table what is known of a table
---@field members lofty.checks.Member[]
---@field items lofty.checks.Node[] those without a key
---@field whole boolean whether there are certainly no others
---@field node lofty.checks.Node

local function constructor_of(script, node)
  local found = { members = {}, items = {}, whole = true, node = node }
  for index, child in ipairs(node) do
    if child.tag ~= "Pair" then
      found.items[#found.items + 1] = child
      if index == #node and trees.is_open(child) then found.whole = false end
    else
      local is, key = values.constant(script, child[1])
      if is and key ~= nil then
        found.members[#found.members + 1] = { key = key, name = child[1], node = child[2] }
      else
        found.whole = false
      end
    end
  end
  return found
end

--- Whether a node is in a loop of its function, where what stands below it may come before.
local function is_in_loop(node)
  return trees.inside(node, "While") or trees.inside(node, "Repeat") or trees.inside(node, "Forin")
    or trees.inside(node, "Fornum")
end

--- A member that is set behind the constructor. It counts where every way to the call leads past it.
local function take_set(script, found, index, place)
  local key = values.text(script, index[2])
  if not key then return false end
  found.set[key] = true
  local set = trees.owner(index)
  local value = #set[1] == 1 and #set[2] == 1 and set[2][1] or nil
  if not value or value.tag == "Nil" then
    found.removed[key] = true
  elseif index.scope == place.scope and index.offset < place.offset and trees.within(place, trees.block_of(index)) then
    found.members[#found.members + 1] = { key = key, name = index[2], node = value }
  end
  return true
end

--- What is called with the table leaves it as it is: operations do, and of Lua's own all but these.
local function is_harmless(target)
  if target.is == "lofty" then return true end
  local name = target.name or ""
  return target.is == "library" and name ~= "setmetatable" and not name:find("^table%.") and not name:find("^raw")
end

--- What becomes of a table between its variable and the call, by each use of its name: false where anybody might change it.
local function take_use(script, found, use, place)
  local owner = use.parent
  if use == place or use.offset > place.offset and use.scope == place.scope and not is_in_loop(place) then return true end
  if owner.tag == "Index" and owner[1] == use then
    return not trees.is_assigned(owner) or take_set(script, found, owner, place)
  end
  if owner.tag == "Op" then return owner[1] ~= "and" and owner[1] ~= "or" end
  local target = owner.tag == "Call" and owner[1] ~= use and values.of(script, owner[1])
  return target and is_harmless(target) or false
end

--- What is known of the table that an expression is; nil where that is not enough.
---@param script lofty.checks.Script
---@param node lofty.checks.Node
---@return lofty.checks.Table|nil
function M.table_of(script, node)
  local value = values.of(script, node)
  if not value or value.is ~= "table" then return nil end
  local found = constructor_of(script, value.node)
  if node.tag ~= "Id" then return found end
  local var = node.var
  if not var or #var.known.definitions ~= 1 or var.known.definitions[1].node ~= value.node then return nil end
  found.set, found.removed = {}, {}
  for _, use in ipairs(var.known.uses) do
    if not take_use(script, found, use, node) then return nil end
  end
  local kept = {}
  for _, member in ipairs(found.members) do
    if not found.removed[member.key] then kept[#kept + 1] = member end
  end
  found.members = kept
  return found
end

local UNKNOWN = {}

--- The value that an expression certainly has, tables included; UNKNOWN where it is not certain.
local function value_of(script, node)
  local is, value = values.constant(script, node)
  if is then return value end
  local known = values.of(script, node)
  local found, made = known and known.is == "table" and M.table_of(script, node), {}
  if not found or not found.whole or found.set and next(found.set) then return UNKNOWN end
  for index, item in ipairs(found.items) do
    made[index] = value_of(script, item)
    if made[index] == UNKNOWN or made[index] == nil then return UNKNOWN end
  end
  for _, member in ipairs(found.members) do
    local inner = value_of(script, member.node)
    if inner == UNKNOWN then return UNKNOWN end
    made[member.key] = inner
  end
  return made
end

M.UNKNOWN, M.value_of = UNKNOWN, value_of

---@class lofty.checks.Walk
---@field script lofty.checks.Script
---@field name string what messages begin with
---@field what string "field" or "parameter"
---@field found boolean whether something was wrong
---@field strange boolean|nil whether it was a name: then what is missing was meant, perhaps

local function report(walk, code, node, message)
  walk.found = true
  walk.strange = walk.strange or code == "field"
  walk.script:report(code, node, walk.name .. ": " .. message)
end

local walk_value

--- One member, by itself: its name, and its value where that is known.
local function walk_member(walk, spec, member, path)
  local fields, key = spec.fields, member.key
  local field = fields[key]
  local prefix = path == "" and "" or path .. "."
  if not field then
    local message = check.object({ fields = fields }, { [key] = true }, path, walk.what)
    return report(walk, "field", member.name, message)
  end
  if field.readonly then
    return report(walk, "field", member.name,
      (check.object({ fields = { [key] = field } }, { [key] = true }, path, walk.what)))
  end
  if values.of(walk.script, member.node) == nil then return end
  local is, value = values.constant(walk.script, member.node)
  if is and value == nil then return end
  if is and value == json.null then
    local message = check.object({ fields = { [key] = field } }, { [key] = value }, path, walk.what)
    return message and report(walk, "value", member.node, message)
  end
  walk_value(walk, field, member.node, prefix .. key)
end

local function walk_items(walk, spec, found, path)
  for index, item in ipairs(found.items) do
    if not trees.is_open(item) or index < #found.items then
      walk_value(walk, spec.of, item, ("%s[%d]"):format(path, index))
    end
  end
end

--- Rules about several fields hold where all of those are known that they speak of.
local RULES = { "min_fields", "idle", "at_least_one", "needs", "only", "overrules", "one_of", "together", "in_order",
  "max_sum", "max_span" }

--- What is demanded of the table as a whole. What is not known stands there and suits everybody.
local function check_whole(walk, spec, found, path)
  local model, fields, certain = {}, {}, not walk.found
  for name, field in pairs(spec.fields) do fields[name] = field end
  for _, member in ipairs(found.members) do
    local value = value_of(walk.script, member.node)
    if value == UNKNOWN or walk.found then
      certain, value = false, true
      fields[member.key] = { type = "any", required = spec.fields[member.key].required }
    end
    model[member.key] = value
  end
  for name in pairs(found.set or {}) do
    if model[name] == nil then
      certain, model[name] = false, true
      fields[name] = { type = "any" }
    end
  end
  local whole = { fields = fields }
  if certain then
    for _, key in ipairs(RULES) do whole[key] = spec[key] end
  elseif spec.at_least_one and next(model) == nil then
    whole.at_least_one = spec.at_least_one
  end
  local message = check.object(whole, model, path, walk.what)
  if message then report(walk, "required", found.node, message) end
end

local function walk_object(walk, spec, found, path)
  if not spec.fields then return end
  local before, strange = walk.found, walk.strange
  walk.found, walk.strange = false, false
  for index, item in ipairs(found.items) do
    if not trees.is_open(item) then
      local model = {}
      model[index] = values.of(walk.script, item) and values.of(walk.script, item).is == "table" and {} or true
      local message = check.object({ fields = spec.fields }, model, path, walk.what)
      report(walk, "field", item, message)
      break
    end
  end
  for _, member in ipairs(found.members) do walk_member(walk, spec, member, path) end
  if not walk.strange and found.whole then check_whole(walk, spec, found, path) end
  walk.found, walk.strange = walk.found or before, walk.strange or strange
end

--- A value against its specification.
function walk_value(walk, spec, node, path)
  local known = values.of(walk.script, node)
  if not known then return end
  local found = known.is == "table" and M.table_of(walk.script, node)
  if found and spec.type == "object" and spec.fields then return walk_object(walk, spec, found, path) end
  if found and spec.type == "array" and #found.members == 0 then
    local before = walk.found
    walk.found = false
    walk_items(walk, spec, found, path)
    local inner = walk.found
    walk.found = before or inner
    if inner then return end
  end
  local value = value_of(walk.script, node)
  if known.is == "function" then value = function() end end
  if value == UNKNOWN or value == nil then return end
  local message = check.value(spec, value, path)
  if message then report(walk, "value", node, message) end
end

--- Checks the table that is passed to a call.
---@param script lofty.checks.Script
---@param name string of the operation
---@param spec table of an object, or of a body that is an array
---@param what "field"|"parameter"
---@param node lofty.checks.Node
---@param path string|nil what messages call the table, where it is not the only one
---@return boolean wrong
function M.check(script, name, spec, what, node, path)
  local walk = { script = script, name = name, what = what, found = false }
  path = path or ""
  local known = values.of(script, node)
  local found = known and known.is == "table" and M.table_of(script, node)
  local value = known and known.is == "function" and function() end or value_of(script, node)
  if found and spec.fields then
    walk_object(walk, spec, found, path)
  elseif not found and value ~= UNKNOWN and value ~= nil and spec.fields then
    report(walk, "value", node, (check.object(spec, value, path, what)))
  elseif found or not known or known.is ~= "table" then
    walk_value(walk, spec, node, path)
  end
  return walk.found
end

--- What is demanded where no table is passed at all.
---@param script lofty.checks.Script
---@param name string
---@param spec table
---@param what "field"|"parameter"
---@param call lofty.checks.Node
function M.check_absent(script, name, spec, what, call)
  local message
  if spec.fields then message = check.object(spec, {}, "", what) else message = check.value(spec, {}, "") end
  if message then script:report("required", call, name .. ": " .. message) end
end

return M
