local lofty = require "lofty"
local fine, lead = xpcall(lofty.leads.list, debug.traceback, { limit = 1 })
print(fine, type(lead))
