--- A pretend native.clock for tests: install it before anything of lofty is required. It stands still, and a sleep
--- moves it at once.
local M = {
  time = 1772000000000, -- 2026-02-25 06:13:20 UTC
  put = 0, -- milliseconds; the time of day is so much beyond the clock that nobody puts
  slept = {}, ---@type integer[] how long each sleep was, in milliseconds
}

--- Forgets the sleeps so far, and that it was put.
function M.reset() M.slept, M.put = {}, 0 end

--- All of them together.
---@return integer
function M.total()
  local sum = 0
  for _, ms in ipairs(M.slept) do sum = sum + ms end
  return sum
end

package.loaded["native.clock"] = {
  now = function() return M.time + M.put end,
  monotonic = function() return M.time end,
  sleep = function(ms)
    M.slept[#M.slept + 1] = ms
    M.time = M.time + ms
  end,
}

return M
