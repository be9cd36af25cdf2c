print(#require("lofty").leads.list { limit = 5 })
local now = require "lofty".now
assert(now() > 0)
