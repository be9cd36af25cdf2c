local lofty = require "lofty"
lofty.tasks.update(5, { endAt = "2026-03-01 15:00" })
--: 2:33 tasks.update: endAt "2026-03-01 15:00" is not an ISO 8601 time; write "2026-03-01T15:00:00-08:00"
--: said
