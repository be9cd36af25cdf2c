#!/usr/bin/env loftyrun
-- Finishes your overdue tasks, so that the list shows what is really to be done.
--
-- Tasks of a Smart Plan are left alone, because Lofty lets only the plan finish them (TASK_IS_SMARTPLAN), and so are
-- appointments. Each task touched or left is one line of the output, and the last line adds up.
--
-- Usage    loftyrun scripts/tasks/finish_overdue.lua [options]
--   --days N      overdue for at least N days; 0 takes every overdue task (default 1)
--   --type TYPE   only tasks of this type: Call, Email, Text or Other; may be repeated (default: all of them)
--   --max N       finish at most N tasks in this run (default 1000)
--   --preview     say which tasks would be finished and finish none; which belong to a Smart Plan only shows then
--   --help        print the usage
--
-- Calls    reads tasks.mine; writes tasks.finish. They need a user's key, and access to the leads of the tasks.
-- Again    A second run finds the finished tasks finished and does nothing. A run that was cut short is completed by
--          the next one. tasks.unfinish takes back what was finished by mistake.
-- Ends     0 done; 2 wrong usage; 3 no or bad credentials; 4 the key may not do this, or five tasks in a row were
--          refused; 5 Lofty unreachable or failing: run again later; 8 done, but Lofty refused to finish some task for
--          another reason than a Smart Plan (see the warnings)

local lofty = require "lofty"
local args = require "lofty.args"
local chores = require "lofty.chores"
local time, try, code = lofty.time, lofty.try, lofty.code

local TYPES = { Call = true, Email = true, Text = true, Other = true }

local options = args.parse({
  purpose = "Finishes your overdue tasks. Leaves those of Smart Plans alone, and appointments.",
  options = {
    { name = "days", value = "N", type = "integer", min = 0, max = 3650, default = 1,
      help = "overdue for at least N days; 0 takes every overdue task" },
    { name = "type", value = "TYPE", many = true, default = { "Call", "Email", "Text", "Other" },
      help = "only tasks of this type; may be repeated" },
    { name = "max", value = "N", type = "integer", min = 1, default = 1000, help = "finish at most N tasks in this run" },
    { name = "preview", help = "say which tasks would be finished and finish none" },
  },
}, arg)

local wanted_types = {}
for _, name in ipairs(options.type) do
  if not TYPES[name] then args.fail(('--type must be Call, Email, Text or Other, got "%s"'):format(name)) end
  wanted_types[name] = true
end

local latest_due = lofty.now() - options.days * time.DAY
local count = { finished = 0, smart_plan = 0, gone = 0, failed = 0 }
local refusals = chores.refusals()

local function say(what, task, due, why)
  print(("%-8s  %d  %s (%s), due %s%s"):format(what, task.id, task.content or "no content", task.leadName or "no lead",
    time.iso(due):sub(1, 10), why and ": " .. why or ""))
end

--- The moment since which a task is overdue long enough; nil for all other tasks.
local function overdue_since(task)
  if task.finishFlag or not wanted_types[task.type] then return nil end
  local due, unreadable = time.parse(task.endAt)
  if unreadable then
    count.failed = count.failed + 1
    lofty.failed("deadline not understood, task left as it is", { task = task.id, said = unreadable })
  end
  return due and due <= latest_due and due or nil
end

local function finish(task, due)
  if options.preview then
    count.finished = count.finished + 1
    return say("would", task, due)
  end
  local _, err = try(lofty.tasks.finish, task.id)
  if not err then
    refusals:success()
    count.finished = count.finished + 1
    say("finished", task, due)
  elseif err:is(code.TASK_IS_SMARTPLAN) then
    count.smart_plan = count.smart_plan + 1
    say("left", task, due, err.code)
  elseif err:is(code.TASK_NOT_EXIST, code.LEAD_NOT_EXIST) then
    -- Somebody deleted it, or its lead, since the list was read.
    count.gone = count.gone + 1
    say("gone", task, due, err.code)
  else
    refusals:count(err, "task not finished", { task = task.id })
    count.failed = count.failed + 1
  end
end

-- The times are asked for in UTC: without that they come in the caller's own zone, and do not say which. Lofty finds
-- the next page by the last task of this one; the library has read it before that task changes.
for task in lofty.tasks.each_mine { timeZoneCode = "UTC" } do
  local due = overdue_since(task)
  if due then finish(task, due) end
  if count.finished >= options.max then break end
end

if count.finished >= options.max then
  print(("stopped at %d tasks (--max): there may be more for another run"):format(options.max))
end
if options.preview then
  print(("would finish %d, less those of Smart Plans; %d failed"):format(count.finished, count.failed))
else
  print(("finished %d, left %d to Smart Plans, %d gone, %d failed"):format(
    count.finished, count.smart_plan, count.gone, count.failed))
end
