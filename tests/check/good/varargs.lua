local lofty = require "lofty"
local function call(f, ...) return f(...) end
local function list(...) return lofty.leads.list(...) end
print(#call(lofty.leads.list, { limit = 1 }), #list { limit = 2 }, #list())
local arguments = table.pack(lofty.leads.list { limit = 1 }[1].leadId, { withTrash = true })
print(lofty.leads.get(table.unpack(arguments)).leadId ~= nil)
