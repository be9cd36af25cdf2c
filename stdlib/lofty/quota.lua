--- lofty.quota: Lofty's limit of calls, as this run knows it. All runs on the machine that use the same credential
--- share it and what they learn of it; calls wait for it by themselves.
local native = require "native.quota"

local M = {}

---@class lofty.QuotaStatus
---@field limit integer|nil calls in a window of a minute; nil where none is known
---@field used integer of them, here and elsewhere, as far as is known
---@field remaining integer|nil
---@field reset number seconds until the window ends; 0 where none is open

--- How many calls a minute can be made: what Lofty's replies say, a profile's requests_per_minute if that is less, or
--- 500, Lofty's documented limit, before the first reply. nil where no limit is known.
---@return integer|nil calls
function M.rate()
  return native.rate()
end

--- How the window of a minute stands, for all but the few operations that have a limit of their own.
---@return lofty.QuotaStatus status
function M.status()
  return native.status()
end

return M
