--- Where a box starts from: `demo` (a small brokerage at work), `empty` (the account alone), `large:N` (N leads).

local demo = require "sandbox.demo"
local large = require "sandbox.large"

local M = {}

--- Fills a store from a seed's name.
---@param name string "demo", "empty" or "large:N" with N in 1..1000000
---@param store table empty
---@return boolean|nil ok
---@return string|nil message why the name is not a seed
function M.fill(name, store)
  -- Whole seconds, so that a time read back from a reply equals the one that was stored.
  local now = store.now() // 1000 * 1000
  local count = tonumber(name:match("^large:(%d+)$"))
  if name == "demo" then
    demo.fill(store, now)
  elseif count and count >= 1 and count <= large.MAX then
    store.leads:set_base(large.new(count, now, store))
  elseif name ~= "empty" then
    local choices = string.format("use demo, empty, or large:N with N from 1 to %d", large.MAX)
    return nil, string.format("unknown sandbox seed '%s': %s", name, choices)
  end
  return true
end

return M
