-- What can be relied on in speed_to_lead.lua. Run it with: loftyrun test
local lofty = require "lofty"
local t = require "lofty.test"
local it, expect = t.it, t.expect

t.use { seed = "demo", clock = "2026-03-09T08:00-07:00" }

local lead
t.before_each(function()
  lead = lofty.leads.list({ limit = 1 })[1].leadId
  t.forget_calls()
end)

it("makes one call task, due in half an hour, and tells the agent once", function()
  local handlers = t.serve "speed_to_lead.lua"
  handlers:event("lead.created", { leadId = lead })
  handlers:event("lead.created", { leadId = lead })
  expect(t.calls "tasks.create"):has_length(1)
  local body = t.calls("tasks.create")[1].body
  expect(body):contains { leadId = lead, type = "Call", content = "Call this new lead" }
  expect(lofty.time.parse(body.endAt)):equals(t.clock.now() + 30 * 60 * 1000)
  expect(t.calls "notifications.push_task_reminder"):has_length(1)
end)

it("does nothing about a lead that is gone", function()
  local handlers = t.serve "speed_to_lead.lua"
  handlers:event("lead.created", { leadId = 1187300000000999 }, { attempt = 3 })
  expect(t.calls { method = "POST" }):has_length(0)
end)

it("is tried again as long as a new lead cannot be read", function()
  local handlers = t.serve "speed_to_lead.lua"
  expect(function() handlers:event("lead.created", { leadId = 1187300000000999 }) end):raises "LEAD_NOT_EXIST"
end)
