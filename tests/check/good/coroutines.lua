local lofty = require "lofty"
local stages = coroutine.wrap(function()
  for lead in lofty.leads.each { limit = 10 } do coroutine.yield(lead.stage) end
end)
print(stages() ~= nil)
