--- Misspelt names in what the program offers: lofty.leads.udpate, lofty.log.wran, lofty.code.TASK_IS_SMARTPAN. What is
--- said is what the library says when a run gets there.
local operations = require "lofty.operations"
local trees = require "lofty.checks.tree"
local values = require "lofty.checks.values"
local wording = require "lofty.wording"

local M = {}

--- Says what a member that is not there is called.
local function missing(name, key, members)
  return ("%s has no %s%s"):format(name, wording.quoted(key), wording.suggestion(key, members, "it has"))
end

--- What the script itself puts there is there.
local function note_replaced(script, node)
  local base = values.of(script, node[1])
  local key = base and base.is == "lofty" and values.text(script, node[2])
  if key then script.replaced[base.path == "" and key or base.path .. "." .. key] = true end
end

--- Notes what the script sets in lofty: a test replaces an operation, a library of a script's adds its own.
---@param script lofty.checks.Script
function M.prepare(script)
  local found = {}
  for node in trees.each(script.tree, "Index") do
    if trees.is_assigned(node) then found[#found + 1] = node end
  end
  for _, node in ipairs(found) do note_replaced(script, node) end
end

--- Returns whether there is no such member.
local function in_lofty(script, node, base, key)
  local path = base.path == "" and key or base.path .. "." .. key
  local full = base.path == "" and "lofty" or "lofty." .. base.path
  if script.replaced[path] and base.path == "" then return false end
  local fine, value = pcall(function() return base.value[key] end)
  if not fine then
    script:report(base.path == "code" and "code" or "name", node[2], tostring(value))
  elseif value == nil and not script.replaced[path] then
    script:report("name", node[2], missing(full, key, base.value))
  else
    return false
  end
  return true
end

--- string.trim(text) calls nil. What is only read may be asked whether it is there.
local function in_library(script, node, base, key)
  if base.value[key] ~= nil or script.globals[base.name .. "." .. key] then return end
  local owner = node.parent
  local used = (owner.tag == "Call" or owner.tag == "Index" or owner.tag == "Invoke") and owner[1] == node
  if not used or script.probed[base.name .. "." .. key] then return end
  script:report("name", node[2], missing(base.name, key, base.value))
end

--- What a script reads from Lua's libraries without using it: it asks whether it is there.
local function find_probes(script)
  script.probed = {}
  for node in trees.each(script.tree, "Index") do
    local owner = node.parent
    local used = (owner.tag == "Call" or owner.tag == "Index" or owner.tag == "Invoke") and owner[1] == node
    local base = not used and values.of(script, node[1])
    local key = base and base.is == "library" and values.text(script, node[2])
    if key then script.probed[base.name .. "." .. key] = true end
  end
end

--- lofty.leads:get(id) passes the resource itself. The operation says so before it does anything else.
local function with_colon(script, node, base, key)
  if in_lofty(script, node, base, key) or script.replaced[base.path .. "." .. key] then return end
  for _, resource in ipairs(operations.resources) do
    if resource == base.path then
      local _, message = pcall(base.value[key], base.value)
      script:report("call", node[2], tostring(message))
    end
  end
end

---@param script lofty.checks.Script
function M.run(script)
  find_probes(script)
  for node in trees.each(script.tree, "Index") do
    local base = values.of(script, node[1])
    local key = base and type(base.value) == "table" and values.text(script, node[2])
    if key and base.is == "lofty" then
      in_lofty(script, node, base, key)
    elseif key and base.is == "library" and base.name ~= "_G" then
      in_library(script, node, base, key)
    end
  end
  for node in trees.each(script.tree, "Invoke") do
    local base = values.of(script, node[1])
    local key = base and base.is == "lofty" and type(base.value) == "table" and node[2][1]
    if key then with_colon(script, node, base, key) end
  end
end

return M
