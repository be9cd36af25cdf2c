local lofty = require "lofty"
lofty.notes.create({ leadId = 651095960136641, content = "Called" }, { verfy = true })
--: 2:70 notes.create: unknown option "verfy"; there are retries, unchecked and verify
--: said
