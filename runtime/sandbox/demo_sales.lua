--- The demo seed's working leads, their plans, and the AI's summary of a call.

local times = require "sandbox.times"
local working_leads = require "sandbox.working_leads"
local plan_tasks = require "sandbox.plan_tasks"
local ai_calls = require "sandbox.ai_calls"

local M = {}

-- Each row: lead's last name, stage, days ago it was added, hours ago it was last worked on, more.
local WORKING = {
  { "Ashby", "AI_PROSPECTING", 1, 20, plan = true },
  { "Thornton", "AI_PROSPECTING", 2, 30, plan = true },
  { "Tanaka", "AI_PROSPECTING", 3, 26 },
  { "Castellano", "HIGH_PRIORITY", 4, 5, plan = true },
  { "Haddad", "AI_MONITORING", 11, 250, plan = true, muted = true },
  { "Desrosiers", "HIGH_PRIORITY", 20, 3 },
  { "Qureshi", "AI_MONITORING", 60, 600 },
}

local SUMMARIZED = "Johnston" -- whose recorded call was summarized long ago

local function summarize(store, now, lead_id)
  for _, entry in ipairs(store.communications.by_lead[lead_id] or {}) do
    if entry.dialer and entry.dialer.recording then
      ai_calls.add(store, entry, now - times.DAY)
    end
  end
end

--- Fills the store.
---@param store table with the demo leads and their calls
---@param now integer epoch milliseconds
---@param by_name table<string, table> leads by last name
function M.fill(store, now, by_name)
  for _, row in ipairs(WORKING) do
    local id, created = by_name[row[1]].leadId, now - row[3] * times.DAY
    working_leads.add(store, id, row[2], created, now - row[4] * times.HOUR)
    if row.plan then
      plan_tasks.add(store, id, created)
    end
    if row.muted then
      plan_tasks.mute(store, id, created + times.HOUR)
    end
  end
  summarize(store, now, by_name[SUMMARIZED].leadId)
end

return M
