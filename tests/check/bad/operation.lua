local lofty = require "lofty"
lofty.leads.udpate(651095960136641, { stage = "Hot" })
--: 2:13 lofty.leads has no operation "udpate"; did you mean "update"?
--: said
