-- Operations by way of a resource's own name.
local lofty = require "lofty"
local leads, tasks = lofty.leads, lofty.tasks
for lead in leads.each({ stage = "New Lead", limit = 50 }):take(3) do
  print(lead.leadId, #tasks.list { leadId = lead.leadId })
end
