local lofty = require "lofty"
for lead in lofty.leads.each do print(lead.leadId) end
--: 2:13 leads.each: call it: for lead in lofty.leads.each{ ... } do
--: said
