--- What stands between a write that has been checked and the wire, in this order: each step may refuse it, and the last
--- one sends it.
local guard = require "lofty.guard"
local journal = require "lofty.journal"

local M = {}

--- In a dry run: takes a write into the plan, in the place of sending it (lofty.dry). The second result is whether there
--- is an item for it now: an earlier run may have done it.
M.plan = nil ---@type (fun(row: table, path: string, values: any[], fields: table): any, boolean)|nil

--- At the prompt: asks whether a write is to be made, and raises where it is not (lofty.prompt.confirm).
M.confirm = nil ---@type fun(row: table, path: string, values: any[], fields: table)|nil

--- Makes a write.
---@param row table the operation
---@param path string without the query
---@param values any[] path parameters
---@param fields table
---@param request table as client.request builds it
---@param retries integer|nil
---@param attempt fun(row: table, request: table, timeout: integer|nil): boolean, any, table|nil
---@return any result
---@return table|nil metadata
function M.make(row, path, values, fields, request, retries, attempt)
  if M.confirm then M.confirm(row, path, values, fields) end
  local pass = guard.demand(row, values, fields, M.plan ~= nil)
  if M.plan and pass then return pass:plan(M.plan, row, path, values, fields) end
  if M.plan then return (M.plan(row, path, values, fields)) end
  if pass then return pass:make(journal.write, row, path, values, fields, request, retries, attempt) end
  return journal.write(row, path, values, fields, request, retries, attempt)
end

return M
