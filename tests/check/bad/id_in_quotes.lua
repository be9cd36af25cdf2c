local lofty = require "lofty"
print(lofty.leads.get("651095960136641").stage)
--: 2:23 leads.get: leadId must be an integer, got string "651095960136641"; write it without quotes
--: said
