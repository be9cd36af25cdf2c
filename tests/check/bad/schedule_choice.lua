local lofty = require "lofty"
lofty.on.schedule("0 6 * * *", { name = "brief", overlap = "skp" }, function() end)
--: 2:50 lofty.on.schedule: overlap must be skip, queue, cancel or allow, got string "skp"; did you mean "skip"?
--: said by serve
