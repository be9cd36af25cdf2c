--- Moments in requests: epoch milliseconds, and the pairs the calendar takes, an ISO 8601 text with an offset or the
--- milliseconds under the same name with `Ms` behind it; the text wins when both are there.

local wire = require "sandbox.wire"
local times = require "sandbox.times"
local params = require "sandbox.params"

local M = {}

local LAST_MS = 253402300799999 -- the end of the year 9999, beyond which no reply could spell the moment

--- Refuses a number that is no moment after 1970.
---@param ms integer|nil epoch milliseconds
---@return integer|nil ms as given
function M.check(ms)
  wire.demand(not ms or (ms > 0 and ms <= LAST_MS), "INVALID_PARAMETER")
  return ms
end

local function choose(text, ms)
  if text and text ~= "" then
    return wire.demand(times.parse_iso(text), "INVALID_PARAMETER"), text
  end
  return M.check(ms)
end

--- A moment of a body.
---@param body table
---@param name string the text's; the number's has `Ms` behind it
---@return integer|nil ms epoch milliseconds
---@return string|nil text as given, when it was the text that counted
function M.field(body, name)
  return choose(params.field_text(body, name), params.field_integer(body, name .. "Ms"))
end

--- A moment of a query.
---@param query table
---@param name string the text's; the number's has `Ms` behind it
---@return integer|nil ms epoch milliseconds
function M.query(query, name)
  return (choose(params.text(query, name), params.integer(query, name .. "Ms")))
end

--- Whether a text says midnight by its own offset.
---@param text string|nil as `field` gave it
---@return boolean
function M.is_midnight(text)
  return text ~= nil and (text:find("T00:00[Zz+-]") or text:find("T00:00:00%.?0*[Zz+-]")) ~= nil
end

return M
