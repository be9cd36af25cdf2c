local lofty = require "lofty"
for lead in lofty.leads.each { limit = 50 } do
  if not lead.phones then goto continue end
  for _ in ipairs(lead.phones) do
    goto done
  end
  ::done::
  ::continue::
end
