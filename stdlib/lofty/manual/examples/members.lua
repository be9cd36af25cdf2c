--- Examples of members for the manual (lofty.manual.examples).
local M = {}

M.me = [[
local me = lofty.members.me()
print(me.firstName, me.email, me.roleName)]]

M.list = [[
for member in lofty.members.each() do
  print(member.memberUserId, member.email, member.assignedLeadCount)
end]]

M.get = [[
local member = lofty.members.get("marcus.okafor@example.com")
print(member.memberUserId, member.groupName)]]

M.get_by_id = [[
local member = lofty.members.get_by_id(lofty.members.me().memberUserId)
print(member.email)]]

return M
