local lofty = require "lofty"
local task = lofty.spawn(lofty.leads.list, { limit = 1 })
print(#task:wait(), task:status())
local page = lofty.deadline("30s", lofty.leads.list, { limit = 1 })
lofty.deadline(5, function() lofty.sleep(0.001) end)
print(#page)
