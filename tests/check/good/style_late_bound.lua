local lofty = require "lofty"
local process
local function walk(list) for i, x in ipairs(list) do process(i, x) end end
function process(i, x) print(i, x.leadId) end
walk(lofty.leads.list { limit = 2 })
