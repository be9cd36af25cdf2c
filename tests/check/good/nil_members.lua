local lofty = require "lofty"
local source = arg[1]
print(#lofty.leads.list { stage = "New Lead", source = source, limit = nil })
