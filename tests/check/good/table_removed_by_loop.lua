local lofty = require "lofty"
local KNOWN = { stage = true }
local filters = { stage = "New Lead", colour = "red" }
for name in pairs(filters) do
  if not KNOWN[name] then filters[name] = nil end
end
print(#lofty.leads.list(filters))
