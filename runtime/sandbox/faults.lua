--- The dice: which fault meets the n-th request. A pure function of the seed, n and the request, so that the same
--- requests in the same order meet the same faults.

local kinds = require "sandbox.fault_kinds"
local scope = require "sandbox.scope"

local M = {}
M.__index = M

-- Numbers drawn for each request, whether it needs them or not: else one request more of some kind would change
-- what all later ones meet.
local DRAWS = 6

--- A number from 0 up to but without 1, from SplitMix64 (Steele, Lea and Flood, 2014).
---@param seed integer
---@param index integer
---@return number
function M.draw(seed, index)
  local z = seed + index * 0x9E3779B97F4A7C15
  z = (z ~ (z >> 30)) * 0xBF58476D1CE4E5B9
  z = (z ~ (z >> 27)) * 0x94D049BB133111EB
  return ((z ~ (z >> 31)) >> 11) * 0x1p-53
end

--- Dice that have not been thrown yet.
---@param spec sandbox.FaultSpec
---@param seed integer where the spec has none
---@return table
function M.new(spec, seed)
  return setmetatable({ spec = spec, seed = spec.seed or seed, thrown = 0 }, M)
end

-- The rule that `number` falls into: each covers a stretch as long as its rate, one behind the other.
local function pick(rules, number, method, path)
  for _, rule in ipairs(rules) do
    if scope.covers(rule.scope, method, path) then
      if number < rule.rate then
        return rule
      end
      number = number - rule.rate
    end
  end
  return nil
end

---@class sandbox.Throw what one request meets
---@field name string|nil of the fault, a row of fault_kinds
---@field fault table|nil that row
---@field delay integer ms before the reply
---@field cut_in_body boolean where a cut goes
---@field cut_share number how much of that part is sent
---@field garbage table Content-Type and body

--- Throws for the next request.
---@param method string
---@param path string decoded, without the query
---@return sandbox.Throw
function M:throw(method, path)
  local numbers = {}
  for i = 1, DRAWS do
    numbers[i] = M.draw(self.seed, self.thrown * DRAWS + i)
  end
  self.thrown = self.thrown + 1
  local rule = pick(self.spec.rules, numbers[1], method, path)
  local latency = pick(self.spec.latencies, numbers[2], method, path)
  return {
    name = rule and rule.fault,
    fault = rule and kinds.all[rule.fault],
    delay = latency and latency.least + math.floor(numbers[3] * (latency.most - latency.least + 1)) or 0,
    cut_in_body = numbers[4] < 0.5,
    cut_share = numbers[5],
    garbage = kinds.garbage[1 + math.floor(numbers[6] * #kinds.garbage)],
  }
end

return M
