local lofty = require "lofty"
lofty.on.schedule("0 6 * *", { name = "brief" }, function() end)
--: 2:19 ~
--: said by serve
