local lofty = require "lofty"
local function set(list) local s = {} for i = 1, #list do s[list[i]] = true end return s end
local wanted = set { "New Lead", "Hot", "Contacted" }
for lead in lofty.leads.each { } do if wanted[lead.stage] and not (lead.tags and set(lead.tags)["vip"]) then print(lead.leadId) end end
