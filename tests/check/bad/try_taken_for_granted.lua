local lofty = require "lofty"
local lead = lofty.try(lofty.leads.get, 5)
for _, phone in ipairs(lead.phones) do print(phone) end
--: 2:14 lofty.try: lead is nil where Lofty refuses, and nobody looks whether it is; write local lead, err = lofty.try(...)
