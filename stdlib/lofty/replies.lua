--- What operations return, for whoever has to know before the reply is there: help, the manual, editor types, columns.
local M = {}

--- The specification of an operation's result, unwrapped as scripts get it.
---@param row table the operation's row, found by lofty.operations
---@return table|nil spec as lofty.check explains them; nil where success says nothing
function M.of(row)
  local resource, verb = row.name:match("^(.+)%.([^.]+)$")
  return require("lofty.replies." .. resource)[verb]
end

return M
