--- Examples of notifications for the manual (lofty.manual.examples).
local M = {}

M.email_to_agent = [[
-- loftyrun: allow notify_agents
lofty.notifications.email_to_agent {
  subject = "Leads without a call", content = "<p>12 leads wait for a call.</p>",
}]]

M.sms_to_agent = [[
-- loftyrun: allow notify_agents
lofty.notifications.sms_to_agent { content = "Three hot leads are on the site right now." }]]

M.push_task_reminder = [[
-- loftyrun: allow notify_agents
local task = lofty.tasks.mine { limit = 1 }[1]
lofty.notifications.push_task_reminder { taskId = task.id, type = "TASK" }]]

M.send_opportunity = [[
-- loftyrun: allow notify_agents
local lead = lofty.leads.find { email = "anouk.desrosiers@example.com" }
lofty.notifications.send_opportunity {
  leadId = lead.leadId, notificationType = 65, message = "Back on the site",
}]]

return M
