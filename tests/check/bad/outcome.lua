local lofty = require "lofty"
local _, e = lofty.try(lofty.tasks.get, 1)
if e and e.outcome == "unkown" then print(1) end
--: 3:23 err.outcome is never "unkown"; did you mean "unknown"?
