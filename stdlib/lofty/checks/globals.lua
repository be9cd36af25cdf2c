--- Globals that nobody sets, and those that a function makes. A run refuses both when it gets there (host/state.c), with
--- the same words.
local nearest = require("native.text").nearest
local trees = require "lofty.checks.tree"
local values = require "lofty.checks.values"
local wording = require "lofty.wording"

local M = {}

--- What every script finds beside Lua's own.
local GIVEN = { arg = true }

--- _G.name and _ENV.name are globals too.
local function global_of(node)
  if node.tag == "Id" then return not node.var and node[1] ~= "_ENV" and node[1] or nil end
  local base = node[1]
  local is_table = base.tag == "Id" and not base.var and (base[1] == "_G" or base[1] == "_ENV")
  return is_table and node[2].tag == "String" and node[2][1] or nil
end

local LOOKS = { rawget = true, next = true, pairs = true }

--- Whether _ENV or _G is more than a table whose members are named.
local function is_handed_on(node)
  local owner = node.parent
  if owner.tag == "Index" and owner[1] == node then return owner[2].tag ~= "String" end
  local called = owner.tag == "Call" and owner[1].tag == "Id" and owner[1][1]
  return not LOOKS[called]
end

--- Whether the script does something about globals that only a run could tell the end of: another _ENV, a metatable of
--- _G, names that are made up, code of its own.
local function is_unclear(script, tree)
  for node in trees.each(tree, "Id") do
    local name = node[1]
    if name == "_ENV" and (node.is_target or node.var or is_handed_on(node)) then return true end
    if name == "_G" and not node.var and (node.is_target or is_handed_on(node)) then return true end
  end
  for node in trees.each(tree, "Call") do
    local target = values.of(script, node[1])
    local name = target and target.is == "library" and target.name
    if name == "load" or name == "loadfile" or name == "dofile" then return true end
  end
  return false
end

--- Whether a module of others is loaded, which may make globals.
local function has_strange_modules(script)
  for node in trees.each(script.tree, "Call") do
    local target = values.of(script, node[1])
    if target and target.is == "library" and target.name == "require" then
      local name = values.text(script, node[2])
      if not name or not script.is_embedded(name) and package.loaded[name] == nil then return true end
    end
  end
  return false
end

--- Notes what the script sets, for all checks.
---@param script lofty.checks.Script
function M.prepare(script)
  for node in trees.each(script.tree, "Id", "Index") do
    local is_set = node.tag == "Id" and node.is_target or node.tag == "Index" and trees.is_assigned(node)
    local name = is_set and global_of(node)
    if name then script.globals[name] = true end
    local base = is_set and node.tag == "Index" and node[1]
    if base and base.tag == "Id" and not base.var and node[2].tag == "String" then
      script.globals[base[1] .. "." .. node[2][1]] = true
    end
  end
end

local function names_of(script)
  local names = { ["nil"] = true, ["true"] = true, ["false"] = true }
  for name in pairs(_G) do names[name] = true end
  for name in pairs(GIVEN) do names[name] = true end
  for name in pairs(script.globals) do names[name] = not name:find(".", 1, true) or nil end
  return wording.sorted_keys(names)
end

--- Whether it is read only where something else is not there: table.unpack or unpack; _VERSION == "Lua 5.1" and ...
local function is_asked_for(script, node)
  local child, around = node, node.parent
  while around and around.tag ~= "Function" do
    if around.tag == "Op" and (around[1] == "or" or around[1] == "and") and around[3] == child then
      if around[1] == "and" then return true end
      local left = values.of(script, around[2])
      if left and left.value then return true end
    elseif around.tag == "If" and child ~= around[1] then
      return M.mentions_version(around[1])
    end
    child, around = around, around.parent
  end
  return false
end

--- Whether a condition asks for the release of Lua.
---@param node lofty.checks.Node
---@return boolean
function M.mentions_version(node)
  if node.tag == "Id" and node[1] == "_VERSION" then return true end
  for _, child in ipairs(node) do
    if type(child) == "table" and M.mentions_version(child) then return true end
  end
  return false
end

local function undefined(name, near)
  if name == "lofty" then return 'undefined global "lofty"; begin the script with local lofty = require "lofty"' end
  return ('undefined global "%s"%s'):format(name, near and ('; did you mean "%s"?'):format(near) or "")
end

--- The locals of the whole script: which of them is to be seen where the mistake is matters little to who reads of it.
local function locals_of(tree)
  local names = {}
  for node in trees.each(tree, "Id") do
    if node.var then names[node[1]] = true end
  end
  return wording.sorted_keys(names)
end

local function check_read(script, node, name, names, locals)
  if rawget(_G, name) ~= nil or GIVEN[name] or script.globals[name] or is_asked_for(script, node) then return end
  local near = nearest(name, names)
  if script.has_strangers and not near then return end
  script:report("global", node.tag == "Id" and node or node[2], undefined(name, near or nearest(name, locals)))
end

--- Of globals that functions set, those that the script sets at its top are there.
local function check_set(script, node, name, at_top)
  if not node.scope or rawget(_G, name) ~= nil or GIVEN[name] or at_top[name] or script.has_strangers then return end
  script:report("global", node.tag == "Id" and node or node[2],
    ('assignment to the undefined global "%s" in a function; write local, or give it a value at the top of the script first')
      :format(name))
end

---@param script lofty.checks.Script
function M.run(script)
  local tree = script.tree
  if is_unclear(script, tree) then return end
  script.has_strangers = has_strange_modules(script)
  local at_top, reads, sets = {}, {}, {}
  for node in trees.each(tree, "Id", "Index") do
    local name = global_of(node)
    if name then
      local is_set = node.is_target or node.tag == "Index" and trees.is_assigned(node)
      if is_set and not node.scope then at_top[name] = true end
      table.insert(is_set and sets or reads, { node = node, name = name })
    end
  end
  local names, locals = names_of(script), locals_of(tree)
  for _, read in ipairs(reads) do check_read(script, read.node, read.name, names, locals) end
  for _, set in ipairs(sets) do check_set(script, set.node, set.name, at_top) end
end

return M
