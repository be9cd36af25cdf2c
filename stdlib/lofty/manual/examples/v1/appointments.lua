--- Examples of v1.appointments for the manual (lofty.manual.examples).
local M = {}

M.list = [[
local lead = lofty.leads.find { email = "malik.johnston@example.com" }
for _, appointment in ipairs(lofty.v1.appointments.list { leadId = lead.leadId }) do
  print(appointment.id, appointment.descr, appointment.address)
end]]

return M
