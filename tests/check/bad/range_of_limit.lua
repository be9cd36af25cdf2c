local lofty = require "lofty"
for _, l in ipairs(lofty.leads.list { limit = 5000 }) do print(l.leadId) end
--: 2:47 leads.list: limit must be between 1 and 100, got 5000
