local lofty = require "lofty"
local leads = lofty.leads.each {}:colect()
print(#leads)
--: 2:35 leads.each has no "colect"; it has :take(n), :pages() and :collect()
--: said
