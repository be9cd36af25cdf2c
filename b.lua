-- loftyrun: allow send_sms, quiet none
local lofty = require "lofty"
local ids = {}
for lead in lofty.leads.each{} do ids[#ids+1] = lead.leadId end
local id = ids[1]
lofty.leads.update(id, { cannotText = true })
lofty.leads.get(id)
print(lofty.try(lofty.messages.send_sms, { leadId = id, content = "hi" }))
local id = ids[2]
lofty.leads.update(id, { cannotText = true })
for lead in lofty.leads.each{} do end
print(lofty.try(lofty.messages.send_sms, { leadId = id, content = "hi" }))
