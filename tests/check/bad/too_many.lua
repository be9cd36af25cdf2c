local lofty = require "lofty"
lofty.leads.update(651095960136641, { stage = "Hot" }, { retries = 1 }, true)
--: 2:73 leads.update: takes at most 3 arguments, got 4
--: said
