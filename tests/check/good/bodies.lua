local lofty = require "lofty"
local function create(lead, user)
  local task = lofty.tasks.create { leadId = lead, type = "Call", assignedRole = "Agent", content = "Call",
    startAt = "2026-03-01T14:00:00-08:00", endAt = "2026-03-01T15:00:00-08:00", timeZoneCode = "America/Los_Angeles" }
  lofty.leads.update(lead, { stage = "Hot", tagsAdd = { "VIP", user }, tagsRemove = {} })
  lofty.leads.create { firstName = "Ada", emails = { "a@example.com" }, inquiry = { priceMin = 5, priceMax = 10 } }
  return task
end
if arg[1] then create(tonumber(arg[1]), "x") end
