local lofty = require "lofty"
local get, list, try = lofty.leads.get, lofty.leads.list, lofty.try
local first = list { limit = 1 }[1]
local lead, err = try(get, first.leadId)
if err then error(err, 0) end
print(lead.stage)
