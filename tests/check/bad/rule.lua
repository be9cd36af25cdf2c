local lofty = require "lofty"
lofty.tasks.update(5, { startAt = "2026-03-02T15:00:00-08:00", endAt = "2026-03-01T15:00:00-08:00" })
--: 2:23 tasks.update: startAt "2026-03-02T15:00:00-08:00" is after endAt "2026-03-01T15:00:00-08:00"
--: said
