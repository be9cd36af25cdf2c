--- What the specification of an object asks for (lofty.check has the keys), found out once for all calls.
local rules = require "lofty.rules"

local M = {}

---@class lofty.Plan names in order; nil where there are none
---@field required string[]|nil of the fields that must be there
---@field always string[]|nil of those that are sent also where they were left out
---@field alone string[]|nil of those that suffer no other beside them
---@field rules lofty.Rules|nil

-- Rows and specifications are never changed.
local plans = setmetatable({}, { __mode = "k" }) ---@type table<table, lofty.Plan> by specification
local queries = setmetatable({}, { __mode = "k" }) ---@type table<table, table> by row

local function names_with(key, fields)
  local names = {}
  for name, field in pairs(fields) do
    if field[key] then names[#names + 1] = name end
  end
  table.sort(names)
  return #names > 0 and names or nil
end

---@param spec table with `fields`
---@return lofty.Plan
function M.of(spec)
  local plan = plans[spec]
  if plan then return plan end
  plan = { rules = rules.of(spec) }
  for _, key in ipairs { "required", "always", "alone" } do plan[key] = names_with(key, spec.fields) end
  plans[spec] = plan
  return plan
end

--- A query's parameters as the specification of an object.
---@param row table the operation
---@return table spec
function M.query(row)
  local spec = queries[row]
  if spec then return spec end
  spec = { fields = row.query or {} }
  for key, value in pairs(row.rules or {}) do spec[key] = value end
  queries[row] = spec
  return spec
end

return M
