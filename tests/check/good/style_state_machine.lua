local lofty = require "lofty"
local states = {}
function states.start(ctx) ctx.lead = lofty.leads.list { limit = 1 }[1] return states.tag end
function states.tag(ctx) lofty.leads.add_tags(ctx.lead.leadId, { "seen" }) return states.done end
states.done = nil
local state, ctx = states.start, {}
while state do state = state(ctx) end
print(ctx.lead.leadId)
