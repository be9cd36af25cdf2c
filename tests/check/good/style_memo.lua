local lofty = require "lofty"
local function memoize(f) local cache = setmetatable({}, { __mode = "v" }) return function(k) local v = cache[k] if v == nil then v = f(k) cache[k] = v end return v end end
local lead_by_id = memoize(lofty.leads.get)
local first = lofty.leads.list { limit = 1 }[1]
print(lead_by_id(first.leadId).firstName, lead_by_id(first.leadId) == lead_by_id(first.leadId))
