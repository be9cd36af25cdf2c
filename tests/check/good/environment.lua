local function sandboxed()
  local _ENV = { x = 5, print = print }
  print(x, y)
end
sandboxed()
local f = load("return z", "chunk", "t", { z = 7 })
print(f())
