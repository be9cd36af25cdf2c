--- Examples of system_logs for the manual (lofty.manual.examples).
local M = {}

M.list = [[
local lead = lofty.leads.find { email = "beau.larkin@example.com" }
for log in lofty.system_logs.each { leadId = lead.leadId } do
  print(log.createTime, log.timelineTypeDesc, log.content)
end]]

return M
