local lofty = require "lofty"
for _, lead in ipairs(lofty.leads.each {}) do print(lead.leadId) end
--: 2:23 leads.each is no array: write for item in lofty.leads.each{ ... } do, or make an array with :collect()
--: said
