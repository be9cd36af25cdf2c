local lofty = require "lofty"
local page = lofty.leads.list({ someNewFilter = "x", limit = 1 }, { unchecked = true })
local options = { unchecked = true }
print(#page, #lofty.leads.list({ another = 1 }, options))
