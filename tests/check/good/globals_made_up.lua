setmetatable(_G, nil)
for _, name in ipairs { "one", "two" } do _G[name] = name end
print(one, two)
