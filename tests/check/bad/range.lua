local lofty = require "lofty"
lofty.leads.list { limit = 500 }
--: 2:28 leads.list: limit must be between 1 and 100, got 500
--: said
