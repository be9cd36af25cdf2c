-- What can be relied on in daily_brief.lua. Run it with: loftyrun test
local lofty = require "lofty"
local t = require "lofty.test"
local it, expect = t.it, t.expect
local time = lofty.time

t.use { seed = "empty", clock = "2026-03-09T08:00-07:00" }

local function lead(name, stage) return lofty.leads.create({ firstName = name, stage = stage }).leadId end

local function task(lead_id, content, due)
  lofty.tasks.create { leadId = lead_id, type = "Call", content = content, assignedRole = "Agent",
    endAt = time.iso(due, "UTC") }
end

--- Two hot leads of some 40 days ago and a new one, an overdue task and one for today, whatever the time zone.
local function fill()
  local first = lead("Ada", "Hot")
  t.clock.advance "1d"
  lead("Bea", "Hot")
  t.clock.advance "40d"
  lead("Cal", "Hot")
  task(first, "ring back", t.clock.now() - time.DAY)
  task(first, "sign", time.midnight(t.clock.now(), "local", 1) - 60000)
  task(first, "much later", t.clock.now() + 9 * time.DAY)
  t.clock.advance(1) -- what was just made cannot be read at once
  t.forget_calls()
end

it("counts what is new, overdue, due today and waiting", function()
  fill()
  local run = t.run_script "daily_brief.lua"
  expect(run.exit_code):equals(0)
  expect(run.output):contains "\n1 new, 1 overdue, 1 today, 2 waiting, 0 subscriptions\n"
  expect(run.output):matches "Overdue: 1\n[^\n]*ring back"
  expect(run.output):matches "Still to do today: 1\n[^\n]*sign"
  expect(run.output).never:contains "much later"
end)

it("only reads", function()
  fill()
  t.run_script "daily_brief.lua"
  expect(t.calls { method = "GET" }):has_length(#t.calls())
end)

it("shows at most --top lines, and counts all", function()
  fill()
  local run = t.run_script("daily_brief.lua", "--top", 1)
  expect(run.output):matches "for 7 days: 2\n[^\n]*Ada[^\n]*\n  %.%.%. and 1 more"
end)

it("writes one JSON object for other programs", function()
  fill()
  local brief = lofty.json.decode(t.run_script("daily_brief.lua", "--json").output)
  expect(brief.at):equals(t.clock.now())
  expect(brief.waiting.count):equals(2)
  expect(brief.new_leads.items):contains { name = "Cal", stage = "Hot" }
end)

it("leaves out hot leads where the team has no stage Hot", function()
  t.stub("team.list_pipelines", { { id = 1, name = "Contacted" } })
  local run = t.run_script "daily_brief.lua"
  expect(run.exit_code):equals(0)
  expect(run.output):contains "Hot leads left out"
end)

it("is still worth reading where subscriptions are not to be seen", function()
  t.stub("webhooks.list", t.refuse "PERMISSION_DENIED")
  local run = t.run_script "daily_brief.lua"
  expect(run.exit_code):equals(8)
  expect(run.output):contains "0 new, 0 overdue, 0 today"
end)

it("ends with exit code 4 where leads are refused", function()
  t.stub("leads.list", t.refuse "PERMISSION_DENIED")
  expect(t.run_script("daily_brief.lua").exit_code):equals(4)
end)

it("refuses a stage that the team does not have", function()
  expect(t.run_script("daily_brief.lua", "--hot", "Hto").exit_code):equals(2)
end)
