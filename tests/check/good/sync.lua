local lofty = require "lofty"
for lead, why in lofty.sync { name = "mirror", list = lofty.leads.each {}, fields = { "stage" } } do
  assert(lead.leadId and why)
end
lofty.sync.forget("mirror")
