local lofty = require "lofty"
local tasks = lofty.tasks
tasks.complete(5)
--: 3:7 lofty.tasks has no operation "complete"; did you mean "finish"?
--: said
