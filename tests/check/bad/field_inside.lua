local lofty = require "lofty"
lofty.leads.create { firstName = "Ada", inquiry = { priceMinn = 5 } }
--: 2:53 leads.create: unknown field "priceMinn" in inquiry; did you mean "priceMin"?
--: said
