local lofty = require "lofty"
lofty.map({ 1, 2 }, print, { on_error = "skip" })
--: 2:41 lofty.map: on_error must be "stop" or "collect", got string "skip"
--: said
