local lofty = require "lofty"
lofty.sleep("5 seconds or so")
--: 2:13 lofty.sleep: expected "5s", "250ms", "2m", "1h" or seconds, got string "5 seconds or so"
--: said
