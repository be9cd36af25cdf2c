local lofty = require "lofty"
local fields = {}
if arg[1] then
  fields.leadId = tonumber(arg[1])
  print(#lofty.tasks.list(fields))
else
  fields.stage = "New Lead"
  print(#lofty.leads.list(fields))
end
