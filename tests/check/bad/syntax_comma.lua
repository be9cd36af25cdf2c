local lofty = require "lofty"
local opts = {
  stage = "Hot"
  limit = 10,
}
print(lofty.leads.list(opts))
--: 4:3 '}' expected (to close '{' at line 2) near 'limit'
