--- Paths into results, "inquiry.priceMin": what --fields names and what the columns of a table are. Many of them make a
--- tree, so that an item is walked once however many there are.
local json = require "native.json"

local M = {}

---@class lofty.shell.Node
---@field names string[] members in the order they were named
---@field nodes table<string, lofty.shell.Node>
---@field column integer|nil the place of the path that ends here
---@field path string from the item to here
---@field seen boolean|nil an item had it

local function new_node(path)
  return { names = {}, nodes = {}, path = path }
end

--- The node of a member, made where there is none yet.
local function member_node(node, name)
  if not node.nodes[name] then
    local path = node.path == "" and name or node.path .. "." .. name
    node.nodes[name], node.names[#node.names + 1] = new_node(path), name
  end
  return node.nodes[name]
end

---@return lofty.shell.Node
function M.tree()
  return new_node ""
end

--- Adds a path. Returns its node.
---@param tree lofty.shell.Node
---@param path string
---@param column integer
---@return lofty.shell.Node
function M.add(tree, path, column)
  local node = tree
  for name in path:gmatch("[^.]+") do node = member_node(node, name) end
  node.column = node.column or column
  return node
end

--- The tree of some paths, in their order.
---@param list string[]
---@return lofty.shell.Node
function M.tree_of(list)
  local tree = M.tree()
  for column, path in ipairs(list) do M.add(tree, path, column) end
  return tree
end

---@param value any
---@return boolean
function M.is_array(value)
  return type(value) == "table" and (json.is_array(value) or #value > 0)
end

--- Puts what the tree names of `value` into `cells`, by column. Through an array a path goes to each of its elements,
--- and its cell is the array of what was found there.
---@param node lofty.shell.Node
---@param value any
---@param cells table<integer, any>
---@param stray fun(path: string)|nil called with the path of each member that the tree has no place for
function M.fill(node, value, cells, stray)
  node.seen = true
  if node.column then
    cells[node.column] = value
    stray = nil
  end
  if #node.names == 0 then return end
  if M.is_array(value) then
    local below = { names = node.names, nodes = node.nodes, path = node.path }
    for _, element in ipairs(value) do
      local inner = {}
      M.fill(below, element, inner, stray)
      for column, found in pairs(inner) do
        cells[column] = cells[column] or json.array {}
        table.insert(cells[column], found)
      end
    end
  elseif type(value) == "table" then
    local nodes = node.nodes
    for name, member in next, value do
      local inner = nodes[name]
      if not inner then
        if stray then stray(node.path == "" and name or node.path .. "." .. name) end
      elseif inner.column and #inner.names == 0 then -- as M.fill does it
        inner.seen, cells[inner.column] = true, member
      else
        M.fill(inner, member, cells, stray)
      end
    end
  elseif stray then
    stray(node.path)
  end
end

--- Calls `visit` with the path of each node that stands for a column and that no item had.
---@param node lofty.shell.Node
---@param visit fun(path: string)
function M.each_unseen(node, visit)
  if node.column and not node.seen then visit(node.path) end
  for _, name in ipairs(node.names) do M.each_unseen(node.nodes[name], visit) end
end

--- Whether a path is one of those, leads to one, or goes on from one.
---@param list string[]
---@param path string
---@return boolean
function M.is_known(list, path)
  for _, known in ipairs(list) do
    if (known .. "."):sub(1, #path + 1) == path .. "." or (path .. "."):sub(1, #known + 1) == known .. "." then
      return true
    end
  end
  return false
end

local DEEPEST = 8

--- The paths to all leaves that an operation's reply may have, by its spec; sorted.
---@param spec table of one item
---@param found string[]|nil
---@param path string|nil
---@return string[]
function M.of_spec(spec, found, path)
  found = found or {}
  local depth = path and select(2, path:gsub("%.", "")) or 0
  if spec.type == "object" and spec.fields and next(spec.fields) and depth < DEEPEST then
    for name, inner in pairs(spec.fields) do M.of_spec(inner, found, path and path .. "." .. name or name) end
  elseif path then
    found[#found + 1] = path
  end
  if not path then table.sort(found) end
  return found
end

--- Adds the paths to all leaves of an item that `tree` has no place for.
---@param tree lofty.shell.Node
---@param item table
---@param list string[] the paths so far, which the new ones are added to
---@param path string|nil
function M.extend(tree, item, list, path)
  local names = {}
  for name in pairs(item) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local value, inner = item[name], path and path .. "." .. name or name
    local node = tree.nodes[name]
    if not (node and node.column) then
      node = member_node(tree, name)
      if type(value) == "table" and next(value) ~= nil and not M.is_array(value) then
        M.extend(node, value, list, inner)
      else
        list[#list + 1], node.column = inner, #list + 1
      end
    end
  end
end

return M
