local lofty = require "lofty"
lofty.on.webhook("lead.updated", { timout = "2m" }, function() end)
--: 2:36 lofty.on.webhook: unknown option "timout"; did you mean "timeout"?
--: said by serve
