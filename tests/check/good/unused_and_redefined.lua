local unused = 5
local x = 1
local x = x + 1
print(x)
for i = 1, 2 do local i = i print(i) end
local function f(a, b, ...) return a end
print(f(1, 2, 3))
