local lofty = require "lofty"
lofty.leads.update({ stage = "Hot" })
--: 2:20 leads.update: leadId comes first: leads.update(leadId, { ... })
--: said
