local lofty = require "lofty"
local n = 1
n += 1
print(n)
--: 3:3 syntax error near '+'
