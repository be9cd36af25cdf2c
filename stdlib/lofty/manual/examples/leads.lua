--- Examples of leads for the manual (lofty.manual.examples).
local M = {}

M.list = [[
for lead in lofty.leads.each { stage = "New Lead", source = "Website", contacted = false } do
  print(lead.leadId, lead.firstName, lead.lastName)
end]]

M.get = [[
local lead = lofty.leads.get(651095960136641)
print(lead.firstName, lead.stage, lead.assignedUser)]]

M.create = [[
local made = lofty.leads.create {
  firstName = "Ada", lastName = "Winter", emails = { "ada.winter@example.com" },
  source = "Open House", stage = "New Lead", tagsAdd = { "Buyer" },
}
local lead = lofty.leads.wait(made.leadId)]]

M.update = [[
local lead = lofty.leads.find { email = "nora.ashby@example.com" }
lofty.leads.update(lead.leadId, { stage = "Contacted", tagsAdd = { "Called back" } })]]

M.delete = [[
-- loftyrun: allow delete_leads
local lead = lofty.leads.find { email = "wesley.crane@example.com" }
lofty.leads.delete(lead.leadId, { reason = "asked to be removed" })]]

M.assign = [[
local lead = lofty.leads.find { email = "caleb.thornton@example.com" }
lofty.leads.assign(lead.leadId, { { role = "Agent", assignee = "marcus.okafor@example.com" } })]]

M.preview_routing = [[
local person = { firstName = "Nora", email = "nora.ashby@example.com" }
for _, match in ipairs(lofty.leads.preview_routing(person)) do
  for _, role in ipairs(match.customRoleAssignees) do print(role.role, role.assignee) end
end]]

M.add_activity = [[
local lead = lofty.leads.find { email = "mei.tanaka@example.com" }
lofty.leads.add_activity(lead.leadId, {
  type = "Favorite", created = lofty.now(), text = "Saved 88 Cedar Lane",
  link = "https://homes.example.com/88-cedar-lane",
  picture = "https://homes.example.com/88-cedar-lane.jpg",
})]]

M.add_inquiry = [[
local lead = lofty.leads.find { email = "nora.ashby@example.com" }
lofty.leads.add_inquiry(lead.leadId, {
  priceMin = 300000, priceMax = 450000, bedroomsMin = 2, propertyType = { "Condo", "Townhouse" },
  locations = { { city = "Portland", stateCode = "ME" } },
})]]

M.update_property = [[
local lead = lofty.leads.find { email = "clara.venning@example.com" }
lofty.leads.update_property(lead.leadId, {
  streetAddress = "19 Orchard Avenue", city = "Portland", state = "ME", zipCode = "04101",
  bedrooms = 3, price = 610000,
})]]

M.list_activities = [[
local lead = lofty.leads.find { email = "beau.larkin@example.com" }
for _, entry in ipairs(lofty.leads.list_activities(lead.leadId, { limit = 20 })) do
  print(entry.activityTime, entry.communicationType, entry.direction)
end]]

M.list_site_activities = [[
local lead = lofty.leads.find { email = "anouk.desrosiers@example.com" }
for visit in lofty.leads.each_site_activities(lead.leadId):take(20) do
  print(visit.created, visit.type, visit.text)
end]]

M.sync_brokermint = [[
lofty.leads.sync_brokermint {
  externalId = "bm-20417", contactType = "Buyer", firstName = "Joan", lastName = "Petrakis",
  email = "joan.petrakis@example.com",
}]]

M.add_tags = [[
local lead = lofty.leads.find { email = "nora.ashby@example.com" }
local added = lofty.leads.add_tags(lead.leadId, { "Buyer", "Newsletter" })
print("new to this lead: " .. table.concat(added, ", "))]]

M.remove_tags = [[
local lead = lofty.leads.find { email = "signe.dahl@example.com" }
lofty.leads.remove_tags(lead.leadId, { "Newsletter" })]]

M.set_tags = [[
local lead = lofty.leads.find { email = "mei.tanaka@example.com" }
local change = lofty.leads.set_tags(lead.leadId, { "Buyer", "Past Client" })
print("there were: " .. table.concat(change.before, ", "))]]

M.find = [[
local lead = lofty.leads.find { email = "Nora.Ashby@example.com", phone = "(207) 555-0111" }
print(lead and lead.leadId or "nobody")]]

M.find_all = [[
for _, lead in ipairs(lofty.leads.find_all { phone = { "207-555-0111", "207-555-0112" } }) do
  print(lead.leadId, lead.firstName, lead.lastName)
end]]

M.find_or_create = [[
local result = lofty.leads.find_or_create {
  firstName = "Ada", emails = { "ada.winter@example.com" }, phones = { "(207) 555-0160" },
  source = "Open House", tagsAdd = { "Buyer" },
}
print(result.leadId, result.created and "made" or "was there")]]

M.wait = [[
local made = lofty.leads.create { firstName = "Ada", emails = { "ada.winter@example.com" } }
local lead = lofty.leads.wait(made.leadId, { timeout = 20 })
print(lead.leadId, lead.assignedUser)]]

return M
