--- For the sandbox's tests: a box with a clock of its own, and calls on it without sockets.

local json = require "native.json"
local sandbox = require "sandbox"

local M = {}
M.__index = M

-- 2026-02-25 06:13:20 UTC, a Wednesday.
M.START = 1772000000000

--- A box whose clock stands still until `wait`. What is made in it can be read at once, unless `lag` says otherwise.
---@param seed string
---@param lag? integer ms for which a thing just made cannot be read by its id
---@return table
function M.new(seed, lag)
  local self = setmetatable({ time = M.START }, M)
  self.box = assert(sandbox.new { seed = seed, now = function() return self.time end, lag = lag or 0 })
  self.headers = { authorization = "token any-key", ["content-type"] = "application/json" }
  return self
end

--- Moves the clock.
---@param ms integer
function M:wait(ms)
  self.time = self.time + ms
end

--- One call; raises when the sandbox itself failed.
---@param method string
---@param path string
---@param query? table<string, any> or a list of pairs
---@param body? any encoded unless a string
---@param headers? table instead of the usual ones
---@return integer status
---@return any decoded nil for an empty body
---@return table reply_headers
function M:call(method, path, query, body, headers)
  local pairs_list = {}
  for name, value in pairs(query or {}) do
    pairs_list[#pairs_list + 1] = type(value) == "table" and value or { name, tostring(value) }
  end
  if body ~= nil and type(body) ~= "string" then
    body = assert(json.encode(body))
  end
  local status, reply_headers, text = self.box:handle {
    method = method, path = path, query = pairs_list, headers = headers or self.headers, body = body or "",
  }
  assert(not reply_headers["x-sandbox-fault"], reply_headers["x-sandbox-fault"])
  if text == "" then
    return status, nil, reply_headers
  end
  return status, assert(json.decode(text)), reply_headers
end

--- A call that must succeed.
---@return any decoded
function M:ok(method, path, query, body)
  local status, reply = self:call(method, path, query, body)
  assert(status == 200, method .. " " .. path .. " gave " .. status .. " " .. (json.encode(reply) or ""))
  return reply
end

--- Status and number of a refusal, whichever shape hides the number.
---@return integer status
---@return integer|nil number
---@return string message
function M:refused(method, path, query, body, headers)
  local status, reply = self:call(method, path, query, body, headers)
  assert(status >= 400, method .. " " .. path .. " was not refused")
  local number, message = reply.message:match("^BaseApplicationException:errorCode=(%d+),errorMsg=(.*)$")
  return status, reply.code or tonumber(number), message or reply.message
end

--- Values of one member in a list.
---@param list table[]
---@param name string
---@return any[]
function M.pluck(list, name)
  local values = {}
  for i, item in ipairs(list) do
    values[i] = item[name]
  end
  return values
end

return M
