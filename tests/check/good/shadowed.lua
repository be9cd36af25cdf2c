local lofty = require "lofty"
local leads = lofty.leads
do
  local leads = { udpate = function(x) return x end }
  print(leads.udpate(5))
end
local function f(leads, lofty) return leads.anything, lofty.nothing end
print(f({}, {}), #leads.list { limit = 1 })
