local lofty = require "lofty"
lofty.on.schedule("61 * * * *", { name = "brief" }, function() end)
--: 2:19 lofty.on.schedule: the first field, minute, holds 61; it goes from 0 to 59
--: said by serve
