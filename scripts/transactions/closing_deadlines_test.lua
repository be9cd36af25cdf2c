-- What can be relied on in closing_deadlines.lua. Run it with: loftyrun test
local lofty = require "lofty"
local t = require "lofty.test"
local it, expect = t.it, t.expect
local time = lofty.time

t.use { seed = "empty", clock = "2026-03-09T08:00-07:00" }

local lead

t.before_each(function()
  lead = lofty.leads.create({ firstName = "Ada", lastName = "Winter" }).leadId
  t.clock.advance(1) -- what was just made cannot be read at once
end)

local function fields(name, days, status)
  return { transactionName = name, transactionType = "Purchase", transactionStatus = status or "Under Contract",
    expectedCloseDate = t.clock.now() + days * time.DAY }
end

--- A deal that is expected to close in so many days.
local function deal(name, days, status)
  local made = lofty.transactions.create(lead, fields(name, days, status))
  t.clock.advance(1)
  t.forget_calls()
  return made
end

local function closings(...)
  t.clock.advance(1)
  return t.run_script("closing_deadlines.lua", "--zone", "America/Los_Angeles", ...)
end

it("shows deals that are late or close soon, and no others", function()
  deal("Elm Street", 3)
  deal("Oak Street", -2)
  deal("Ash Street", 40)
  deal("Fir Street", 2, "Closed")
  local run = closings()
  expect(run.exit_code):equals(0)
  expect(run.output):contains "2026-03-12  Elm Street, in 3 days"
  expect(run.output):contains "2026-03-07  Oak Street, 2 days late"
  expect(run.output):contains "1 late, 1 soon, 0 overdue tasks, passed over 1, 0 without a date, 0 failed"
end)

it("shows the overdue tasks of their leads", function()
  deal("Elm Street", 3)
  lofty.tasks.create { leadId = lead, type = "Call", content = "ring the bank", assignedRole = "Agent",
    endAt = time.iso(t.clock.now() - time.DAY, "UTC") }
  expect(closings().output):contains "overdue since 2026-03-08: Call: ring the bank"
end)

it("only reads without --tasks", function()
  deal("Elm Street", 3)
  closings()
  expect(t.calls { method = "GET" }):has_length(#t.calls())
end)

it("gives a deal one task, three days before it closes", function()
  deal("Elm Street", 10)
  expect(closings("--tasks").output):contains "created 1 tasks, 0 there already"
  local body = t.calls("tasks.create")[1].body
  expect(body):contains { leadId = lead, type = "Other", assignedRole = "Agent" }
  expect(time.parse(body.endAt)):equals(time.parse "2026-03-16T09:00:00-07:00")
end)

it("gives no second task, even where the first is finished", function()
  deal("Elm Street", 10)
  closings "--tasks"
  expect(closings("--tasks").output):contains "created 0 tasks, 1 there already"
  lofty.tasks.finish(lofty.tasks.list({ leadId = lead })[1].id)
  expect(closings("--tasks").output):contains "created 0 tasks, 1 there already"
  expect(t.calls "tasks.create"):has_length(1)
end)

it("gives a new task where the closing is put off", function()
  local made = deal("Elm Street", 5)
  closings "--tasks"
  lofty.transactions.update(lead, made.transactionId, fields("Elm Street", 8))
  expect(closings("--tasks").output):contains "created 1 tasks, 0 there already"
end)

it("says that a task could not be made", function()
  deal("Elm Street", 3)
  t.stub("tasks.create", t.refuse "PERMISSION_DENIED")
  local run = closings "--tasks"
  expect(run.exit_code):equals(8)
  expect(run.output):contains "1 failed"
end)

it("makes calls and to-dos only", function()
  expect(closings("--tasks", "--type", "Email").exit_code):equals(2)
  expect(t.calls "transactions.*"):has_length(0)
end)
