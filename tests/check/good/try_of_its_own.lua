-- A function of that name which is not lofty's.
local function try(f, ...) return select(2, pcall(f, ...)) end
try(print, "x")
local result = try(tostring, 5)
print(result:len())
