local lofty = require "lofty"
lofty.tasks.create { leadId = 651095960136641, type = "call", assignedRole = "Agent", content = "Call",
  endAt = "2026-03-01T15:00:00-08:00" }
--: 2:55 tasks.create: type must be one of Call, Email, Text, Other or Appointment, got string "call"; did you mean "Call"?
--: said
