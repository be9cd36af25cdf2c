-- Operations kept in tables.
local lofty = require "lofty"
local api = { leads = lofty.leads, code = lofty.code, list = lofty.leads.list }
print(#api.leads.list { limit = 1 }, api.code.TASK_IS_SMARTPLAN, #api.list { limit = 1 })
local changing = { list = lofty.tasks.list }
changing.list = lofty.leads.list
print(#changing.list { limit = 1 })
local handlers = { Call = lofty.tasks.finish, Text = lofty.tasks.get }
print(handlers["Call"] ~= nil, handlers[arg[1] or "Text"] ~= nil)
