local lofty = require "lofty"
local ROLE <const> = "Agnet"
lofty.leads.assign(651095960136641, { { role = ROLE, assignee = "a@example.com" } })
--: 3:48 leads.assign: [1].role must be one of Agent, Assistant or Lender, got string "Agnet"; did you mean "Agent"?
--: said
