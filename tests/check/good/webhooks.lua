local lofty = require "lofty"
local handle = function(event)
  local lead, why = event:fetch()
  if why == "deleted" then return end
  lofty.once(event.key, function() return lofty.notes.create { leadId = event.lead, content = lead.firstName } end)
end
lofty.on.webhook("lead.created", { timeout = "2m", concurrency = 4, coalesce = true, retries = 3, name = "new" }, handle)
lofty.on.webhook("lead.*", {}, handle)
lofty.on.webhook("*", { name = "all" }, function(event) lofty.log.info(event.name) end)
for _, name in ipairs { "task.finished", "note.updated" } do lofty.on.webhook(name, {}, handle) end
