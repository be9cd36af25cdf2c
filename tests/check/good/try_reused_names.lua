local lofty = require "lofty"
local result, err = lofty.try(lofty.leads.get, 1)
if err then result, err = lofty.try(lofty.leads.list, { limit = 1 }) end
if err and err.category == "rate_limit" and err.outcome ~= "unknown" then error(err, 0) end
print(type(result))
