--- `lofty.code`: every name of the catalogue as a constant. A misspelt one raises where it is read, with the nearest,
--- so that a branch can never wait for a code that does not exist. `pairs` goes over all of them.

local catalogue = require "lofty.catalogue"
local misuse = require "lofty.misuse"

local function describe(name)
  local nearest = type(name) == "string" and catalogue.nearest(name)
  return ("lofty.code has no %s%s"):format(tostring(name), nearest and "; did you mean " .. nearest .. "?" or "")
end

local constants

--- All of them. They are made when the first is read: a run that branches on none needs no catalogue.
local function all()
  if not constants then
    constants = {}
    for _, name in ipairs(catalogue.names()) do constants[name] = name end
  end
  return constants
end

return setmetatable({}, {
  __name = "lofty.code",
  __index = function(_, name)
    return all()[name] or misuse(describe(name))
  end,
  __newindex = function(_, name)
    misuse(("lofty.code is read-only, so %s cannot be set"):format(tostring(name)))
  end,
  __pairs = function()
    return function(_, previous) return next(all(), previous) end, nil, nil
  end,
})
