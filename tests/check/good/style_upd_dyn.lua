local lofty = require "lofty"
local lead = lofty.leads.list { limit = 1 }[1]
local changes = {}
changes.stage = "Hot"
if lead.score and lead.score > 10 then changes["firstName"] = "X" end
for _, k in ipairs { "lastName" } do changes[k] = "Y" end
lofty.leads.update(lead.leadId, changes)
local body = { leadId = lead.leadId } body.content = "hello" lofty.notes.create(body)
