-- A test that puts something else in the place of an operation.
local lofty = require "lofty"
local calls = {}
lofty.leads.get = function(...) calls[#calls + 1] = { ... } return { stage = "Hot" } end
print(lofty.leads.get("any", "thing", "at", "all").stage, #calls)
lofty.of_mine = { greet = function(name) return "hello " .. name end }
print(lofty.of_mine.greet("Ada"))
function lofty.shout(text) return text:upper() end
print(lofty.shout("x"))
