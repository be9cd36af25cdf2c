--- Lines of a command's answer that fit a terminal of 80 columns.
local time = require "lofty.time"
local width = require "lofty.shell.width"

local M = {}

M.COLUMNS = 80

--- Prints parts with a blank between them, cut where they do not fit.
---@param ... string
function M.put(...)
  print(width.cut((table.concat({ ... }, " "):gsub(" +$", "")), M.COLUMNS))
end

--- A moment by this machine's clocks, "2026-03-01 06:15:00".
---@param ms integer
---@return string
function M.clock(ms)
  return (time.iso(ms, "local"):gsub("T", " "):sub(1, 19))
end

return M
