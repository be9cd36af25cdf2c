local lofty = require "lofty"
local state = lofty.state.space("mine")
state.set("last", lofty.now())
lofty.state.set("x", { 1, 2 })
print(state.get("last", 0) > 0, lofty.state.incr("runs"))
for key, value in lofty.state.each("x") do print(key, #value) end
lofty.resume.forget("nightly")
