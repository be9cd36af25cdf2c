--- Who calls what with which arguments: directly, and through those that take a function and its arguments.
local trees = require "lofty.checks.tree"
local values = require "lofty.checks.values"

local M = {}

---@class lofty.checks.Call
---@field node lofty.checks.Node the call in the text
---@field target lofty.checks.Value what is called in the end
---@field named lofty.checks.Node the expression that names it
---@field arguments lofty.checks.Node[]
---@field open boolean whether the last argument may be any number of values

--- At which place they take the function; what follows it are its arguments.
local THROUGH = { ["lofty.try"] = 1, ["lofty.spawn"] = 1, ["lofty.deadline"] = 2, pcall = 1, xpcall = 1 }
local HANDLER = { xpcall = 1 } -- between the function and its arguments

local function name_of(target)
  return target.is == "lofty" and "lofty." .. target.path or target.is == "library" and target.name or nil
end

local function arguments_of(node, first)
  local arguments = table.move(node, first, #node, 1, {})
  return arguments, trees.is_open(arguments[#arguments])
end

local function add(list, node, target, named, first)
  local arguments, open = arguments_of(node, first)
  list[#list + 1] = { node = node, target = target, named = named, arguments = arguments, open = open }
end

--- Every call of something that is known.
---@param script lofty.checks.Script
---@return lofty.checks.Call[]
function M.all(script)
  local list = {}
  for node in trees.each(script.tree, "Call") do
    local target = values.of(script, node[1])
    local name = target and name_of(target)
    if name then
      add(list, node, target, node[1], 2)
      local at = THROUGH[name]
      local inner = at and values.of(script, node[1 + at])
      if inner and (inner.is == "lofty" or inner.is == "library") then
        add(list, node, inner, node[1 + at], 2 + at + (HANDLER[name] or 0))
      end
    end
  end
  return list
end

return M
