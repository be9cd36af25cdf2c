local lofty = require "lofty"
lofty.leads.add_tags(1, "vip")
--: 2:25 leads.add_tags: names must be an array, got string "vip"
