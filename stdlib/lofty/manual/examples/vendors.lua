--- Examples of vendors for the manual (lofty.manual.examples).
local M = {}

M.list = [[
for _, vendor in ipairs(lofty.vendors.list()) do
  print(vendor.roleName, vendor.firstName, vendor.lastName, vendor.email)
end]]

return M
