local lofty = require "lofty"
lofty.on.schedule("0 6 * * *", { name = "brief", tz = "America/NewYork" }, function() end)
--: 2:50 lofty.on.schedule: there is no time zone "America/NewYork"; did you mean "America/New_York"?
--: said by serve
