-- What can be relied on in script.lua. Run it with: loftyrun test
-- Each test has an account of its own, which is only pretended, and a clock that stands still.
local lofty = require "lofty"
local t = require "lofty.test"
local it, expect = t.it, t.expect

t.use { seed = "empty", clock = "2026-03-09T08:00-07:00" }

local old

t.before_each(function()
  old = lofty.leads.create({ firstName = "Ada" }).leadId
  t.clock.advance "3d"
  lofty.leads.create { firstName = "Bea" }
  t.clock.advance(1) -- as with Lofty, what was just made can be read a moment later
  t.forget_calls()
end)

it("tags the leads that wait, and no others", function()
  local run = t.run_script("script.lua", "--days", 2, "--tag", "Late")
  expect(run.exit_code):equals(0)
  expect(run.output):contains "tagged 1"
  local calls = t.calls "leads.update"
  expect(calls):has_length(1)
  expect(calls[1].path):contains(tostring(old))
  expect(calls[1].body):equals { tagsAdd = { "Late" } }
end)

it("does nothing the second time", function()
  t.run_script "script.lua"
  t.clock.advance(1)
  expect(t.run_script("script.lua").output):contains "tagged 0"
  expect(t.calls "leads.update"):has_length(1)
end)

it("ends with exit code 8 where Lofty refuses a lead", function()
  t.stub("leads.update", t.refuse "PERMISSION_DENIED")
  expect(t.run_script("script.lua").exit_code):equals(8)
end)

it("names a lead whose age it cannot tell", function()
  t.stub("leads.list", { { leadId = old, firstName = "Ada" } })
  expect(t.run_script("script.lua").exit_code):equals(8)
  expect(t.calls "leads.update"):has_length(0)
end)

it("ends with exit code 2 where it is used wrongly", function()
  expect(t.run_script("script.lua", "--days", "soon").exit_code):equals(2)
  expect(t.calls()):has_length(0)
end)
