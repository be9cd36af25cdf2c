local lofty = require "lofty"
print(#lofty.leads.list({ limit = 1 }, { retries = 0 }), #lofty.leads.list({}, {}), #lofty.leads.list(nil))
if arg[1] then lofty.notes.create({ leadId = tonumber(arg[1]), content = "Called" }, { verify = true, retries = 2 }) end
