#!/usr/bin/env loftyrun
-- Gives the agents of leads that nobody has touched for a while one call task each, so that a person calls them.
-- It never texts or mails anybody by itself.
--
-- Passed over are leads that unsubscribed, must not be called, have a do-not-call number, no usable phone or a tag that
-- forbids it, and those with an open task from an earlier run.
--
-- Usage    loftyrun scripts/leads/reengage_stale.lua [options]
--   --stage NAME     leads in this stage; may be repeated
--                    (default "Attempting Contact", "Contacted" and "Qualified")
--   --days N         not touched for at least N days; a lead never touched counts from its creation (default 30)
--   --max N          at most N such calls open at a time, those of earlier runs included (default 25)
--   --due N          the call is due in N days (default 1)
--   --content TEXT   what the task says; also how a later run knows its own tasks (default "Re-engage: call")
--   --tag NAME       tag the leads as well
--   --skip-tag NAME  pass over leads with this tag; may be repeated (default DNC)
--   --preview        say what would be done and do nothing
--   --help           print the usage
--
-- Calls    reads team.list_pipelines, leads.list, tasks.list; writes tasks.create; with --tag also leads.update.
--          It sees and works on the leads that the key's user may see.
-- Again    A second run finds the open tasks and does nothing. Once the calls are made and the tasks finished, the next
--          run goes on with other leads. A run that was cut short is completed by the next one. To know its tasks it
--          compares what they say, so give every run of one purpose the same --content.
--          It is safe to run twice one after the other, but not two copies at once: neither would see the other's task
--          in time, and a lead could get two. In a crontab: loftyrun --lock ...
-- Ends     0 done; 2 wrong usage; 3 no or bad credentials; 4 the key may not do this, or five leads in a row were
--          refused; 5 Lofty unreachable or failing: run again later; 8 done, but some leads could not be worked on
--          (see the warnings)

local lofty = require "lofty"
local args = require "lofty.args"
local chores = require "lofty.chores"
local time, try = lofty.time, lofty.try

local options = args.parse({
  purpose = "Gives each lead that nobody has touched for a while one call task. Never texts or mails by itself.",
  options = {
    { name = "stage", value = "NAME", many = true, default = { "Attempting Contact", "Contacted", "Qualified" },
      help = "leads in this stage; may be repeated" },
    { name = "days", value = "N", type = "integer", min = 1, max = 3650, default = 30,
      help = "not touched for at least N days" },
    { name = "max", value = "N", type = "integer", min = 1, default = 25,
      help = "at most N such calls open at a time, those of earlier runs included" },
    { name = "due", value = "N", type = "integer", min = 0, max = 365, default = 1, help = "the call is due in N days" },
    { name = "content", value = "TEXT", max_length = 200, default = "Re-engage: call", help = "what the task says" },
    { name = "tag", value = "NAME", max_length = 64, help = "tag the leads as well" },
    { name = "skip-tag", value = "NAME", many = true, default = { "DNC" },
      help = "pass over leads with this tag; may be repeated" },
    { name = "preview", help = "say what would be done and do nothing" },
  },
}, arg)

-- Entries of a lead's phoneStatuses, which stand beside its phones.
local INVALID_NUMBER, DNC_NUMBER, DNC_CONTACT = 1, 4, 5

local now = lofty.now()
local last_allowed_touch = now - options.days * time.DAY
local count = { created = 0, open = 0, passed_over = 0, failed = 0 }
local refusals = chores.refusals()

local function trimmed(text) return (text or ""):match("^%s*(.-)%s*$") end

-- Blanks around it may get lost on the way to Lofty and back, and the tasks must be known again.
local content = trimmed(options.content)
if content == "" then args.fail("--content must not be blank") end

local function has_tag(lead, wanted)
  for _, tag in ipairs(lead.tags or {}) do
    if tag.tagName:lower() == wanted:lower() then return true end
  end
  return false
end

--- Why a lead must not be called; nil where it may be.
local function reason_not_to_call(lead)
  if lead.unsubscription then return "unsubscribed" end
  if lead.cannotCall then return "must not be called" end
  for _, tag in ipairs(options.skip_tag) do
    if has_tag(lead, tag) then return "tagged " .. tag end
  end
  local usable = false
  for index in ipairs(lead.phones or {}) do
    local status = (lead.phoneStatuses or {})[index]
    if status == DNC_NUMBER or status == DNC_CONTACT then return "on a do-not-call list" end
    usable = usable or status ~= INVALID_NUMBER
  end
  return not usable and "no usable phone" or nil
end

local function say(what, lead, touched, why)
  local name = trimmed(("%s %s"):format(lead.firstName or "", lead.lastName or ""))
  print(("%-11s  %d  %s (%s), %s days%s"):format(what, lead.leadId, name, lead.stage,
    (now - touched) // time.DAY, why and ": " .. why or ""))
end

--- Whether the lead has a task of an earlier run that is still to be done.
local function has_open_task(lead)
  for _, task in ipairs(lofty.tasks.list { leadId = lead.leadId }) do
    if not task.finishFlag and trimmed(task.content) == content then return true end
  end
  return false
end

--- The tag comes first: a run that ends between the two finds no task the next time, and does both again.
local function give_task(lead)
  if options.preview then return end
  if options.tag and not has_tag(lead, options.tag) then
    lofty.leads.update(lead.leadId, { tagsAdd = { options.tag } })
  end
  lofty.tasks.create {
    type = "Call",
    leadId = lead.leadId,
    content = content,
    assignedRole = "Agent",
    endAt = time.iso(now + options.due * time.DAY),
  }
end

local function reengage(lead, touched)
  local why = reason_not_to_call(lead)
  if why then
    count.passed_over = count.passed_over + 1
    return say("passed over", lead, touched, why)
  elseif has_open_task(lead) then
    count.open = count.open + 1
    say("open", lead, touched, "has the task already")
  else
    give_task(lead)
    count.created = count.created + 1
    say(options.preview and "would call" or "task for", lead, touched)
  end
  refusals:success()
end

local function work_on(lead)
  local touched, unreadable = time.parse(lead.lastTouch)
  if not touched and not unreadable then touched, unreadable = time.parse(lead.createTime) end
  if not touched then
    count.failed = count.failed + 1
    lofty.failed("no time of the last touch, lead left as it is", { lead = lead.leadId, said = unreadable })
  elseif touched <= last_allowed_touch then
    local _, err = try(reengage, lead, touched)
    if err then
      refusals:count(err, "lead not worked on", { lead = lead.leadId })
      count.failed = count.failed + 1
    end
  end
end

local function work_on_stage(stage)
  for lead in lofty.leads.each { stage = stage } do
    work_on(lead)
    if count.created + count.open >= options.max then return end
  end
end

chores.check_stages("--stage", options.stage)
for _, stage in ipairs(options.stage) do
  if count.created + count.open < options.max then work_on_stage(stage) end
end

if count.created + count.open >= options.max then
  print(("stopped at %d open calls (--max): there may be more leads to call"):format(options.max))
end
print(("%s %d tasks, %d open already, passed over %d leads, %d failed"):format(options.preview and "would create"
  or "created", count.created, count.open, count.passed_over, count.failed))
