local lofty = require "lofty"
local Point = setmetatable({}, { __call = function(cls, x, y) return setmetatable({ x = x, y = y }, cls) end })
Point.__index = Point
Point.__eq = function(a, b) return a.x == b.x end
Point.__lt = function(a, b) return a.x < b.x end
Point.__le = function(a, b) return a.x <= b.x end
Point.__add = function(a, b) return Point(a.x + b.x, a.y + b.y) end
Point.__concat = function(a, b) return tostring(a) .. tostring(b) end
Point.__tostring = function(p) return "(" .. p.x .. "," .. p.y .. ")" end
Point.__close = function() end
local p <close> = Point(1, 2) + Point(3, 4)
print(p .. "!", p == Point(4, 0), p < Point(9, 9), lofty ~= nil)
