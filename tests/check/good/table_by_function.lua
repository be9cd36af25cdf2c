local lofty = require "lofty"
local function filters(stage) return { stage = stage, limit = 1 } end
local cleaned = { stage = "New Lead", secret = true }
local function clean(t) t.secret = nil return t end
clean(cleaned)
print(#lofty.leads.list(filters("New Lead")), #lofty.leads.list(cleaned))
