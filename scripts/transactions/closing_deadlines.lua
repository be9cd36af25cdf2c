#!/usr/bin/env loftyrun
-- Deals that close within some days or should have closed already, what is still to come before the closing, and the
-- tasks of their leads that are overdue. Plain text, for a terminal or a mail:
--   loftyrun scripts/transactions/closing_deadlines.lua | mail -s "Closings" you@example.com
--
-- A deal counts by its expectedCloseDate, as long as it has no closeDate and is in no stage that ends it. Lofty keeps no
-- mark that an inspection or appraisal was done, so what is called overdue here is the closing itself, a listing's
-- expiration, and open tasks past their deadline.
--
-- Usage    loftyrun scripts/transactions/closing_deadlines.lua [options]
--   --days N         deals that close within N days (default 14)
--   --skip NAME      pass over deals in this stage, in whatever letters; may be repeated (default Closed, Sold,
--                    Cancelled, Canceled, Withdrawn, Expired, Terminated, Fell Through, Dropped, Lost, Done)
--   --zone NAME      whose days they are: America/New_York, or local for this machine's (default local)
--   --tasks          give the agent one task for each of these deals
--   --type NAME      of which type: Call or Other, a to-do (default Other)
--   --before N       the task is due N days before the closing, but not before tomorrow (default 3)
--   --max N          at most N tasks in this run (default 25)
--   --help           print the usage
--
-- Calls    reads transactions.list, tasks.list; with --tasks writes tasks.create. It sees what the key's user sees.
-- Again    As often as you like. A deal has its task once: the task names the deal's id and the day of closing, and one
--          that is there, open or finished, is found again; a closing that is put off to another day gets a new one.
--          So give every run the same --zone.
--          It is safe to run twice one after the other, but not two copies with --tasks at once. In a crontab: loftyrun
--          --lock ...
-- Ends     0 done; 2 wrong usage; 3 no or bad credentials; 4 the key may not do this, or five leads in a row were
--          refused; 5 Lofty unreachable or failing: run again later; 8 done, but something could not be read or made
--          (see the warnings)

local lofty = require "lofty"
local args = require "lofty.args"
local chores = require "lofty.chores"
local time, try = lofty.time, lofty.try

local options = args.parse({
  purpose = "Deals that close soon or are late, what is to come before, and overdue tasks of their leads.",
  options = {
    { name = "days", value = "N", type = "integer", min = 0, max = 3650, default = 14,
      help = "deals that close within N days" },
    { name = "skip", value = "NAME", many = true, default = { "Closed", "Sold", "Cancelled", "Canceled", "Withdrawn",
      "Expired", "Terminated", "Fell Through", "Dropped", "Lost", "Done" },
      help = "pass over deals in this stage; may be repeated" },
    { name = "zone", value = "NAME", type = "zone", default = "local",
      help = "whose days they are, such as America/New_York" },
    { name = "tasks", help = "give the agent one task for each of these deals" },
    { name = "type", value = "NAME", default = "Other", help = "of which type: Call or Other, a to-do" },
    { name = "before", value = "N", type = "integer", min = 0, max = 365, default = 3,
      help = "the task is due N days before the closing, but not before tomorrow" },
    { name = "max", value = "N", type = "integer", min = 1, default = 25, help = "at most N tasks in this run" },
  },
}, arg)

if options.type ~= "Call" and options.type ~= "Other" then
  args.fail(('--type must be Call or Other, got "%s"'):format(options.type))
end

local zone = options.zone
local now = lofty.now()
local today = time.midnight(now, zone)
local tomorrow, after_last = time.midnight(now, zone, 1), time.midnight(now, zone, options.days + 1)
local skipped_stages = {}
for _, name in ipairs(options.skip) do skipped_stages[name:lower()] = true end

local count = { late = 0, soon = 0, passed_over = 0, undated = 0, overdue = 0, created = 0, there = 0, failed = 0 }
local refusals = chores.refusals()
local is_full = false

-- Dates of a deal that may still be to come, and what they are called.
local STEPS = { { "homeInspectionDate", "inspection" }, { "appraisalDate", "appraisal" }, { "escrowDate", "escrow" },
  { "contractDate", "contract" }, { "expiration", "expiration" } }

local function day_text(moment)
  local day = time.fields(moment, zone)
  return ("%04d-%02d-%02d"):format(day.year, day.month, day.day)
end

--- Whole days of the calendar from today, below 0 for days that are past.
local function days_until(moment)
  return (time.midnight(moment, zone) - today + time.DAY // 2) // time.DAY
end

local function in_days(days)
  if days == 0 then return "today" end
  return days < 0 and ("%d days late"):format(-days) or ("in %d days"):format(days)
end

--- The moment a field of a deal holds; nil where it is absent or, with a warning, not understood.
local function moment(item, id, field)
  local at, unreadable = time.parse(item[field])
  if unreadable then
    count.failed = count.failed + 1
    lofty.failed("time not understood", { id = item[id], field = field, said = unreadable })
  end
  return at
end

--- What is known of a deal that is to be shown; nil for all others.
local function pending(deal)
  if moment(deal, "transactionId", "closeDate") then return nil end
  local closes = moment(deal, "transactionId", "expectedCloseDate")
  local ended = skipped_stages[(deal.transactionStatus or ""):lower()]
  if not closes then
    if not ended then count.undated = count.undated + 1 end
    return nil
  elseif closes >= after_last then
    return nil
  elseif ended then
    count.passed_over = count.passed_over + 1
    return nil
  end
  local item = { at = closes, id = deal.transactionId, leadId = deal.leadId, name = deal.transactionName, steps = {},
    lead = deal.leadName, agent = deal.agentName, stage = deal.transactionStatus, type = deal.transactionType }
  for _, step in ipairs(STEPS) do
    local at = moment(deal, "transactionId", step[1])
    local is_listing_out = step[1] == "expiration" and at and at < today
    if at and (at >= today or is_listing_out) then
      item.steps[#item.steps + 1] = ("%s %s, %s"):format(step[2], day_text(at), in_days(days_until(at)))
    end
  end
  return item
end

--- The deals to show, the earliest closing first.
local function deals()
  local list = {}
  for deal in lofty.transactions.each_all() do list[#list + 1] = pending(deal) end
  table.sort(list, function(a, b)
    if a.at ~= b.at then return a.at < b.at end
    return a.id < b.id
  end)
  return list
end

--- How the task of a deal is known again, whatever the deal is called by then.
local function mark_of(deal) return ("(deal %d closes %s)"):format(deal.id, day_text(deal.at)) end

--- At nine o'clock so many days before the closing, tomorrow at the earliest.
local function due_of(deal)
  local day = time.fields(math.max(time.midnight(deal.at, zone, -options.before), tomorrow), zone)
  return time.moment { year = day.year, month = day.month, day = day.day, hour = 9, zone = zone }
end

--- Gives the agent the task, unless it is there.
local function give_task(deal, tasks)
  for _, task in ipairs(tasks) do
    if (task.content or ""):find(mark_of(deal), 1, true) then
      count.there = count.there + 1
      return "task is there" .. (task.finishFlag and ", finished" or "")
    end
  end
  if count.created >= options.max then
    is_full = true
    return "no task: --max is reached"
  end
  local due = due_of(deal)
  lofty.tasks.create({
    type = options.type,
    leadId = deal.leadId,
    content = ("Closing of %s %s"):format(deal.name or "a deal", mark_of(deal)),
    assignedRole = "Agent",
    endAt = time.iso(due, zone),
  }, { verify = true })
  count.created = count.created + 1
  return ("task created, due %s"):format(day_text(due))
end

local function say_overdue(tasks)
  for _, task in ipairs(tasks) do
    local due = not task.finishFlag and moment(task, "id", "endAt")
    if due and due < now then
      count.overdue = count.overdue + 1
      print(("    overdue since %s: %s: %s"):format(day_text(due), task.type or "task", task.content or ""))
    end
  end
end

local function say(deal)
  local days = days_until(deal.at)
  local which = days < 0 and "late" or "soon"
  count[which] = count[which] + 1
  print(("\n%s  %s, %s"):format(day_text(deal.at), deal.name or "unnamed", in_days(days)))
  print(("    %s, %s; %s; agent %s"):format(deal.type or "no type", deal.stage or "no stage", deal.lead or "no lead",
    deal.agent or "unknown"))
  for _, step in ipairs(deal.steps) do print("    " .. step) end
  local tasks, err = try(lofty.tasks.list, { leadId = deal.leadId })
  local said
  if not err then
    say_overdue(tasks)
    if options.tasks then said, err = try(give_task, deal, tasks) end
  end
  if err then
    refusals:count(err, "tasks of the deal's lead not seen or made", { deal = deal.id, lead = deal.leadId })
    count.failed = count.failed + 1
  else
    refusals:success()
  end
  if said then print("    " .. said) end
end

print(("Closings until %s"):format(day_text(after_last - 1)))
for _, deal in ipairs(deals()) do say(deal) end
print(("\n%d late, %d soon, %d overdue tasks, passed over %d, %d without a date, %d failed"):format(count.late, count.soon,
  count.overdue, count.passed_over, count.undated, count.failed))
if options.tasks then print(("created %d tasks, %d there already"):format(count.created, count.there)) end
if is_full then print(("stopped at %d tasks (--max): run again for the others"):format(options.max)) end
