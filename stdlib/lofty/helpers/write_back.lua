--- For helpers that read a thing, change a part of it and write it back whole: what was read may be such that it cannot
--- be written, longer than Lofty keeps for example. The script made no mistake then, and must not lose the rest.
local check = require "lofty.check"
local lofty_error = require "lofty.error"
local operations = require "lofty.operations"

local M = {}

--- Raises where the fields could not be written, before anything is.
---@param name string the helper's
---@param operation string what will write them, such as "notes.update"
---@param fields table
function M.demand(name, operation, fields)
  local message = check.body(operations.find(operation), fields)
  if not message then return end
  error(lofty_error.new {
    code = "INVALID_RESPONSE",
    operation = name,
    outcome = "not_sent",
    retryable = false,
    message = "what is there already cannot be written back as it is: " .. message,
    hint = "Nothing was changed. Give that part anew as well, or change it in the CRM.",
  }, 0)
end

return M
