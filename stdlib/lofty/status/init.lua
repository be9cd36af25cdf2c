--- What the status page of `loftyrun serve` is made of (runtime/host/status.h): one set of numbers, and a page and a text
--- for Prometheus that are both made of it.
local metrics = require "lofty.status.metrics"
local numbers = require "lofty.status.numbers"
local page = require "lofty.status.page"
local style = require "lofty.status.style"

local M = {}

--- Writes them to standard output, behind a line that says how long each is.
---@param ... string what only the daemon knows: "began=1780000000000"
function M.run(...)
  local all = numbers.collect { ... }
  local parts = { page.text(all), style.TEXT, metrics.text(all) }
  io.write(("%d %d %d\n"):format(#parts[1], #parts[2], #parts[3]), table.concat(parts))
end

return M
