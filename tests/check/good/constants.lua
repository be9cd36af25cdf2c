local lofty = require "lofty"
local STAGE <const>, MOST <const> = "New Lead", 2 * 2 ^ 0 // 1 | 0
local LIMIT = 0x5
print(#lofty.leads.list { stage = STAGE, limit = LIMIT }, MOST)
