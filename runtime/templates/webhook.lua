#!/usr/bin/env loftyrun
-- A handler for loftyrun serve: each new lead gets a note, once. Change which events it takes and what it does.
--
-- Usage    loftyrun job check webhook.lua
--          loftyrun serve --listen 127.0.0.1:8443 webhook.lua

local lofty = require "lofty"

lofty.on.webhook("lead.created", { timeout = "2m" }, function(event)
  local lead, why = event:fetch()
  if why == "deleted" then return end
  -- An event comes at least once; what goes through lofty.once is done once.
  lofty.once(event.key, function()
    return lofty.notes.create { leadId = lead.leadId, content = "Welcome" }
  end)
end)
