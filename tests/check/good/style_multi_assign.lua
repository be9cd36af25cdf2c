local lofty = require "lofty"
local a, b, c = 1, 2
a, b = b, a
local t = {}
t.x, t.y, t["z w"] = 1, 2, 3
local function two() return 1, 2 end
local p, q = two()
local u = (two())
print(a, b, c, t["z w"], p, q, u, lofty ~= nil)
local first, second = lofty.leads.list { limit = 1 }, lofty.leads.list { limit = 2 }
print(#first, #second)
