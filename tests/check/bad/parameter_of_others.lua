local lofty = require "lofty"
local hot = lofty.leads.list { stage = "Hot", pageSize = 50 }
print(#hot)
--: 2:47 leads.list: unknown parameter "pageSize"; did you mean "limit"?
--: said
