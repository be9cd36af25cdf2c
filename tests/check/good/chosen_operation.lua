local lofty = require "lofty"
local act = arg[1] and lofty.tasks.finish or lofty.leads.list
local f
if arg[1] then f = lofty.tasks.finish else f = lofty.leads.list end
print(#act { limit = 1 }, #f { limit = 2 })
