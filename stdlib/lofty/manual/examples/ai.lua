--- Examples of ai for the manual (lofty.manual.examples).
local M = {}

M.create_lead_analysis = [[
local ids = {}
for _, lead in ipairs(lofty.leads.list { stage = "Hot" }) do ids[#ids + 1] = lead.leadId end
lofty.ai.create_lead_analysis { leadIds = ids }]]

M.list_lead_analyses = [[
local lead = lofty.leads.find { email = "beau.larkin@example.com" }
lofty.ai.create_lead_analysis { leadIds = { lead.leadId } }
for analysis in lofty.ai.each_lead_analyses() do
  print(lofty.json.encode(analysis))
end]]

M.generate_call_script = [[
local lead = lofty.leads.find { email = "nora.ashby@example.com" }
local task = lofty.tasks.list { leadId = lead.leadId }[1]
local script = lofty.ai.generate_call_script { leadId = lead.leadId, taskId = task.id }
print(script.context)]]

M.generate_call_summary = [[
local lead = lofty.leads.find { email = "hollis.greer@example.com" }
local call = lofty.calls.list { leadId = lead.leadId, limit = 1 }[1]
lofty.ai.generate_call_summary { leadId = lead.leadId, callRecordId = call.dialerCallRecordId }]]

M.get_call_summary = [[
local lead = lofty.leads.find { email = "malik.johnston@example.com" }
for call in lofty.calls.each { leadId = lead.leadId } do
  if call.callingOutcome == "Talked" then
    print(lofty.ai.get_call_summary { callRecordId = call.dialerCallRecordId }.summary)
  end
end]]

M.prepare_insight = [[
local lead = lofty.leads.find { email = "malik.johnston@example.com" }
local appointment = lofty.v1.appointments.list { leadId = lead.leadId }[1]
lofty.ai.prepare_insight { leadId = lead.leadId, appointmentId = appointment.id }]]

return M
