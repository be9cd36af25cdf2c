--- Every route of the pretend Lofty: what the modules of the resources offer, one after the other.
---
--- A module has `routes`, rows of { method, path, handler [, body] }, where body says what the handler reads: "object",
--- "array", or nothing at all.

local MODULES = {
  "activities",
  "agents",
  "ai",
  "ai_calls",
  "appointments_v1",
  "calendar",
  "calendar_list",
  "calls",
  "custom_fields",
  "lead_brokermint",
  "leads",
  "listings",
  "manual_logs",
  "meeting_slots",
  "members",
  "messages",
  "notes",
  "notifications",
  "organization",
  "ponds",
  "routing",
  "routing_preview",
  "sales_agent",
  "sales_agent_settings",
  "site_activities",
  "system_logs",
  "tasks",
  "tasks_v1",
  "team",
  "transactions",
  "vendors",
  "webhooks",
  "working_leads",
}

local routes = {}
for _, name in ipairs(MODULES) do
  for _, row in ipairs(require("sandbox." .. name).routes) do
    routes[#routes + 1] = row
  end
end

return routes
