-- All the ways in which somebody looks at what try returns.
local lofty = require "lofty"
local try, code = lofty.try, lofty.code
local lead, err = try(lofty.leads.get, 1)
if not lead then print(err.code, err.message, err.hint, err.status) end
local other = try(lofty.leads.get, 2)
if other then print(other.leadId) end
local third = try(lofty.leads.get, 3) or {}
print(third.stage)
local _ = try(lofty.tasks.finish, 1) -- whatever becomes of it
local function get(id) return try(lofty.leads.get, id) end
print(get(4))
assert(not try(lofty.leads.get, 5))
if try(lofty.leads.get, 6) == nil then print("no") end
local _, failure = try(lofty.tasks.finish, 9)
if failure and failure:is(code.TASK_NOT_EXIST, code.TASK_IS_SMARTPLAN) then print("left") end
print(select("#", try(lofty.leads.get, 7)))
