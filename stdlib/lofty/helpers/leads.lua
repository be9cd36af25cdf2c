--- Helpers on leads: tags (lead_tags), looking a person up before making a lead (lead_find, lead_create), and reading a
--- lead that was just made.
local lofty = require "lofty"
local settle = require "lofty.settle"

local M = {}

--- Reads a lead that was just made, waiting until Lofty shows it.
---@param leadId integer
---@param options { timeout: number|nil } seconds
---@return table lead
local function wait(leadId, options)
  return settle.read("LEAD_NOT_EXIST", options.timeout, lofty.leads.get, leadId)
end

M.wait = {
  usage = "leads.wait(leadId)",
  summary = "Reads a lead that was just made, waiting until Lofty shows it.",
  params = { { name = "leadId", type = "integer", min = 1 } },
  fields = { timeout = settle.timeout_spec },
  uses = { "leads.get" },
  returns = "the lead",
  raises = { "LEAD_NOT_EXIST" },
  habits = {
    "Asks again only after a 404 with LEAD_NOT_EXIST; any other failure is raised at once.",
    "After the last try LEAD_NOT_EXIST is raised: the create may have merged into another lead and left a dead id "
      .. "(leads.find_or_create finds the survivor), or the lead was given to somebody whose leads you may not see.",
  },
  call = wait,
}

for _, part in ipairs { "lead_tags", "lead_find", "lead_create" } do
  for verb, helper in pairs(require("lofty.helpers." .. part).helpers) do M[verb] = helper end
end

return M
