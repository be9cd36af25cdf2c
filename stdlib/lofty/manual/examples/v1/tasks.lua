--- Examples of v1.tasks for the manual (lofty.manual.examples).
local M = {}

M.list = [[
local lead = lofty.leads.find { email = "hollis.greer@example.com" }
for _, task in ipairs(lofty.v1.tasks.list { leadId = lead.leadId }) do
  print(task.id, task.content, task.deadline)
end]]

M.get = [[
local lead = lofty.leads.find { email = "hollis.greer@example.com" }
local id = lofty.v1.tasks.list { leadId = lead.leadId }[1].id
print(lofty.v1.tasks.get(id).content)]]

M.create = [[
local lead = lofty.leads.find { email = "nora.ashby@example.com" }
lofty.v1.tasks.create {
  leadId = lead.leadId, type = "Call", content = "Welcome call", assignedRole = "Agent",
  deadline = lofty.time.at("tomorrow 9am", "America/New_York"),
}]]

M.update = [[
local lead = lofty.leads.find { email = "hollis.greer@example.com" }
local task = lofty.v1.tasks.list { leadId = lead.leadId }[1]
lofty.v1.tasks.update(task.id, { content = "Collect the pre-approval letter and the ID" })]]

M.delete = [[
-- loftyrun: allow delete_tasks
local lead = lofty.leads.find { email = "hollis.greer@example.com" }
local task = lofty.v1.tasks.list { leadId = lead.leadId }[1]
lofty.v1.tasks.delete(task.id)]]

return M
