local lofty = require "lofty"
local try = lofty.try
local _, err = try(lofty.tasks.finsh, 5)
if err then print(err) end
--: 3:32 lofty.tasks has no operation "finsh"; did you mean "finish"?
--: said
