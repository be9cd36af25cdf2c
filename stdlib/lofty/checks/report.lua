--- What loftyrun check prints about one script. Called by the host (runtime/host/check.c).
local checks = require "lofty.checks"
local output = require "lofty.checks.output"

local M = {}

--- Looks a script through.
---@param name string as messages call it
---@param text string
---@param header lofty.checks.Header
---@param is_embedded fun(module: string): boolean
---@param as_json boolean
---@return string printed what belongs on standard output
---@return integer mistakes
---@return string|nil remark for standard error
function M.of(name, text, header, is_embedded, as_json)
  local findings, unlooked = checks.find(name, text, header, is_embedded)
  local parts, mistakes = {}, 0
  for index, finding in ipairs(findings) do
    if finding.level == "mistake" then mistakes = mistakes + 1 end
    parts[index] = as_json and output.json(finding) .. "\n" or output.text(finding, text)
  end
  local remark = unlooked and ("%s: only its syntax was looked at: %s"):format(name, unlooked) or nil
  return table.concat(parts), mistakes, remark
end

return M
