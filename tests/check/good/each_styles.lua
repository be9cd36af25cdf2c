local lofty = require "lofty"
local all = lofty.leads.each { stage = "New Lead" }
local first = all()
for page in lofty.leads.each { limit = 50 }:pages() do assert(#page > 0) end
local some = lofty.leads.each {}:take(2):collect { max = 5 }
for lead in lofty.leads.each { stage = "New Lead", resume = "nightly" } do assert(lead.leadId) end
print(first ~= nil, #some)
local each = lofty.tasks.each_mine
for _ in each { timeZoneCode = "UTC" } do break end
