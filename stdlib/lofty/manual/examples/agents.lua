--- Examples of agents for the manual (lofty.manual.examples).
local M = {}

M.create = [[
local agentId = lofty.agents.create {
  accountType = 1,
  accountInfo = {
    firstName = "Rosa", lastName = "Lindgren", emailAddress = "rosa.lindgren@example.com",
    phoneNumber = "2075550161",
  },
}]]

M.add_tags = [[
local member = lofty.members.get("marcus.okafor@example.com")
lofty.agents.add_tags(member.memberUserId, { tagNames = { "Mentor" }, autoCreate = true })]]

M.deactivate = [[
local member = lofty.members.get("marcus.okafor@example.com")
lofty.agents.deactivate(member.memberUserId)]]

M.reactivate = [[
local member = lofty.members.get("marcus.okafor@example.com")
lofty.agents.deactivate(member.memberUserId)
lofty.agents.reactivate(member.memberUserId)]]

return M
