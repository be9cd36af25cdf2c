--- Examples of manual_logs for the manual (lofty.manual.examples).
local M = {}

M.list = [[
local lead = lofty.leads.find { email = "hollis.greer@example.com" }
for log in lofty.manual_logs.each { leadId = lead.leadId, logType = "logCall" } do
  print(log.createTime, log.callingOutcome, log.content)
end]]

M.get = [[
local lead = lofty.leads.find { email = "hollis.greer@example.com" }
local id = lofty.manual_logs.list { leadId = lead.leadId, logType = "logCall" }[1].id
print(lofty.manual_logs.get(id).content)]]

M.create = [[
local lead = lofty.leads.find { email = "nora.ashby@example.com" }
lofty.manual_logs.create {
  leadId = lead.leadId, logType = "logCall", leadPhoneNumber = lead.phones[1],
  callingOutcome = "Talked", content = "Wants to see two condos.",
}]]

M.delete = [[
-- loftyrun: allow delete_logs
local lead = lofty.leads.find { email = "hollis.greer@example.com" }
local log = lofty.manual_logs.list { leadId = lead.leadId, logType = "logCall" }[1]
lofty.manual_logs.delete(log.id)]]

M.wait = [[
local lead = lofty.leads.find { email = "nora.ashby@example.com" }
local log = { leadId = lead.leadId, logType = "logText", content = "Texted my private phone." }
local made = lofty.manual_logs.create(log)
print(lofty.manual_logs.wait(made.id).createTime)]]

return M
