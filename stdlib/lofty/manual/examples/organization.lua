--- Examples of organization for the manual (lofty.manual.examples).
local M = {}

M.get = [[
for _, office in ipairs(lofty.organization.get().enterpriseInfo.visibleOrgInfoList) do
  print(office.groupId, office.groupName)
end]]

M.list_permission_profiles = [[
for _, profile in ipairs(lofty.organization.list_permission_profiles()) do
  print(profile.id, profile.name)
end]]

M.add_office = [[
lofty.organization.add_office {
  name = "Riverside Office", parentId = 0, phone = "2075550162",
  streetAddress = "2 Ferry Road", city = "Bath", state = "ME", zipcode = "04530",
}]]

M.update_office = [[
local office = lofty.organization.get().enterpriseInfo
lofty.organization.update_office { id = office.groupId, phone = "2075550163" }]]

M.update_company = [[
lofty.organization.update_company { email = "office@example.com", phone = "2075550164" }]]

return M
