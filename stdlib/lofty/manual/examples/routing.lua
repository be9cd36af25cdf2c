--- Examples of routing for the manual (lofty.manual.examples).
local M = {}

M.list_rules = [[
for _, rule in ipairs(lofty.routing.list_rules(1)) do
  print(rule.id, rule.ruleSwitch and "on" or "off", rule.name)
end]]

M.list_roles = [[
for _, role in ipairs(lofty.routing.list_roles()) do print(role.id, role.name) end]]

M.list_members = [[
for _, member in ipairs(lofty.routing.list_members(1)) do print(member.id, member.name) end]]

M.get_default_rule = [[
local rule = lofty.routing.get_default_rule(1)
print(rule.strategyType, rule.assigneeAgentName)]]

M.update_rule = [[
local rule = lofty.routing.list_rules(1)[1]
lofty.routing.update_rule(1, {
  id = rule.id, activeHours = { activeDays = { 1, 2, 3, 4, 5 }, hoursStart = 9, hoursEnd = 18 },
})]]

M.update_default_rule = [[
local rule = lofty.routing.get_default_rule(1)
local marcus = lofty.members.get("marcus.okafor@example.com")
lofty.routing.update_default_rule(1, {
  strategyType = rule.strategyType, assigneeAgentId = marcus.memberUserId,
})]]

return M
