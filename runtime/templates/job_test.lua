-- What can be relied on in job.lua. Run it with: loftyrun test
-- Each test has an account of its own, which is only pretended. The job is run as loftyrun serve would when it is due.
local lofty = require "lofty"
local t = require "lofty.test"
local it, expect = t.it, t.expect

t.use { seed = "empty", clock = "2026-03-09T06:00-04:00" }

it("is due on weekdays at half past six", function()
  local jobs = t.serve "job.lua"
  expect(jobs.registrations):contains { kind = "schedule", name = "job", expression = "30 6 * * MON-FRI" }
end)

it("reads the leads that wait, and writes nothing", function()
  lofty.leads.create { firstName = "Ada", stage = "New Lead" }
  t.clock.advance(1) -- as with Lofty, what was just made can be read a moment later
  local jobs = t.serve "job.lua"
  local calls = jobs:job("job", { at = "2026-03-09T06:30-04:00" })
  expect(calls):has_length(1)
  expect(calls[1]):contains { operation = "leads.list", method = "GET" }
  expect(calls[1].query):contains { stage = "New Lead" }
end)

it("fails where Lofty refuses, and so is tried again", function()
  t.stub("leads.list", t.refuse "PERMISSION_DENIED")
  local jobs = t.serve "job.lua"
  expect(function() jobs:job "job" end):raises "PERMISSION_DENIED"
end)
