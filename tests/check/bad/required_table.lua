local lofty = require "lofty"
local tasks = lofty.tasks.list()
print(#tasks)
--: 2:15 tasks.list: leadId is required
--: said
