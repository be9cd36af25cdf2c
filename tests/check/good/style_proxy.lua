local lofty = require "lofty"
local api = setmetatable({}, { __index = function(t, resource) local p = setmetatable({}, { __index = function(_, verb) return function(...) return lofty[resource][verb](...) end end }) rawset(t, resource, p) return p end })
print(#api.leads.list { limit = 3 })
