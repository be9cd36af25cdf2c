#!/usr/bin/env loftyrun
-- A new lead gets a call task that is due in half an hour, and its agent a push on the phone. Once each.
--
-- loftyrun: allow notify_agents, at most 500 a day
--
-- A file of handlers: loftyrun serve runs it for each new lead that Lofty's webhooks tell of (list lead_info). A lead that
-- nobody has gets the task, which falls to whom Lofty gives it.
--
-- Usage    loftyrun serve --listen 127.0.0.1:8443 scripts/webhooks/speed_to_lead.lua
--   --help   print the usage
--
-- Calls    reads leads.get, with a lost reply tasks.list; writes tasks.create, notifications.push_task_reminder.
-- Again    lofty.once remembers for a year whose task was made and whose agent was told, whatever comes twice or is
--          killed. Where nobody can know whether a push was sent it is not sent again, and the log says so. A lead that
--          cannot be read yet is tried again, in 5 seconds and 5 minutes; then it counts as deleted or merged.
-- Ends     loftyrun serve goes on; an event whose call failed is tried again, and after nine times rests as dead in
--          loftyrun inbox list state=dead

local lofty = require "lofty"
local args = require "lofty.args"

args.parse({ purpose = "A call task and a push for each new lead. Give it to loftyrun serve --listen.", options = {} }, arg)

--- Change these in a copy of your own.
local DUE_MINUTES = 30
local CONTENT = "Call this new lead"

local KEPT = { ttl = "365d" }

lofty.on.webhook("lead.created", { name = "speed-to-lead" }, function(event)
  local lead = event:fetch()
  if not lead then return end
  local task = lofty.once("speed to lead " .. lead.leadId, function()
    return lofty.tasks.create {
      leadId = lead.leadId, type = "Call", content = CONTENT, assignedRole = "Agent",
      endAt = lofty.time.iso(lofty.now() + DUE_MINUTES * 60 * 1000),
    }
  end, KEPT)
  local _, err = lofty.try(lofty.once, "speed to lead push " .. lead.leadId, function()
    return lofty.notifications.push_task_reminder { taskId = task.taskId, type = "TASK" }
  end, KEPT)
  if not lofty.error.is_error(err) then return end -- what was done before comes with true in its place
  if err:is "ONCE_UNSETTLED" then
    lofty.log.warn("whether the agent was told cannot be known; not told again", { lead = lead.leadId })
  else
    error(err, 0)
  end
end)
