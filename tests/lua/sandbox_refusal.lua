--- For the sandbox's tests: the code that a client makes of what the sandbox refused, by its operation, status, number
--- and words, as most of Lofty's codes have no published number.

local deduce = require "lofty.deduce"
local operations = require "lofty.operations"

local M = {}

--- One call that must be refused, inside HTTP 200 or not.
---@param b table a box of sandbox_box
---@param operation string its name
---@param method string
---@param path string
---@param query? table
---@param body? any
---@return string|integer code
---@return integer status
function M.code(b, operation, method, path, query, body)
  local status, reply = b:call(method, path, query, body)
  reply = reply or {}
  local message = reply.message or reply.errorMsg
  local inside, words = (message or ""):match("^BaseApplicationException:errorCode=(%d+),errorMsg=(.*)$")
  local number = tonumber(inside) or reply.code or reply.errorCode
  assert(status >= 400 or (number or 0) ~= 0, method .. " " .. path .. " was not refused")
  local fault = { number = math.tointeger(number), message = words or message }
  return deduce.code(assert(operations.find(operation), operation), status, fault), status
end

--- The same box for a caller who may manage nothing.
---@param b table
---@return table b
function M.limited(b)
  b.headers = { authorization = "token limited-key", ["content-type"] = "application/json" }
  return b
end

return M
