local lofty = require "lofty"
local null, array = lofty.null, lofty.array
if arg[1] then
  lofty.leads.update(tonumber(arg[1]), { tags = array { "VIP" }, birthday = null })
  lofty.leads.assign(tonumber(arg[1]), { { role = "Agent", assignee = null } })
end
