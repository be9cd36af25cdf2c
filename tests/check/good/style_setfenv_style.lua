local lofty = require "lofty"
local env = setmetatable({ lofty = lofty }, { __index = _G })
local f = load("return lofty.leads.list{limit=1}", "dsl", "t", env)
print(#f())
do local _ENV = { print = print, x = 3 } print(x) y = 4 print(y) end
