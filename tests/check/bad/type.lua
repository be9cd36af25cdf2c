local lofty = require "lofty"
lofty.leads.list { contacted = "no" }
--: 2:32 leads.list: contacted must be true or false, got string "no"
--: said
