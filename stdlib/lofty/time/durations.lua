--- Lengths of time as people write them. A part of lofty.time; lofty.sleep reads them the same way.
local M = {}

local UNITS = { ms = 1, s = 1000, m = 60000, h = 3600000, d = 86400000, w = 604800000 }
local LONGEST = 100 * 366 * 86400000 -- more is a slip

--- Reads "250ms", "5s", "90m", "1.5h", "2d", "1w", or several one after the other, "1h30m". A day is 24 hours here,
--- whatever clocks do in between: lofty.time.add counts days of the calendar.
---@param text any
---@return integer|nil ms nil for everything else
function M.read(text)
  if type(text) ~= "string" then return nil end
  local sum, place, last = 0, 1, math.huge
  while place <= #text do
    local amount, unit, next_place = text:match("^([%d.]+)(%a+)()", place)
    local size = UNITS[unit]
    local is_number = amount and (amount:find("^%d+$") or amount:find("^%d+%.%d+$"))
    if not is_number or not size or size >= last then return nil end -- the larger unit comes first, each of them once
    sum, place, last = sum + tonumber(amount) * size, next_place, size
  end
  if place == 1 or sum > LONGEST then return nil end
  return math.floor(sum + 0.5)
end

return M
