local lofty = require "lofty"
lofty.once("welcome 5", function() return true end, { tll = "365d" })
--: 2:55 lofty.once: unknown option "tll"; did you mean "ttl"?
--: said
