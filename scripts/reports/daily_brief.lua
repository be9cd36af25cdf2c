#!/usr/bin/env loftyrun
-- The morning brief: new leads, what is due and overdue, hot leads that wait, and where Lofty delivers events to.
-- Plain text, for a terminal or a mail: loftyrun scripts/reports/daily_brief.lua | mail -s "Today" you@example.com
--
-- Usage    loftyrun scripts/reports/daily_brief.lua [options]
--   --hours N        leads are new when they came in the last N hours (default 24)
--   --hot NAME       a stage whose leads must not wait; may be repeated (default Hot, where the team has it)
--   --stale-days N   a hot lead waits when nobody has touched it for N days (default 7)
--   --top N          at most N lines in each part; the numbers count all (default 10)
--   --json           one JSON object instead, for other programs; times in milliseconds since 1970; `waiting` is null
--                    where the team has no stage Hot and --hot names no other
--   --help           print the usage
--
-- Today is the day on this machine's clock; for another one: TZ=America/New_York loftyrun ...
--
-- Calls    reads team.list_pipelines, leads.list, tasks.mine, webhooks.list; writes nothing. It sees what the key's
--          user sees.
-- Again    As often as you like: it changes nothing.
-- Ends     0 done; 2 wrong usage; 3 no or bad credentials; 4 refused; 5 Lofty unreachable or failing: run again later;
--          8 done, but some item could not be read or understood (see the warnings)

local lofty = require "lofty"
local args = require "lofty.args"
local chores = require "lofty.chores"
local time = lofty.time

local DEFAULT_HOT = { "Hot" }

local options = args.parse({
  purpose = "The morning brief: new leads, tasks, hot leads that wait, subscriptions. Changes nothing.",
  options = {
    { name = "hours", value = "N", type = "integer", min = 1, max = 8760, default = 24,
      help = "leads are new when they came in the last N hours" },
    { name = "hot", value = "NAME", many = true, default = DEFAULT_HOT,
      help = "a stage whose leads must not wait; may be repeated" },
    { name = "stale-days", value = "N", type = "integer", min = 1, max = 3650, default = 7,
      help = "a hot lead waits when nobody has touched it for N days" },
    { name = "top", value = "N", type = "integer", min = 1, max = 1000, default = 10,
      help = "at most N lines in each part; the numbers count all" },
    { name = "json", help = "one JSON object instead, for other programs" },
  },
  notes = "Today is the day on this machine's clock; for another one: TZ=America/New_York loftyrun ...",
}, arg)

local now = lofty.now()
local today, tomorrow = time.midnight(now, "local"), time.midnight(now, "local", 1)

--- A part of the brief: it counts everything and keeps the first lines of it, so that its size does not depend on how
--- much there is.
local function new_part() return { count = 0, items = lofty.array {} } end

--- Adds an item; `first` says which of two comes first.
local function add(part, item, first)
  part.count = part.count + 1
  local items, place = part.items, #part.items + 1
  while place > 1 and first(item, items[place - 1]) do place = place - 1 end
  if place <= options.top then
    table.insert(items, place, item)
    items[options.top + 1] = nil
  end
end

local function earlier(a, b) return a.at < b.at end
local function later(a, b) return a.at > b.at end

--- The moment a field holds; nil where it is absent or, with a warning, not understood.
local function moment(item, id, field)
  local at, unreadable = time.parse(item[field])
  if unreadable then lofty.failed("time not understood", { id = item[id], field = field, said = unreadable }) end
  return at
end

local function lead_item(lead, at)
  local name = ("%s %s"):format(lead.firstName or "", lead.lastName or ""):match("^%s*(.-)%s*$")
  return { at = at, leadId = lead.leadId, name = name, stage = lead.stage, source = lead.source, score = lead.score,
    phone = (lead.phones or {})[1] }
end

--- The newest leads come first, and reading ends with the first page that has no new one. Whole pages, because those
--- that came at nearly the same time may be in any order.
local function new_leads()
  local part, since = new_part(), now - options.hours * time.HOUR
  for page in lofty.leads.each({ sort = "CreateTime", desc = true }):pages() do
    local before = part.count
    for _, lead in ipairs(page) do
      local created = moment(lead, "leadId", "createTime")
      if created and created >= since then add(part, lead_item(lead, created), later) end
    end
    if part.count == before then break end
  end
  return part
end

--- Hot leads that wait; nil where the team lacks the stage that is taken without --hot. A wrong --hot ends the script.
local function waiting_leads()
  if options.hot ~= DEFAULT_HOT then
    chores.check_stages("--hot", options.hot)
  elseif chores.missing_stage(DEFAULT_HOT) then
    return nil
  end
  local part, since = new_part(), now - options.stale_days * time.DAY
  for _, stage in ipairs(options.hot) do
    for lead in lofty.leads.each { stage = stage } do
      local touched = moment(lead, "leadId", "lastTouch") or moment(lead, "leadId", "createTime")
      if touched and touched < since then add(part, lead_item(lead, touched), earlier) end
    end
  end
  return part
end

--- The caller's tasks and appointments that are not done: overdue ones, and what is left for today. Their times are
--- asked for in UTC: without that they come in the caller's own zone, and do not say which.
local function open_tasks()
  local overdue, due_today = new_part(), new_part()
  for task in lofty.tasks.each_mine { timeZoneCode = "UTC" } do
    local due = not task.finishFlag and moment(task, "id", "endAt")
    local starts = due and task.type == "Appointment" and moment(task, "id", "startAt") or due
    local item = due and { at = starts, taskId = task.id, type = task.type, content = task.content,
      lead = task.leadName, leadId = task.leadId, address = task.address }
    if due and due < now then
      add(overdue, item, earlier)
    elseif due and starts < tomorrow then
      add(due_today, item, earlier)
    end
  end
  return overdue, due_today
end

--- Without the permission to see them, the brief is still worth reading.
local function subscriptions()
  local part = new_part()
  local hooks, err = lofty.try(lofty.webhooks.list)
  if err and err.category ~= "permission" then error(err, 0) end
  if err then lofty.failed("subscriptions not shown", { code = err.code, said = err.message }) end
  for _, hook in ipairs(hooks or {}) do
    add(part, { at = hook.listId, listId = hook.listId, url = hook.callbackUrl }, earlier)
  end
  return part
end

local function write_part(title, part, line)
  print(("\n%s: %d"):format(title, part.count))
  for _, item in ipairs(part.items) do print("  " .. line(item)) end
  if part.count > #part.items then print(("  ... and %d more"):format(part.count - #part.items)) end
end

local function lead_line(lead)
  return ("%-24s %-20s %-16s score %s, %s"):format(lead.name, lead.stage or "", lead.phone or "no phone",
    lead.score or "none", os.date("%a %d %b %H:%M", lead.at // 1000))
end

local function task_line(task)
  local format = task.at >= today and task.at < tomorrow and "%H:%M" or "%a %d %b %H:%M"
  return ("%-16s %-11s %s (%s)%s"):format(os.date(format, task.at // 1000), task.type, task.content or "",
    task.lead or "no lead", task.address and task.address ~= "" and ", " .. task.address or "")
end

local NO_HOT_STAGE = 'Hot leads left out: the team has no stage "Hot"; name yours with --hot'

local waiting = waiting_leads()
local overdue, due_today = open_tasks()
local brief = { new_leads = new_leads(), overdue = overdue, today = due_today, waiting = waiting or lofty.null,
  subscriptions = subscriptions(), at = now }

if options.json then
  if not waiting then lofty.log.warn(NO_HOT_STAGE) end
  print(lofty.json.encode(brief))
else
  print(os.date("Brief for %A, %d %B %Y, %H:%M %Z", now // 1000))
  write_part(("New leads in the last %d hours"):format(options.hours), brief.new_leads, lead_line)
  write_part("Overdue", overdue, task_line)
  write_part("Still to do today", due_today, task_line)
  if waiting then
    write_part(("Hot leads that nobody has touched for %d days"):format(options.stale_days), waiting, lead_line)
  else
    print("\n" .. NO_HOT_STAGE)
  end
  write_part("Deliveries of events", brief.subscriptions, function(hook)
    return ("list %-3d %s"):format(hook.listId, hook.url)
  end)
  print(("\n%d new, %d overdue, %d today, %s%d subscriptions"):format(brief.new_leads.count, overdue.count,
    due_today.count, waiting and ("%d waiting, "):format(waiting.count) or "", brief.subscriptions.count))
end
