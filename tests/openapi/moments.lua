--- Moments relative to now, as Lofty takes them.
local lofty = require "lofty"

local DAY = 86400000

local M = {}

--- Days from now as milliseconds since 1970, on a full second.
---@param days number
---@return integer
function M.ms(days)
  return (lofty.now() + math.floor(days * DAY)) // 1000 * 1000
end

--- Hours from now as ISO 8601 text with an offset.
---@param hours number
---@return string
function M.at(hours)
  return os.date("!%Y-%m-%dT%H:%M:00+00:00", M.ms(hours / 24) // 1000)
end

return M
