--- Caps: how often a grant has been used, by this run and on this day by all runs for the account. A use is claimed before
--- the call is sent and given back where it certainly was not done; what nobody knows counts.
local clock = require "native.clock"
local native = require "native.guard"
local quiet = require "lofty.guard.quiet"

local M = {}

local KEPT_DAYS = 62

local used = {} ---@type table<string, integer> by this run

---@class lofty.guard.Claim
---@field grant string
---@field uses integer
---@field day string|nil

local function account() return require("lofty.store").account() end

--- How much of a grant is left, as far as it is capped.
---@param grant string
---@param caps { run: integer|nil, day: integer|nil }
---@param zone string|nil whose days count; needed with caps.day
---@return integer|nil run
---@return integer|nil day
---@return string|nil code of a failure to look
---@return string|nil message
function M.left(grant, caps, zone)
  local of_run = caps.run and caps.run - (used[grant] or 0)
  if not caps.day then return of_run, nil end
  local today, code, message = native.used(account(), grant, quiet.day(clock.now(), zone))
  if not today then return nil, nil, code, message end
  return of_run, caps.day - today
end

--- Claims uses. In a dry run nothing of the day is used up: it is only looked whether it would do, with what the run itself
--- has used.
---@param grant string
---@param caps { run: integer|nil, day: integer|nil }
---@param uses integer
---@param zone string|nil whose days count; needed with caps.day
---@param dry boolean|nil
---@return lofty.guard.Claim|nil
---@return "run"|"day"|nil cap that does not let it
---@return string|nil code of a failure
---@return string|nil message
function M.claim(grant, caps, uses, zone, dry)
  if caps.run and (used[grant] or 0) + uses > caps.run then return nil, "run" end
  local claim = { grant = grant, uses = uses }
  if caps.day then
    local now = clock.now()
    local day = quiet.day(now, zone)
    local fits, code, message
    if dry then
      local today
      today, code, message = native.used(account(), grant, day)
      if today then fits = today + (used[grant] or 0) + uses <= caps.day end
    else
      fits, code, message = native.claim(account(), grant, day, uses, caps.day, quiet.day(now, zone, -KEPT_DAYS))
      claim.day = day
    end
    if fits == nil then return nil, nil, code, message end
    if not fits then return nil, "day" end
  end
  used[grant] = (used[grant] or 0) + uses
  return claim
end

--- Gives a claim back. That this fails is no reason to fail: it then counts as used.
---@param claim lofty.guard.Claim
function M.give_back(claim)
  used[claim.grant] = used[claim.grant] - claim.uses
  if claim.day then native.give_back(account(), claim.grant, claim.day, claim.uses) end
end

return M
