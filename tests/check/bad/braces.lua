local lofty = require "lofty"
lofty.leads.assign(651095960136641, { role = "Agent", assignee = "a@example.com" })
--: 2:37 leads.assign: the body must be an array, got a table with named fields; put another pair of braces around it
--: said
