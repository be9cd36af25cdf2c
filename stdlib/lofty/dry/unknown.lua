--- What a dry run cannot know, since it depends on writes that were only planned: Lofty would say, and is not asked. It
--- raises the lofty error DRY_RUN, and the plan is marked as incomplete, also where the script catches it: from there on
--- the script may do something else than it would.
local lofty_error = require "lofty.error"

local M = {}

--- The first thing that was not known, in words; nil as long as all was.
M.first = nil ---@type string|nil

--- Raises DRY_RUN.
---@param operation string that was asked
---@param what string what is not known, and why: "stageId of lead 5, which a planned write changes"
function M.raise(operation, what)
  M.first = M.first or ("%s: %s"):format(operation, what)
  error(lofty_error.new {
    code = "DRY_RUN",
    operation = operation,
    message = "a dry run cannot tell " .. what,
  }, 0)
end

--- Has the members in `names` raise when they are read. They are absent to pairs and in JSON.
---@param operation string that gave the thing
---@param thing table
---@param names table<string, boolean>
---@param what string "lead 5"
---@return table thing
function M.members(operation, thing, names, what)
  for name in pairs(names) do thing[name] = nil end
  if next(names) == nil then return thing end
  return setmetatable(thing, { __index = function(_, name)
    if names[name] then M.raise(operation, ("%s of %s, which a planned write changes"):format(name, what)) end
  end })
end

--- A thing of which nothing is known.
---@param operation string
---@return table
function M.nothing(operation)
  return setmetatable({}, { __index = function(_, name)
    M.raise(operation, ("the %s that Lofty would answer to a planned call"):format(tostring(name)))
  end })
end

return M
