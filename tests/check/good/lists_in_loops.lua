local lofty = require "lofty"
for index, lead in ipairs(lofty.leads.list { limit = 2 }) do print(index, lead.firstName) end
for key, value in pairs(lofty.leads.list { limit = 1 }[1]) do assert(key and value ~= nil) end
for _, lead in next, (lofty.leads.list { limit = 1 }) do print(lead.leadId) end
local leads = lofty.leads.list { limit = 2 }
for index = 1, #leads do print(leads[index].leadId) end
