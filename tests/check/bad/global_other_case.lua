local lofty = require "lofty"
local stageName = "Hot"
for l in lofty.leads.each { stage = stagename } do print(l.leadId) end
--: 3:37 undefined global "stagename"; did you mean "stageName"?
