--- What arrays of names are asked.
local M = {}

--- Whether a value is in an array.
---@param list any[]|nil
---@param value any
---@return boolean
function M.has(list, value)
  for _, each in ipairs(list or {}) do
    if each == value then return true end
  end
  return false
end

--- The values of an array as names of a table.
---@param list any[]|nil
---@param set table<any, true>|nil what they are added to
---@return table<any, true> set
function M.set(list, set)
  set = set or {}
  for _, each in ipairs(list or {}) do set[each] = true end
  return set
end

return M
