--- What a call is made with: moments (context.at, context.ms) and the things of things.lua, by name.
local moments = require "moments"
local things = require "things"

local M = {}

local function new(value_of)
  local context = { ms = moments.ms, at = moments.at }
  return setmetatable(context, { __index = function(_, name)
    local thing = assert(things[name], name)
    local value = value_of(thing, context)
    assert(value ~= nil, name)
    if not thing.fresh then context[name] = value end
    return value
  end })
end

--- Finds things in the account that lofty talks to, when they are first asked for.
---@return table
function M.live()
  return new(function(thing, context)
    if thing[2] then return thing[2](context) end
    return thing[1]
  end)
end

--- Has samples of everything and calls nothing.
---@return table
function M.sample()
  return new(function(thing) return thing[1] end)
end

--- What one call of calls.lua is given.
---@param call table
---@param context table
---@return any[]
function M.arguments(call, context)
  local given = call[2]
  return type(given) == "function" and given(context) or given
end

return M
