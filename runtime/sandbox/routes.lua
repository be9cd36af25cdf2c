--- Every route of the pretend Lofty: what the modules of the resources offer, one after the other.
---
--- A module has `routes`, rows of { method, path, handler [, body] }, where body says what the handler reads: "object",
--- "array", or nothing at all.

local MODULES = {
  "leads",
  "notes",
  "tasks",
  "team",
  "webhooks",
}

local routes = {}
for _, name in ipairs(MODULES) do
  for _, row in ipairs(require("sandbox." .. name).routes) do
    routes[#routes + 1] = row
  end
end

return routes
