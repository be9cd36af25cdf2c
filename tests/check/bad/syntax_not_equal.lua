local lofty = require "lofty"
local n = 1
if n != 2 then print(n) end
--: 3:6 'then' expected near '!'
