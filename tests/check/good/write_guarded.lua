-- loftyrun: allow send_sms, at most 5 a run
-- loftyrun: allow delete_tasks
local lofty = require "lofty"
local may, err = lofty.guard.may("delete_tasks")
print(may, err)
if arg[1] then
  lofty.messages.send_sms { leadId = tonumber(arg[1]), content = "Hello" }
  lofty.tasks.delete(tonumber(arg[2]))
  lofty.leads.delete(tonumber(arg[1]), { reason = "spam" })
end
