local lofty = require "lofty"
lofty.tasks.finish()
--: 2:1 tasks.finish: taskId is required
--: said
