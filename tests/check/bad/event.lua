local lofty = require "lofty"
lofty.on.webhook("lead.udpated", {}, function() end)
--: 2:18 lofty.on.webhook: there is no event "lead.udpated"; did you mean "lead.updated"?
--: said by serve
