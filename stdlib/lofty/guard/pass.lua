--- What a call that sends or deletes is made with: uses of grants, claimed before it is sent and given back where it was
--- not.
local checks = require "lofty.guard.checks"
local counts = require "lofty.guard.counts"
local json = require "native.json"
local leads = require "lofty.guard.leads"
local refusals = require "lofty.guard.refusals"

local M = {}

---@class lofty.guard.Pass what a call may be made with
---@field claims lofty.guard.Claim[]
---@field quiet { grant: table, places: string[] }[]
---@field sent boolean|nil
---@field lead any the id of a lead that it changes
local Pass = {}
Pass.__index = Pass

--- Gives all claims back.
function Pass:give_back()
  for _, claim in ipairs(self.claims) do counts.give_back(claim) end
  self.claims = {}
end

--- Makes the write. Where it certainly was not done it counts for no cap.
---@param write function
---@param row table
---@param path string
---@param values any[]
---@param fields table
---@param request table
---@param retries integer|nil
---@param attempt function
---@return any result
---@return table|nil metadata
function Pass:make(write, row, path, values, fields, request, retries, attempt)
  local function guarded(...)
    -- A call may have waited for long before its turn came.
    for _, entry in ipairs(self.quiet) do
      local refused = checks.quiet_now(entry.grant, entry.places)
      if refused then
        refused.code, refused.outcome, refused.retryable = "QUIET_HOURS", "not_sent", false
        refused.sent, refused.begun = false, false
        return false, refused
      end
    end
    self.sent = true
    return attempt(...)
  end
  -- Also in a task that is being ended: what was not sent is given back.
  local ok, result, metadata = require("native.task").catch(nil, write, row, path, values, fields, request, retries,
    guarded)
  if self.lead then leads.forget(self.lead) end
  local undone = not ok and refusals.is_error(result) and (result.outcome == "refused" or result.outcome == "not_sent")
  if undone or not self.sent then self:give_back() end
  if ok then return result, metadata end
  error(result, 0)
end

--- Plans the write, in a dry run. What is not planned counts for no cap, as what is not done.
---@param plan function
---@param row table
---@param path string
---@param values any[]
---@param fields table
---@return any result
function Pass:plan(plan, row, path, values, fields)
  local ok, result, planned = require("native.task").catch(nil, plan, row, path, values, fields)
  if not ok or not planned then self:give_back() end
  if not ok then error(result, 0) end
  return result
end

local function is_set(value) return value ~= nil and value ~= false and value ~= json.null end

--- Looks whether a write may be made, and claims what it uses up.
---@param class lofty.guard.Class
---@param row table
---@param values any[] path parameters
---@param fields table
---@param dry boolean|nil
---@return lofty.guard.Pass
function M.new(class, row, values, fields, dry)
  local pass = setmetatable({ claims = {}, quiet = {}, lead = class.changes and values[class.changes] }, Pass)
  if pass.lead then leads.forget(pass.lead) end
  local call, wanted = { row = row, values = values }, {}
  for _, need in ipairs(class.needs or {}) do
    if not need.where or is_set(fields[need.where]) then
      local grant, places = checks.check(call, need, fields)
      if #places > 0 then pass.quiet[#pass.quiet + 1] = { grant = grant, places = places } end
      wanted[#wanted + 1] = { need = need, grant = grant, zone = checks.zone_of_caps(call, grant) }
    end
  end
  -- From here on nothing waits, so that no other task comes between.
  for _, want in ipairs(wanted) do
    local items = want.need.each and fields[want.need.each]
    local uses = type(items) == "table" and #items or 1
    local ok, claim = pcall(checks.claim_of, call, want.need, want.grant, uses, want.zone, dry)
    if not ok then
      pass:give_back()
      error(claim, 0)
    end
    pass.claims[#pass.claims + 1] = claim
  end
  return pass
end

return M
