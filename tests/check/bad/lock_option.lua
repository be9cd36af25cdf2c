local lofty = require "lofty"
local _ <close> = lofty.lock("assign", { wati = "30s" })
--: 2:42 lofty.lock: unknown option "wati"; did you mean "wait"?
--: said
