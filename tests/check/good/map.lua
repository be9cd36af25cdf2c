local lofty = require "lofty"
local leads = lofty.leads.list { limit = 3 }
local counts = lofty.map(leads, function(lead) return #lofty.tasks.list { leadId = lead.leadId } end,
  { concurrency = 2, on_error = "collect" })
print(#counts, counts.errors)
local options = { concurrency = #leads }
lofty.map(lofty.leads.each { limit = 2 }:take(2), function() return nil end, options)
