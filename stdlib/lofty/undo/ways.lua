--- Which way back each write has: a row an operation. What is not here has none that is known.
local gone = require "lofty.undo.gone"
local made = require "lofty.undo.made"
local targets = require "lofty.targets"
local operations = require "lofty.operations"
local updates = require "lofty.undo.updates"

local M = {}

---@class lofty.undo.Way
---@field why string|nil there is none, and this is why; %s stands for the id in the reply or the path
---@field id string|nil the member of the reply that has it
---@field plan (fun(write: lofty.undo.Write, now: table, target: lofty.Target, left: table|nil): lofty.undo.Plan)|nil
---@field absent (fun(write: lofty.undo.Write): lofty.undo.Plan)|nil for a thing that is not there
---@field target (fun(write: lofty.undo.Write): lofty.Target|nil)|nil

local function target_of(write)
  return targets.of(operations.find(write.operation), write.values, write.fields)
end

local function update(plan) return { plan = plan, target = target_of } end

local function switch(flag, back)
  return update(function(write, now, target) return updates.plan_switch(write, now, flag, back, target.id) end)
end

local UPDATE = update(function(write, now) return updates.plan(write, now) end)

local function none(why) return { why = why } end

local SENT = none("what was sent stays sent")
local STARTED = none("it started work of Lofty's, which stays done")
local ROUTING = none("loftyrun does not put routing rules back; do it in the CRM")
local BRANCH = none("Lofty's API does not show how it was; do it in the CRM")

---@type table<string, lofty.undo.Way>
local WAYS = {
  ["leads.update"] = UPDATE,
  ["leads.assign"] = update(updates.plan_roles),
  ["leads.create"] = { id = "leadId", why = "a lead that was made stays, with all that others have put to it since; "
    .. "loftyrun api leads.delete %s reason=... puts it into the trash" },
  ["leads.delete"] = none("Lofty's API cannot take a lead out of the trash; do it in the CRM"),
  ["leads.add_inquiry"] = none("an inquiry that was added cannot be taken out through Lofty's API"),
  ["leads.add_activity"] = none("an activity that was added cannot be taken out through Lofty's API"),
  ["leads.update_property"] = none("a property that was added or merged cannot be taken out through Lofty's API"),
  ["leads.sync_brokermint"] = BRANCH,
  ["notes.update"] = UPDATE,
  ["tasks.update"] = UPDATE,
  ["tasks.finish"] = switch(true, "tasks.unfinish"),
  ["tasks.unfinish"] = switch(false, "tasks.finish"),
  ["calendar.update"] = update(updates.plan_entry),
  ["calendar.finish"] = switch(true, "tasks.unfinish"),
  ["calendar.unfinish"] = switch(false, "tasks.finish"),
  ["v1.tasks.update"] = update(function(write, now, target)
    if write.fields.finishFlag then return updates.plan_switch(write, now, true, "tasks.unfinish", target.id) end
    return updates.plan(write, now)
  end),
  ["transactions.create"] = none("Lofty's API cannot delete a transaction; do it in the CRM"),
  ["transactions.update"] = UPDATE,
  ["transactions.set_property_address"] = update(updates.plan_address),
  ["transactions.sync_brokermint"] = BRANCH,
  ["team.add_custom_field"] = none("Lofty's API cannot delete a custom field; do it in the CRM"),
  ["agents.deactivate"] = none("an account is given back by a person: loftyrun api agents.reactivate %s"),
  ["agents.reactivate"] = none("an account is closed by a person: loftyrun api agents.deactivate %s"),
  ["agents.create"] = none("Lofty's API cannot delete an account; agents.deactivate closes it"),
  ["agents.add_tags"] = BRANCH,
  ["organization.add_office"] = none("Lofty's API cannot delete an office; do it in the CRM"),
  ["organization.update_company"] = BRANCH,
  ["organization.update_office"] = BRANCH,
  ["routing.update_rule"] = ROUTING,
  ["routing.update_default_rule"] = ROUTING,
  ["sales_agent.mute_lead"] = none("Lofty's API has no way to unmute; do it in the CRM"),
  ["sales_agent.update_settings"] = none("loftyrun does not put settings back; do it in the CRM"),
  ["sales_agent.add_working_leads"] = STARTED,
  ["sales_agent.create_plan_tasks"] = STARTED,
  ["sales_agent.send_sms_to_agent"] = SENT,
  ["ai.create_lead_analysis"] = STARTED,
  ["ai.generate_call_script"] = STARTED,
  ["ai.generate_call_summary"] = STARTED,
  ["ai.prepare_insight"] = STARTED,
  ["messages.send_email"] = none("an e-mail that was sent stays sent"),
  ["messages.send_sms"] = none("a text message that was sent stays sent"),
  ["notifications.email_to_agent"] = SENT,
  ["notifications.push_task_reminder"] = SENT,
  ["notifications.send_opportunity"] = SENT,
  ["notifications.sms_to_agent"] = SENT,
}

for name in pairs(made.rows) do
  WAYS[name] = { plan = made.plan, target = made.target, is_create = true }
end
for name in pairs(gone.rows) do
  WAYS[name] = { absent = gone.plan, target = target_of }
end

--- Why a write has no way back.
---@param way lofty.undo.Way
---@param write lofty.undo.Write
---@return string
function M.reason(way, write)
  local id = way.id and type(write.result) == "table" and write.result[way.id] or write.values[1]
  return (way.why:gsub("%%s", { ["%s"] = id and tostring(id) or "ID" }))
end

--- Every write of Lofty's API has a row here.
---@param operation string
---@return lofty.undo.Way
function M.of(operation)
  return WAYS[operation] or none("this loftyrun knows no way back")
end

return M
