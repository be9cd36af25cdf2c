--- Helpers on manual logs: reading one that was just made.
local lofty = require "lofty"
local settle = require "lofty.settle"

local M = {}

--- Reads a manual log that was just made, waiting until Lofty shows it.
---@param logTypeId integer
---@param options { timeout: number|nil } seconds
---@return table log
local function wait(logTypeId, options)
  return settle.read("RESOURCE_NOT_EXIST", options.timeout, lofty.manual_logs.get, logTypeId)
end

M.wait = {
  usage = "manual_logs.wait(logTypeId)",
  summary = "Reads a manual log that was just made, waiting until Lofty shows it.",
  params = { { name = "logTypeId", type = "integer", min = 1 } },
  fields = { timeout = settle.timeout_spec },
  uses = { "manual_logs.get" },
  returns = "the log",
  raises = { "RESOURCE_NOT_EXIST" },
  habits = { "Asks again only after a 404 with RESOURCE_NOT_EXIST; any other failure is raised at once." },
  call = wait,
}

return M
