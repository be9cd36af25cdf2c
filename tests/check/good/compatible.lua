-- Lines that other releases of Lua need.
local unpack = table.unpack or unpack
print(unpack { 1, 2 })
if _VERSION == "Lua 5.1" then setfenv(1, {}) end
local pack = table.pack or function(...) return { n = select("#", ...), ... } end
print(pack(1).n, math.type and math.type(1), string.buffer)
