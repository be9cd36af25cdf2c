local lofty = require "lofty"
local key, filters = "stage", {}
filters[key] = "New Lead"
for name, value in pairs { limit = 2, contacted = false } do filters[name] = value end
print(#lofty.leads.list(filters), #lofty.leads.list { [key] = "New Lead", ["limit"] = 3 })
