--- Whether what an operation returned is what lofty.replies says it returns, which help and editors show.
local json = require "native.json"

local KINDS = { string = "string", boolean = "boolean", object = "table", array = "table" }

local M = {}

local function kind_problem(spec, value, where)
  local right
  if spec.type == "any" then
    right = true
  elseif spec.type == "integer" then
    right = math.type(value) == "integer"
  elseif spec.type == "number" then
    right = math.type(value) ~= nil
  else
    right = type(value) == KINDS[spec.type] and (spec.type == "array") == json.is_array(value)
  end
  if not right then return ("%s is %s, described as %s"):format(where, math.type(value) or type(value), spec.type) end
end

--- Members that are not described are fine, and so are those that are left out.
---@param spec table of the result, and of what is inside it
---@param value any
---@param where string what it is called
---@return string|nil problem
function M.problem(spec, value, where)
  local problem = kind_problem(spec, value, where)
  if problem or type(value) ~= "table" then return problem end
  for index, item in ipairs(spec.of and value or {}) do
    problem = problem or M.problem(spec.of, item, ("%s[%d]"):format(where, index))
  end
  for name, field in pairs(spec.fields or {}) do
    if value[name] ~= nil then problem = problem or M.problem(field, value[name], where .. "." .. name) end
  end
  return problem
end

return M
