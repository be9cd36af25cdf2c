-- What can be relied on in reengage_stale.lua. Run it with: loftyrun test
local lofty = require "lofty"
local t = require "lofty.test"
local it, expect = t.it, t.expect

t.use { seed = "empty", clock = "2026-03-09T08:00-07:00" }

local numbers = 0

--- A lead in a stage that is looked at, with a phone of its own, unless the fields say otherwise.
local function lead(name, fields)
  fields = fields or {}
  numbers = numbers + 1 -- Lofty merges leads with the same number
  fields.firstName, fields.stage = name, "Contacted"
  fields.phones = fields.phones or { ("20755501%02d"):format(numbers) }
  return lofty.leads.create(fields).leadId
end

local function run(...)
  t.forget_calls()
  return t.run_script("reengage_stale.lua", ...)
end

it("gives each stale lead one call task, due tomorrow", function()
  local stale = lead "Ada"
  t.clock.advance "40d"
  lead "Bea"
  t.clock.advance(1) -- what was just made cannot be read at once
  local result = run()
  expect(result.exit_code):equals(0)
  expect(result.output):contains "created 1 tasks, 0 open already, passed over 0 leads, 0 failed"
  local tasks = t.calls "tasks.create"
  expect(tasks):has_length(1)
  expect(tasks[1].body):contains { leadId = stale, type = "Call", content = "Re-engage: call" }
  expect(lofty.time.parse(tasks[1].body.endAt)):equals(t.clock.now() + lofty.time.DAY)
end)

it("does nothing while the task is open, and goes on once it is finished", function()
  local stale = lead "Ada"
  t.clock.advance "40d"
  run()
  t.clock.advance(1)
  expect(run().output):contains "created 0 tasks, 1 open already"
  expect(t.calls "tasks.create"):has_length(0)
  lofty.tasks.finish(lofty.tasks.list({ leadId = stale })[1].id)
  t.clock.advance "40d"
  expect(run().output):contains "created 1 tasks, 0 open already"
end)

it("only says what it would do with --preview", function()
  lead "Ada"
  t.clock.advance "40d"
  expect(run("--preview", "--tag", "Recall").output):contains "would create 1 tasks"
  expect(t.calls { method = "POST" }):has_length(0)
  expect(t.calls { method = "PUT" }):has_length(0)
end)

it("passes over who must not be called", function()
  lead("Ada", { unsubscription = true })
  lead("Bea", { cannotCall = true })
  lead("Cal", { tagsAdd = { "dnc" } })
  lead("Dee", { phones = {} })
  t.clock.advance "40d"
  local output = run().output
  expect(output):contains "created 0 tasks, 0 open already, passed over 4 leads, 0 failed"
  expect(output):contains "Ada (Contacted), 40 days: unsubscribed"
  expect(output):contains "Bea (Contacted), 40 days: must not be called"
  expect(output):contains "Cal (Contacted), 40 days: tagged DNC"
  expect(output):contains "Dee (Contacted), 40 days: no usable phone"
  expect(t.calls "tasks.create"):has_length(0)
end)

it("keeps at most --max calls open", function()
  lead "Ada"
  lead "Bea"
  t.clock.advance "40d"
  run("--max", 1)
  t.clock.advance(1)
  expect(run("--max", 1).output):contains "created 0 tasks, 1 open already"
end)

it("tags the lead where it is told to", function()
  local stale = lead "Ada"
  t.clock.advance "40d"
  run("--tag", "Recall")
  t.clock.advance(1)
  expect(lofty.leads.get(stale).tags):contains { tagName = "Recall" }
end)

it("goes on after a lead that Lofty refuses", function()
  lead "Ada"
  lead "Bea"
  t.clock.advance "40d"
  t.stub("tasks.create", t.refuse "PERMISSION_DENIED")
  local result = run()
  expect(result.exit_code):equals(8)
  expect(result.output):contains "created 0 tasks, 0 open already, passed over 0 leads, 2 failed"
end)

it("refuses a stage that the team does not have", function()
  expect(run("--stage", "contacted").exit_code):equals(2)
  expect(t.calls "leads.*"):has_length(0)
end)
