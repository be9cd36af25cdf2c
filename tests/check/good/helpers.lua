local lofty = require "lofty"
local lead = lofty.leads.list { limit = 1 }[1]
lofty.leads.add_tags(lead.leadId, { "VIP" })
print(lofty.leads.find { email = "nobody@example.com" }, #lofty.leads.find_all { phone = { "2075550100" } })
lofty.leads.remove_tags(lead.leadId, { "VIP" }, { timeout = 5 })
for deal in lofty.transactions.each_all {} do assert(deal) end
if arg[1] then
  local note = lofty.notes.wait(tonumber(arg[1]))
  lofty.notes.edit(note.noteId, { content = note.content .. "!" })
end
