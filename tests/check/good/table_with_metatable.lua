local lofty = require "lofty"
local filters = setmetatable({ stage = "New Lead" }, { __index = { limit = 5 } })
print(#lofty.leads.list(filters), filters.limit)
