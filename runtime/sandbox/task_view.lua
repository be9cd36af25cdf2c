--- What V1 and V2 tasks show alike.

local account = require "sandbox.account"

local M = {}

--- Whether the task is past its end and still open.
---@param store table
---@param task table
---@return boolean
function M.is_overdue(store, task)
  return not task.finished and task.endAt < store.now()
end

--- The display name of a lead.
---@param lead table
---@return string
function M.lead_name(lead)
  return lead.firstName .. (lead.lastName and " " .. lead.lastName or "")
end

--- The members without the times, which every version spells in its own way. Nothing here tells that a Smart Plan made
--- the task: one learns it from the refusal.
---@param store table
---@param task table
---@return table
function M.reply(store, task)
  local lead = store.leads:find(task.leadId)
  return {
    id = task.id, leadId = task.leadId, creatorId = task.creatorId, content = task.content, type = task.type,
    finishFlag = task.finished ~= nil, overdueFlag = M.is_overdue(store, task),
    leadName = M.lead_name(lead), leadFirstName = lead.firstName, leadLastName = lead.lastName or "",
    leadEmail = lead.emails[1] or "", leadPhone = lead.phones[1] or "", leadUserId = lead.leadUserId,
    pipelineId = account.stage_id(lead.stage), teamId = account.team_id, assignedRole = task.assignedRole,
    assignedUserId = task.assignedUserId, assignedUser = account.user_name(task.assignedUserId),
    reminderType = 0, subject = "", body = "", queryInfo = "", queryId = 0,
  }
end

return M
