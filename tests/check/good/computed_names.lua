local lofty = require "lofty"
for _, resource in ipairs { "leads", "tasks" } do
  for _, verb in ipairs { "get", "update" } do assert(lofty[resource][verb]) end
end
local wanted = "le" .. "ads"
print(#lofty[wanted].list { limit = 2 })
