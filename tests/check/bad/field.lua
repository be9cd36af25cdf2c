local lofty = require "lofty"
local update = lofty.leads.update
update(651095960136641, { stage = "Hot", tagAdd = { "VIP" } })
--: 3:42 leads.update: unknown field "tagAdd"; did you mean "tagsAdd"?
--: said
