--- What a tree does not say by itself: who is whose parent, in which function a node is, and for each local variable
--- where it gets a value and where it is used.
local M = {}

---@class lofty.checks.Definition one place where a variable gets a value
---@field node lofty.checks.Node|nil the expression; nil where it is none, as a loop's or a parameter's
---@field place integer which of its values; more than 1 only for calls
---@field statement lofty.checks.Node

---@class lofty.checks.Variable what is noted of a local variable, in its field `known`
---@field definitions lofty.checks.Definition[]
---@field uses lofty.checks.Node[] where it is read

---@class lofty.checks.Tree
---@field main lofty.checks.Node
---@field nodes table<string, lofty.checks.Node[]> by tag, in the order of the text
---@field variables table[]

local function is_open(node)
  return node ~= nil and (node.tag == "Call" or node.tag == "Invoke" or node.tag == "Dots")
end

M.is_open = is_open

local function known_of(tree, var)
  if not var.known then
    var.known = { definitions = {}, uses = {} }
    tree.variables[#tree.variables + 1] = var
  end
  return var.known
end

local function define(tree, target, statement, node, place)
  if target.tag ~= "Id" or not target.var then return end
  target.is_target = true
  table.insert(known_of(tree, target.var).definitions, { node = node, place = place, statement = statement })
end

--- local a, b = f(): b is the second value of the call.
local function define_all(tree, statement, targets, values)
  local last = values and #values or 0
  for index, target in ipairs(targets) do
    if index <= last then
      define(tree, target, statement, values[index], 1)
    elseif last > 0 and is_open(values[last]) then
      define(tree, target, statement, values[last], index - last + 1)
    else
      define(tree, target, statement, nil, index)
    end
    target.is_target = true
  end
end

local DEFINES = {
  Local = function(tree, node) define_all(tree, node, node[1], node[2]) end,
  Localrec = function(tree, node) define_all(tree, node, node[1], node[2]) end,
  Set = function(tree, node) define_all(tree, node, node[1], node[2]) end,
  Forin = function(tree, node) define_all(tree, node, node[1], nil) end,
  Fornum = function(tree, node) define(tree, node[1], node, nil, 1) end,
  Function = function(tree, node) define_all(tree, node, node[1], nil) end,
}

--- Lists without a tag hold names, expressions or statements; statements make it a block.
local function visit(tree, node, parent, scope)
  node.parent, node.scope = parent, scope
  if node.tag then
    local list = tree.nodes[node.tag] or {}
    tree.nodes[node.tag], list[#list + 1] = list, node
    if DEFINES[node.tag] then DEFINES[node.tag](tree, node) end
    if node.tag == "Id" and node.var and not node.is_target then table.insert(known_of(tree, node.var).uses, node) end
    if node.tag == "Function" then scope = node end
  end
  for _, child in ipairs(node) do
    if type(child) == "table" then visit(tree, child, node, scope) end
  end
end

---@param main lofty.checks.Node
---@return lofty.checks.Tree
function M.of(main)
  local tree = { main = main, nodes = {}, variables = {} }
  visit(tree, main, nil, nil)
  return tree
end

--- All nodes with one of these tags, in the order of the text.
---@param tree lofty.checks.Tree
---@param ... string
---@return fun(): lofty.checks.Node|nil
function M.each(tree, ...)
  local found = {}
  for _, tag in ipairs { ... } do
    local list = tree.nodes[tag] or {}
    table.move(list, 1, #list, #found + 1, found)
  end
  local place = 0
  return function()
    place = place + 1
    return found[place]
  end
end

--- The nearest node around that has this tag; nil where there is none inside the same function.
---@param node lofty.checks.Node
---@param tag string
---@return lofty.checks.Node|nil
function M.inside(node, tag)
  local around = node.parent
  while around and around.tag ~= "Function" do
    if around.tag == tag then return around end
    around = around.parent
  end
end

--- Whether the node is, or is somewhere in, another one.
---@param node lofty.checks.Node|nil
---@param around lofty.checks.Node
---@return boolean
function M.within(node, around)
  while node do
    if node == around then return true end
    node = node.parent
  end
  return false
end

--- The node of which this one is a member: lists without a tag are passed over.
---@param node lofty.checks.Node
---@return lofty.checks.Node|nil
function M.owner(node)
  local around = node.parent
  while around and not around.tag do around = around.parent end
  return around
end

--- Whether an Index or a name stands on the left of an assignment.
---@param node lofty.checks.Node
---@return boolean
function M.is_assigned(node)
  local owner = M.owner(node)
  return owner ~= nil and owner.tag == "Set" and node.parent == owner[1]
end

--- Whether a node is a list of statements.
local function is_block(node)
  if node.tag then return node.tag == "Main" or node.tag == "Do" end
  local owner = node.parent
  local of = owner and owner.tag
  if of == "If" or of == "While" or of == "Repeat" then return true end
  if of == "Function" then return node == owner[2] end
  if of == "Forin" then return node == owner[3] end
  return of == "Fornum" and node == owner[#owner]
end

--- Whether a call is a statement of its own.
---@param node lofty.checks.Node
---@return boolean
function M.is_statement(node)
  return node.parent ~= nil and is_block(node.parent)
end

--- The list of statements that a node is in.
---@param node lofty.checks.Node
---@return lofty.checks.Node
function M.block_of(node)
  local around = node.parent
  while not is_block(around) do around = around.parent end
  return around
end

return M
