--- What the AI sales agent means to do about a lead. Texts and e-mails it sends itself when they are due, unless the
--- lead was muted before; calls wait for the agent.

local json = require "native.json"
local times = require "sandbox.times"
local account = require "sandbox.account"

local M = {}

-- Each step of a plan: type, content, hours until it is due, whether the AI does it.
local STEPS = {
  { "TEXT", "Introduce yourself and ask what they are looking for", 2, true },
  { "CALL", "Call to learn about budget and time frame", 24, false },
  { "EMAIL", "Send homes that fit what is known", 72, true },
}

local function state_of(store)
  return store:part("plan_tasks", function()
    return { by_lead = {}, muted = {} } -- leadId -> tasks; leadId -> epoch ms
  end)
end

--- Makes the tasks of a plan.
---@param store table
---@param lead_id integer
---@param created? integer epoch ms, now when absent
function M.add(store, lead_id, created)
  created = created or store.now()
  local by_lead = state_of(store).by_lead
  local tasks = by_lead[lead_id] or {}
  by_lead[lead_id] = tasks
  local owner = store.leads:find(lead_id).assignedUserId
  for _, step in ipairs(STEPS) do
    tasks[#tasks + 1] = {
      id = store:next_id("plan_task"), type = step[1], content = step[2], due = created + step[3] * times.HOUR,
      created = created, automatic = step[4], assignedTo = owner ~= 0 and owner or account.caller.user_id,
    }
  end
end

local function status_of(store, task, muted)
  if store.now() < task.due then
    return "PENDING"
  end
  return task.automatic and not (muted and muted < task.due) and "FINISHED" or "OVERDUE"
end

--- A lead's tasks as the API shows them, oldest first.
---@param store table
---@param lead_id integer
---@return table[] tasks a JSON array
function M.list(store, lead_id)
  local state = state_of(store)
  local list = json.array({})
  for i, task in ipairs(state.by_lead[lead_id] or {}) do
    list[i] = {
      id = task.id, content = task.content, taskType = task.type,
      status = status_of(store, task, state.muted[lead_id]), dueAt = times.iso(task.due),
      createdAt = times.iso(task.created), assignedTo = task.assignedTo, creatorId = account.caller.user_id,
    }
  end
  return list
end

--- Keeps the AI from writing to a lead, from now on and for good.
---@param store table
---@param lead_id integer
---@param since? integer epoch ms, now when absent
function M.mute(store, lead_id, since)
  local muted = state_of(store).muted
  muted[lead_id] = muted[lead_id] or since or store.now()
end

--- Whether the lead is muted.
---@param store table
---@param lead_id integer
---@return boolean
function M.is_muted(store, lead_id)
  return state_of(store).muted[lead_id] ~= nil
end

return M
