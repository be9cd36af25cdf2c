--- The refusal that Lofty would give to a call about a thing that is not there, or not any more once the plan is done.
local catalogue = require "lofty.catalogue"
local lofty_error = require "lofty.error"
local retry = require "lofty.retry"

local M = {}

--- The one of the operation's documented codes that says so.
local function code_for(row, wanted)
  local first
  for _, code in ipairs(row.codes or {}) do
    if code == wanted then return code end
    local known = catalogue.find(code)
    if known and known.category == "not_found" and code ~= "LEAD_NOT_EXIST" then first = first or code end
  end
  if first or not row.name:find("^calendar%.") then return first or wanted or "NOT_FOUND" end
  return "INVALID_PARAMETER"
end

--- The code that says that a thing of that kind itself is not there, where that is not plain.
---@param kind string
---@return string|nil
function M.code(kind) return kind == "lead" and "LEAD_NOT_EXIST" or nil end

--- Makes the error.
---@param row table the operation that would be refused
---@param path string|nil
---@param wanted string|integer|nil the code, where the operation knows it
---@param what string "lead 5 is gone"
---@return lofty.Error
function M.error(row, path, wanted, what)
  local code = code_for(row, wanted)
  local known = catalogue.find(code)
  return lofty_error.new { code = code, status = known and known.statuses[1] or 404, operation = row.name,
    method = row.method, path = path, outcome = retry.safety(row) ~= "read" and "refused" or nil,
    message = what .. " (told by a dry run)" }
end

return M
