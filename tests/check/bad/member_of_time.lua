local lofty = require "lofty"
local time = lofty.time
print(time.prase("2026-03-01T15:00:00Z"))
--: 3:12 lofty.time has no operation "prase"; did you mean "parse"?
--: said
