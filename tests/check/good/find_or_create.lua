local lofty = require "lofty"
local function make(row)
  return lofty.leads.find_or_create({ firstName = row.first, emails = { row.email }, tagsAdd = { "Web" } }, { timeout = 5 })
end
if arg[1] then print(make { first = arg[1], email = arg[2] }.leadId) end
