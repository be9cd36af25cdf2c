local lofty = require "lofty"
local hour = 6
lofty.on.schedule(("0 %d * * *"):format(hour), { name = "brief", catchup = "one" }, function() end)
--: 3:66 lofty.on.schedule: unknown option "catchup"; did you mean "catch_up"?
--: said by serve
