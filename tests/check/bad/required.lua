local lofty = require "lofty"
lofty.tasks.create { leadId = 651095960136641, type = "Call", content = "Call back" }
--: 2:20 tasks.create: assignedRole and endAt are required
--: said
