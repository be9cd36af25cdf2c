local lofty = require "lofty"
local changes = { stage = "Hot" }
changes.tagsAd = { "VIP" }
lofty.leads.update(651095960136641, changes)
--: 3:9 leads.update: unknown field "tagsAd"; did you mean "tagsAdd"?
