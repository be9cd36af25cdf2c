local lofty = require "lofty"
for _, lead in ipairs(lofty.leads.list { stgae = "Hot" }) do print(lead.leadId) end
--: 2:42 leads.list: unknown parameter "stgae"; did you mean "stage"?
--: said
