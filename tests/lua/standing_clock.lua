--- A pretend native.clock for tests: install it before anything of lofty is required. It stands still, and a sleep
--- moves it at once.
local M = {
  time = 1772000000000, -- 2026-02-25 06:13:20 UTC
  slept = {}, ---@type integer[] how long each sleep was, in milliseconds
}

--- Forgets the sleeps so far.
function M.reset() M.slept = {} end

--- All of them together.
---@return integer
function M.total()
  local sum = 0
  for _, ms in ipairs(M.slept) do sum = sum + ms end
  return sum
end

package.loaded["native.clock"] = {
  now = function() return M.time end,
  monotonic = function() return M.time end,
  sleep = function(ms)
    M.slept[#M.slept + 1] = ms
    M.time = M.time + ms
  end,
}

return M
