local Point = {}
Point.__index = Point
function Point.new(x) return setmetatable({ x = x }, Point) end
function Point:is(kind) return kind == "POINT_OF_SALE" end
function Point:moved(by) return Point.new(self.x + by) end
print(Point.new(1):moved(2).x, Point.new(5):is("POINT_OF_SALE"))
local strict = setmetatable({}, { __call = function(_, x) return x end })
print(strict(5))
