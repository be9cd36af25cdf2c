local lofty = require "lofty"
local filters = { stage = "New Lead" }
if arg[1] then filters.assignedUserId = tonumber(arg[1]) end
filters.limit = 5
print(#lofty.leads.list(filters))
