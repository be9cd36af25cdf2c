-- What can be relied on in finish_overdue.lua. Run it with: loftyrun test
local lofty = require "lofty"
local t = require "lofty.test"
local describe, it, expect = t.describe, t.it, t.expect

describe("finish_overdue.lua", function()
  t.use { seed = "empty", clock = "2026-03-09T08:00-07:00" }
  local lead

  --- A task that was due so many days ago.
  local function task(content, days, type)
    return lofty.tasks.create { leadId = lead, type = type or "Call", content = content, assignedRole = "Agent",
      endAt = lofty.time.iso(lofty.now() - days * lofty.time.DAY, "UTC") }.taskId
  end

  t.before_each(function()
    lead = lofty.leads.create { firstName = "Ada", lastName = "Winter" }.leadId
    t.clock.advance(1) -- what was just made cannot be read at once
  end)

  it("finishes what is overdue for a day, and nothing else", function()
    local old, fresh, mail = task("ring back", 3), task("look again", 0.5), task("write", 2, "Email")
    t.forget_calls()
    local run = t.run_script "finish_overdue.lua"
    expect(run.output):contains "finished 2, left 0 to Smart Plans, 0 gone, 0 failed"
    expect(run.exit_code):equals(0)
    expect(t.calls "tasks.finish"):has_length(2)
    t.clock.advance(1)
    expect(lofty.tasks.get(old).finishFlag):is_true()
    expect(lofty.tasks.get(mail).finishFlag):is_true()
    expect(lofty.tasks.get(fresh).finishFlag):is_false()
  end)

  it("does nothing the second time", function()
    task("ring back", 3)
    t.run_script "finish_overdue.lua"
    expect(t.run_script("finish_overdue.lua").output):contains "finished 0"
    expect(t.calls "tasks.finish"):has_length(1)
  end)

  it("only says what it would do with --preview", function()
    task("ring back", 3)
    expect(t.run_script("finish_overdue.lua", "--preview").output):contains "would finish 1"
    expect(t.calls "tasks.finish"):has_length(0)
  end)

  it("leaves a Smart Plan its tasks", function()
    task("ring back", 3)
    t.stub("tasks.finish", t.refuse "TASK_IS_SMARTPLAN")
    local run = t.run_script "finish_overdue.lua"
    expect(run.output):contains "left 1 to Smart Plans"
    expect(run.exit_code):equals(0)
  end)

  it("fails where Lofty refuses for another reason", function()
    task("ring back", 3)
    t.stub("tasks.finish", t.refuse "PERMISSION_DENIED")
    expect(t.run_script("finish_overdue.lua").exit_code):equals(8)
  end)

  it("refuses a type that there is not", function()
    expect(t.run_script("finish_overdue.lua", "--type", "Fax").exit_code):equals(2)
    expect(t.calls "tasks.*"):has_length(0)
  end)
end)
