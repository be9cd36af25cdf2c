local lofty = require "lofty"
local function tag(lead)
  lofty.leads.add_tags(leed.leadId, { "x" })
end
for lead in lofty.leads.each {} do tag(lead) end
--: 3:24 undefined global "leed"; did you mean "lead"?
