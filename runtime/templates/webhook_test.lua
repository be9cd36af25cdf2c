-- What can be relied on in webhook.lua. Run it with: loftyrun test
-- Each test has an account of its own, which is only pretended. Events are handed over as loftyrun serve would.
local lofty = require "lofty"
local t = require "lofty.test"
local it, expect = t.it, t.expect

t.use { seed = "empty", clock = "2026-03-09T08:00-07:00" }

local lead

t.before_each(function()
  lead = lofty.leads.create({ firstName = "Ada" }).leadId
  t.clock.advance(1) -- as with Lofty, what was just made can be read a moment later
  t.forget_calls()
end)

it("writes one note, however often the event comes", function()
  local handlers = t.serve "webhook.lua"
  handlers:event("lead.created", { leadId = lead })
  handlers:event("lead.created", { leadId = lead })
  local notes = t.calls "notes.create"
  expect(notes):has_length(1)
  expect(notes[1].body):contains { leadId = lead, content = "Welcome" }
end)

it("is tried again where Lofty refuses", function()
  t.stub("notes.create", t.refuse "PERMISSION_DENIED")
  local handlers = t.serve "webhook.lua"
  expect(function() handlers:event("lead.created", { leadId = lead }) end):raises "PERMISSION_DENIED"
end)

it("does nothing about a lead that is gone", function()
  t.stub("leads.get", t.refuse "LEAD_NOT_EXIST")
  local handlers = t.serve "webhook.lua"
  handlers:event("lead.created", { leadId = lead }, { attempt = 3 })
  expect(t.calls "notes.create"):has_length(0)
end)
