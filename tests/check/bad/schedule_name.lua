local lofty = require "lofty"
lofty.on.schedule("0 6 * * *", {}, function() end)
--: 2:32 lofty.on.schedule: give the job a name, by which it stays known when the file changes: { name = "brief" }
--: said by serve
