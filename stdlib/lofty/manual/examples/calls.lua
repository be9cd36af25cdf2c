--- Examples of calls for the manual (lofty.manual.examples).
local M = {}

M.list = [[
local lead = lofty.leads.find { email = "beau.larkin@example.com" }
for call in lofty.calls.each { leadId = lead.leadId } do
  print(call.createTime, call.direction, call.duration, call.callingOutcome)
end]]

M.get = [[
local lead = lofty.leads.find { email = "beau.larkin@example.com" }
local id = lofty.calls.list { leadId = lead.leadId, limit = 1 }[1].id
print(lofty.calls.get(id).note)]]

M.get_recording_url = [[
local lead = lofty.leads.find { email = "malik.johnston@example.com" }
for call in lofty.calls.each { leadId = lead.leadId } do
  if call.duration > 0 then print(lofty.calls.get_recording_url(call.id).url) end
end]]

return M
