--- Writes results as JSON whose members are always in the same order: by name, or as --fields has them. Readable with
--- two spaces, or on one line. Integers keep every digit.
local json = require "native.json"
local paths = require "lofty.shell.paths"
local wording = require "lofty.wording"

local M = {}

--- What objects at one place of the items have had for members so far. A million items have the same ones, and sorting
--- their names a million times takes longer than anything else.
---@class lofty.shell.Shape
---@field names string[] sorted
---@field inner table<string, lofty.shell.Shape>
---@field elements lofty.shell.Shape|nil of an array here

--- An object with more members than this is a map of its own kind, sorted each time.
local LARGEST_SHAPE = 400

local function new_shape()
  return { names = {}, inner = {} }
end

--- The names of an object's members, sorted; some of them may be absent.
local function names_of(object, shape)
  local inner, grown = shape.inner, false
  for name in next, object do
    if not inner[name] then
      if #shape.names == LARGEST_SHAPE then return wording.sorted_keys(object) end
      inner[name], grown = new_shape(), true
      shape.names[#shape.names + 1] = name
    end
  end
  if grown then table.sort(shape.names, function(a, b) return tostring(a) < tostring(b) end) end
  return shape.names
end

local quoted_names = setmetatable({}, {
  __index = function(names, name)
    local text = json.encode(tostring(name))
    names[name] = text
    return text
  end,
})

local function scalar(value)
  local kind = math.type(value) or type(value)
  if kind == "integer" then return ("%d"):format(value) end
  if kind == "string" and not value:find('[%c"\\\127]') then return '"' .. value .. '"' end
  return (json.encode(value))
end

local write -- function(out, value, shape, node, indent)

local function put(out, text)
  local count = out.count + 1
  out[count], out.count = text, count
end

--- `indent` is the line end and the blanks before the closing bracket; nil writes everything on one line.
local function write_array(out, array, shape, node, indent)
  local count, inner = #array, indent and indent .. "  "
  if count == 0 then return put(out, "[]") end
  shape.elements = shape.elements or new_shape()
  for index = 1, count do
    put(out, index > 1 and "," or "[")
    if inner then put(out, inner) end
    write(out, array[index], shape.elements, node, inner)
  end
  if indent then put(out, indent) end
  put(out, "]")
end

local function write_object(out, object, shape, node, indent)
  local names, nodes, inner = node and node.names or names_of(object, shape), node and node.nodes, indent and indent .. "  "
  local before, separator = "{", inner and ": " or ":"
  for index = 1, #names do
    local name = names[index]
    local value = object[name]
    if value ~= nil then
      put(out, before)
      if inner then put(out, inner) end
      put(out, quoted_names[name])
      put(out, separator)
      before = ","
      if nodes then nodes[name].seen = true end
      local shape_inside = shape.inner[name]
      if not shape_inside then
        shape_inside = new_shape()
        if nodes then shape.inner[name] = shape_inside end
      end
      write(out, value, shape_inside, nodes and nodes[name], inner)
    end
  end
  if before == "{" then return put(out, "{}") end
  if indent then put(out, indent) end
  put(out, "}")
end

function write(out, value, shape, node, indent)
  if type(value) ~= "table" then return put(out, scalar(value)) end
  -- A node that is a path's end stands for all there is below it.
  if node and node.column then node = nil end
  if paths.is_array(value) then
    write_array(out, value, shape, node, indent)
  else
    write_object(out, value, shape, node, indent)
  end
end

--- The shapes of what is written for a node, or at a place that the caller names.
local shapes = setmetatable({}, { __mode = "k" })

local function written(value, node, indent, place)
  local key = node or place or shapes
  shapes[key] = shapes[key] or new_shape()
  local out = { count = 0 }
  write(out, value, shapes[key], node, indent)
  return table.concat(out)
end

---@param value any
---@param node lofty.shell.Node|nil what of it, and in which order; nil: all
---@param place any|nil values at one place have the same members, mostly
---@return string without a line end
function M.compact(value, node, place)
  return written(value, node, nil, place)
end

---@param value any
---@param node lofty.shell.Node|nil
---@param depth integer|nil how deep inside something else it stands
---@return string without a line end
function M.readable(value, node, depth)
  return written(value, node, "\n" .. ("  "):rep(depth or 0))
end

return M
