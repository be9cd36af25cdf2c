--- Examples of sales_agent for the manual (lofty.manual.examples).
local M = {}

M.get = [[
local agent = lofty.sales_agent.get()
print(agent.assistantName, agent.status)]]

M.get_for_lead = [[
local lead = lofty.leads.find { email = "nora.ashby@example.com" }
print(lofty.sales_agent.get_for_lead { leadId = lead.leadId }.assistantName)]]

M.get_settings = [[
local settings = lofty.sales_agent.get_settings()
print(settings.startActiveHour, settings.endActiveHour, settings.followUpRole)]]

M.update_settings = [[
-- loftyrun: allow contact_by_ai
local settings = lofty.sales_agent.get_settings()
lofty.sales_agent.update_settings { id = settings.id, startActiveHour = 9, endActiveHour = 18 }]]

M.get_quota = [[
local quota = lofty.sales_agent.get_quota()
print(quota.usedQuota .. " of " .. quota.totalQuota)]]

M.list_working_leads = [[
for lead in lofty.sales_agent.each_working_leads { aiStage = "HIGH_PRIORITY" } do
  print(lead.leadId, lead.firstName, lead.lastName)
end]]

M.add_working_leads = [[
-- loftyrun: allow contact_by_ai
local lead = lofty.leads.find { email = "lotte.brandt@example.com" }
lofty.sales_agent.add_working_leads { leadIds = { lead.leadId }, createPlanTask = true }]]

M.check_working_lead = [[
local lead = lofty.leads.find { email = "nora.ashby@example.com" }
local working = lofty.sales_agent.check_working_lead(lead.leadId)
print(working.createdAt)]]

M.create_plan_tasks = [[
-- loftyrun: allow contact_by_ai
local lead = lofty.leads.find { email = "mei.tanaka@example.com" }
lofty.sales_agent.create_plan_tasks { leadIds = { lead.leadId } }]]

M.list_plan_tasks = [[
local lead = lofty.leads.find { email = "nora.ashby@example.com" }
for _, task in ipairs(lofty.sales_agent.list_plan_tasks(lead.leadId)) do
  print(task.dueAt, task.taskType, task.status, task.content)
end]]

M.get_mute_status = [[
local lead = lofty.leads.find { email = "amir.haddad@example.com" }
print(lofty.sales_agent.get_mute_status { leadId = lead.leadId }.mute)]]

M.mute_lead = [[
local lead = lofty.leads.find { email = "nora.ashby@example.com" }
lofty.sales_agent.mute_lead(lead.leadId)]]

M.send_sms_to_agent = [[
-- loftyrun: allow notify_agents
lofty.sales_agent.send_sms_to_agent { content = "Nora Ashby asked for a tour on Saturday." }]]

return M
