local lofty = require "lofty"
local now = lofty.now()
local function older(lead) return lead.created < null end
print(now, older { created = 5 })
--: 3:50 undefined global "null"
--: said
