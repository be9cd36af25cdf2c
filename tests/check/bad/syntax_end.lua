local lofty = require "lofty"
for lead in lofty.leads.each {} do
  if lead.stage == "Hot" then
    print(lead.leadId)
end
--: 8:1 'end' expected (to close 'for' at line 2) near <eof>
--: said
