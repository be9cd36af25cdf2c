--- Examples for the manual. Each runs as it stands in `loftyrun --sandbox -e`, and a test runs them all.
---
--- The examples of a resource are a file in lofty/manual/examples/, by verb, read when they are asked for. Whom they are
--- about is mostly found by an address that only the sandbox's demo account knows; a few act on the account as a whole.
local M = {}

--- The example of an operation or a helper.
---@param name string such as "leads.update"
---@return string|nil lines of Lua; nil where there is none
function M.of(name)
  local resource, verb = name:match("^(.+)%.([^.]+)$")
  local found, examples = pcall(require, "lofty.manual.examples." .. resource)
  return found and examples[verb] or nil
end

return M
