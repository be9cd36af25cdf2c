local lofty = require "lofty"
for lead in lofty.leads.list {} do print(lead.leadId) end
--: 2:13 leads.list: gives an array, which a loop cannot call: write for _, item in ipairs(lofty.leads.list(...)) do
