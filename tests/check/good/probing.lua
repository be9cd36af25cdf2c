-- Asking whether something is there, with what raises kept in.
local lofty = require "lofty"
local function has(resource) return pcall(function() return lofty[resource] end) end
print(has("leads"), (has("nothing")))
print(rawget(_G, "nobody_set_this"), rawget(lofty, "nobody_set_this"))
print(pcall(function() return lofty(1) end))
