local lofty = require "lofty"
lofty.leads.find_or_create { firstName = "Ada", email = "ada@example.com" }
--: 2:49 leads.find_or_create: unknown field "email"; did you mean "emails"?
--: said
