for lead in lofty.leads.each {} do print(lead.leadId) end
--: 1:13 undefined global "lofty"; begin the script with local lofty = require "lofty"
--: said
