local lofty = require "lofty"
lofty.on.schedule("0 6 * * *", { name = "brief" })
--: 2:1 lofty.on.schedule: the third argument must be the function to call, got nothing; write lofty.on.schedule("30 6 * * *", { name = "brief" }, function(job) ... end)
--: said by serve
