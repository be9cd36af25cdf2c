local lofty = require "lofty"
lofty.on.shedule("0 6 * * *", { name = "x" }, function() end)
--: 2:10 lofty.on has no operation "shedule"; did you mean "schedule"?
