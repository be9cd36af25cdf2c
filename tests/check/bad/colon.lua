local lofty = require "lofty"
lofty.leads:get(651095960136641)
--: 2:13 leads.get: use a dot, not a colon: lofty.leads.get(...)
--: said
