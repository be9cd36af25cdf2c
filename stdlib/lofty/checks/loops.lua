--- Lists of Lofty and the iterators over them, used as what they are not: an iterator that nobody called, an array that a
--- loop would call, an iterator taken for an array.
local each = require "lofty.each"
local things = require "lofty.checks.operations"
local trees = require "lofty.checks.tree"
local values = require "lofty.checks.values"

local M = {}

local function thing_of(value)
  return value and (value.is == "lofty" or value.is == "each") and things.find(value.path) or nil
end

--- What an iterator itself says of a use; it asks nobody for anything before its first item.
local function told_by(thing, use)
  local row = thing.row or things.find("leads.each").row
  local _, message = pcall(use, (each.new(thing.name, row, {}, {})))
  return tostring(message)
end

--- for lead in lofty.leads.each do; for lead in lofty.leads.list { ... } do
local function check_loop(script, node)
  local first = node[2][1]
  local value = values.of(script, first)
  local thing = thing_of(value)
  if thing and value.is == "lofty" and (thing.each or thing.helper and value.path:find("%.each_")) then
    local fine, message = pcall(value.value, nil, nil)
    if not fine then script:report("call", first, tostring(message)) end
    return
  end
  local called = #node[2] == 1 and first.tag == "Call" and values.of(script, first[1])
  local list = called and called.is == "lofty" and things.find(called.path)
  if not list or not list.row or list.each or not list.row.page then return end
  script:report("call", first, ("%s: gives an array, which a loop cannot call: write for _, item in ipairs(lofty.%s(...)) do")
    :format(list.name, list.name))
end

--- ipairs(lofty.leads.each { ... }), pairs(...)
local function check_pairs(script, node)
  local target = values.of(script, node[1])
  local is_pairs = target and target.is == "library" and (target.name == "ipairs" or target.name == "pairs")
  local value = is_pairs and values.of(script, node[2])
  if not value or value.is ~= "each" then return end
  script:report("call", node[2], told_by(thing_of(value) or { name = value.path }, function(it) return #it end))
end

--- #each
local function check_length(script, node)
  local value = node[1] == "len" and values.of(script, node[2])
  if not value or value.is ~= "each" then return end
  script:report("call", node[2], told_by(thing_of(value) or { name = value.path }, function(it) return #it end))
end

--- each:colect()
local function check_method(script, node)
  local value = values.of(script, node[1])
  if not value or value.is ~= "each" then return end
  local thing = thing_of(value) or { name = value.path }
  local name = node[2][1]
  local _, is_there = pcall(function() return each.new(thing.name, things.find("leads.each").row, {}, {})[name] end)
  if type(is_there) ~= "function" then
    return script:report("name", node[2], told_by(thing, function(it) return it[name] end))
  end
  local options = name == "collect" and node[3]
  for _, member in ipairs(options and options.tag == "Table" and options or {}) do
    local key = member.tag == "Pair" and values.text(script, member[1])
    if key and key ~= "max" then
      script:report("option", member[1], ("%s: collect takes only max, got %s"):format(thing.name, key))
    end
  end
end

---@param script lofty.checks.Script
function M.run(script)
  for node in trees.each(script.tree, "Forin") do check_loop(script, node) end
  for node in trees.each(script.tree, "Call") do check_pairs(script, node) end
  for node in trees.each(script.tree, "Op") do check_length(script, node) end
  for node in trees.each(script.tree, "Invoke") do check_method(script, node) end
end

return M
