local lofty = require "lofty"
lofty.leads.update { leadId = 1, stage = "Hot" }
--: 2:20 leads.update: leadId comes first: leads.update(leadId, { ... })
