--- Examples of messages for the manual (lofty.manual.examples).
local M = {}

M.list_calls = [[
local lead = lofty.leads.find { email = "beau.larkin@example.com" }
for call in lofty.messages.each_calls { leadId = lead.leadId } do
  print(call.createTime, call.direction, call.duration)
end]]

M.list_calls_v2 = [[
local lead = lofty.leads.find { email = "beau.larkin@example.com" }
for call in lofty.messages.each_calls_v2 { leadId = lead.leadId } do
  print(call.createTime, call.direction, call.leadPhoneNumber)
end]]

M.list_emails = [[
local lead = lofty.leads.find { email = "clara.venning@example.com" }
for email in lofty.messages.each_emails { leadId = lead.leadId } do
  print(email.emailEventTime, email.eventType, email.emailSubject)
end]]

M.list_texts = [[
local lead = lofty.leads.find { email = "beau.larkin@example.com" }
for text in lofty.messages.each_texts { leadId = lead.leadId } do
  print(text.textTime, text.direction, text.textContent)
end]]

M.get_call = [[
local lead = lofty.leads.find { email = "beau.larkin@example.com" }
local id = lofty.messages.list_calls { leadId = lead.leadId, limit = 1 }[1].id
print(lofty.messages.get_call(id).callingOutcome)]]

M.get_email = [[
local lead = lofty.leads.find { email = "clara.venning@example.com" }
local id = lofty.messages.list_emails { leadId = lead.leadId, limit = 1 }[1].id
print(lofty.messages.get_email(id).emailSubject)]]

M.get_text = [[
local lead = lofty.leads.find { email = "beau.larkin@example.com" }
local id = lofty.messages.list_texts { leadId = lead.leadId, limit = 1 }[1].id
print(lofty.messages.get_text(id).textContent)]]

M.list_by_agent = [[
local now = lofty.now()
local week = { startTime = lofty.time.add(now, { hours = -7 * 24 }), endTime = now, type = "ALL" }
for message in lofty.messages.each_by_agent(week) do
  print(message.leadId, message.communicationType, message.direction)
end]]

M.search_by_agent = [[
local now = lofty.now()
local day = { startTime = lofty.time.add(now, { hours = -24 }), endTime = now, type = "ALL" }
for message in lofty.messages.each_search_by_agent(day) do
  print(message.leadId, message.communicationType, message.direction)
end]]

M.send_email = [[
-- loftyrun: allow send_email
local lead = lofty.leads.find { email = "nora.ashby@example.com" }
if lofty.guard.may("send_email", lead.leadId) then
  lofty.messages.send_email {
    leadId = lead.leadId, subject = "Two homes near the harbor", content = "<p>Hello Nora</p>",
  }
end]]

M.send_sms = [[
-- loftyrun: allow send_sms
local lead = lofty.leads.find { email = "nora.ashby@example.com" }
if lofty.guard.may("send_sms", lead.leadId) then
  lofty.messages.send_sms { leadId = lead.leadId, content = "Is Saturday good for a tour?" }
end]]

return M
