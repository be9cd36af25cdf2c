--- Which requests a fault or a limit is meant for, and which operation a request is. What may stand behind "@":
--- a method, a path and what lies below it, both (POST/v1.0/leads), or an operation's name (leads.create).

local operations = require "lofty.operations"
local router = require "sandbox.router"
local nearest = require("native.text").nearest

local M = {}

local METHODS = { GET = true, POST = true, PUT = true, DELETE = true }

local find_row

-- All operations are read only when somebody wants to know.
local function operation_router()
  local rows = {}
  for index, name in ipairs(operations.names()) do
    local row = operations.find(name)
    rows[index] = { row.method, row.path, row }
  end
  return router.new(rows)
end

--- The operation that a request is for.
---@param method string
---@param path string decoded, without the query
---@return table|nil row of lofty.operations; nil when it is none of them
---@return table<string, string>|nil path_params by name
function M.operation(method, path)
  find_row = find_row or operation_router()
  local found, params = find_row(method, path)
  if not found then
    return nil
  end
  return found[3], params
end

--- Reads what stands behind "@".
---@param text string
---@return { method: string|nil, path: string|nil, operation: string|nil }|nil scope
---@return string|nil message what is wrong with it
function M.parse(text)
  local method, path = text:match("^(%a*)(/%S*)$")
  if not path then
    method = METHODS[text] and text
  end
  if not method then
    local row, near = operations.find(text)
    if row then
      return { operation = row.name }
    end
    return nil, string.format('"@%s" is neither a method, nor a path such as /v1.0/leads, nor an operation%s', text,
      near and string.format("; did you mean @%s?", near) or "")
  end
  if method ~= "" and not METHODS[method] then
    return nil, string.format('"@%s" begins with no method: use GET, POST, PUT or DELETE', text)
  end
  return { method = method ~= "" and method or nil, path = path and path:gsub("(.)/+$", "%1") }
end

--- Asks again for a name that is none.
---@param name string
---@param names string[]
---@return string the end of a sentence
function M.meant(name, names)
  local near = nearest(name, names)
  return near and string.format("did you mean %s?", near) or "use " .. table.concat(names, ", ")
end

--- Whether a request is within a scope.
---@param scope { method: string|nil, path: string|nil, operation: string|nil }
---@param method string
---@param path string
---@return boolean
function M.covers(scope, method, path)
  if scope.method and scope.method ~= method then
    return false
  end
  local below = scope.path
  if below and below ~= "/" and path ~= below and path:sub(1, #below + 1) ~= below .. "/" then
    return false
  end
  if not scope.operation then
    return true
  end
  local row = M.operation(method, path)
  return row ~= nil and row.name == scope.operation
end

return M
