--- Examples of transactions for the manual (lofty.manual.examples).
local M = {}

M.list = [[
for deal in lofty.transactions.each { transactionType = "Listing" } do
  print(deal.transactionId, deal.leadName, deal.transactionStatus, deal.homePrice)
end]]

M.list_for_lead = [[
local lead = lofty.leads.find { email = "joan.petrakis@example.com" }
for _, deal in ipairs(lofty.transactions.list_for_lead(lead.leadId)) do
  print(deal.transactionName, deal.transactionType, deal.transactionStatus)
end]]

M.get = [[
local lead = lofty.leads.find { email = "beau.larkin@example.com" }
local id = lofty.transactions.list_for_lead(lead.leadId)[1].transactionId
print(lofty.transactions.get(lead.leadId, id).homePrice)]]

M.create = [[
local lead = lofty.leads.find { email = "clara.venning@example.com" }
lofty.transactions.create(lead.leadId, {
  transactionName = "19 Orchard Avenue", transactionType = "Listing", homePrice = 610000,
  expectedCloseDate = lofty.time.at("in 3 months", "America/New_York"),
})]]

M.update = [[
local lead = lofty.leads.find { email = "beau.larkin@example.com" }
local deal = lofty.transactions.list_for_lead(lead.leadId)[1]
lofty.transactions.update(lead.leadId, deal.transactionId, {
  transactionStatus = "Under Contract", homePrice = 495000,
})]]

M.get_property_address = [[
local lead = lofty.leads.find { email = "beau.larkin@example.com" }
local deal = lofty.transactions.list_for_lead(lead.leadId)[1]
local address = lofty.transactions.get_property_address(lead.leadId, deal.transactionId)
print(address.streetAddress, address.city)]]

M.set_property_address = [[
local lead = lofty.leads.find { email = "clara.venning@example.com" }
local deal = lofty.transactions.list_for_lead(lead.leadId)[1]
lofty.transactions.set_property_address(lead.leadId, {
  transactionId = deal.transactionId,
  streetAddress = "19 Orchard Avenue", city = "Portland", state = "ME", zipCode = "04101",
})]]

M.edit_property_address = [[
local lead = lofty.leads.find { email = "joan.petrakis@example.com" }
local deal = lofty.transactions.list { leadId = lead.leadId, transactionType = "Purchase" }[1]
lofty.transactions.edit_property_address(lead.leadId, deal.transactionId, { unit = "2" })]]

M.list_pipelines = [[
for _, pipeline in ipairs(lofty.transactions.list_pipelines()) do
  for _, stage in ipairs(pipeline.stages) do print(pipeline.transactionType, stage.name) end
end]]

M.list_custom_fields = [[
for _, field in ipairs(lofty.transactions.list_custom_fields()) do
  print(field.id, field.name, field.type)
end]]

M.sync_brokermint = [[
local lead = lofty.leads.find { email = "joan.petrakis@example.com" }
local deal = lofty.transactions.list { leadId = lead.leadId, transactionType = "Purchase" }[1]
lofty.transactions.sync_brokermint {
  id = deal.transactionId, price = 415000, status = "Closed",
  closedAt = lofty.time.iso(lofty.now()),
}]]

M.each_all = [[
local sum = 0
for deal in lofty.transactions.each_all() do
  sum = sum + (deal.homePrice or 0)
end
print(sum)]]

M.list_all = [[
local lead = lofty.leads.find { email = "hamish.doyle@example.com" }
for _, deal in ipairs(lofty.transactions.list_all { leadId = lead.leadId }) do
  print(deal.transactionType, deal.transactionName)
end]]

return M
