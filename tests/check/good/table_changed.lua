-- A member that is there for a while, and one for somebody else.
local lofty = require "lofty"
local filters = { stage = "New Lead", mine = true }
local mine = filters.mine
filters.mine = nil
print(mine, #lofty.leads.list(filters))
filters.note = "asked"
print(filters.note)
