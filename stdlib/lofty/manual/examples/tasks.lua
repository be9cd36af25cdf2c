--- Examples of tasks for the manual (lofty.manual.examples).
local M = {}

M.list = [[
local lead = lofty.leads.find { email = "hollis.greer@example.com" }
for _, task in ipairs(lofty.tasks.list { leadId = lead.leadId }) do
  print(task.id, task.type, task.content, task.endAt)
end]]

M.mine = [[
for task in lofty.tasks.each_mine() do
  if task.overdueFlag then print(task.id, task.leadName, task.content) end
end]]

M.get = [[
local id = lofty.tasks.mine { limit = 1 }[1].id
local task = lofty.tasks.get(id)
print(task.content, task.leadName, task.endAt)]]

M.create = [[
local lead = lofty.leads.find { email = "nora.ashby@example.com" }
local due = lofty.time.at("tomorrow 9am", "America/New_York")
lofty.tasks.create {
  leadId = lead.leadId, type = "Call", content = "Welcome call", assignedRole = "Agent",
  endAt = lofty.time.iso(due, "America/New_York"),
}]]

M.update = [[
local lead = lofty.leads.find { email = "hollis.greer@example.com" }
local task = lofty.tasks.list { leadId = lead.leadId }[1]
local later = lofty.time.at("in 2 business days at 10am", "America/New_York")
lofty.tasks.update(task.id, { endAt = lofty.time.iso(later, "America/New_York") })]]

M.finish = [[
local try, code = lofty.try, lofty.code
for task in lofty.tasks.each_mine() do
  local _, err = try(lofty.tasks.finish, task.id)
  if err and not err:is(code.TASK_IS_SMARTPLAN) then error(err, 0) end
end]]

M.unfinish = [[
local lead = lofty.leads.find { email = "hollis.greer@example.com" }
local task = lofty.tasks.list { leadId = lead.leadId }[1]
lofty.tasks.finish(task.id)
lofty.tasks.unfinish(task.id)]]

M.delete = [[
-- loftyrun: allow delete_tasks
local lead = lofty.leads.find { email = "hollis.greer@example.com" }
local task = lofty.tasks.list { leadId = lead.leadId }[1]
lofty.tasks.delete(task.id)]]

return M
