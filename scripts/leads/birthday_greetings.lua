#!/usr/bin/env loftyrun
-- Greets leads on their birthday, by e-mail or by text, once a year each.
--
-- loftyrun: allow send_email, at most 500 a run and 500 a day, quiet 18:00-9:00
-- loftyrun: allow send_sms, at most 500 a run and 500 a day, quiet 18:00-9:00
--
-- Nobody is greeted who unsubscribed, must not be mailed or texted, has a tag that forbids it or no usable address or
-- number; nor before 9 or from 18 o'clock on where the lead may live (`loftyrun help grants`; change the two lines above
-- for other hours). Whose birthday it is, and what the hour is, goes by the lead's own state, or by the time zone of the
-- profile or of the key's user where the address does not say. Those born on 29 February are greeted on the 28th in
-- other years.
--
-- Usage    loftyrun scripts/leads/birthday_greetings.lua [options]
--   --by NAME        email or text (default email)
--   --subject TEXT   of the e-mail (default "Happy birthday, {firstName}!")
--   --content TEXT   what it says; {firstName} is the lead's (default "Happy birthday, {firstName}! Have a wonderful day.")
--   --stage NAME     only leads in this stage; may be repeated (default: all of them)
--   --skip-tag NAME  pass over leads with this tag; may be repeated (default DNC and Do Not Disturb)
--   --max N          at most N greetings in this run (default 50)
--   --apply          send them; without it nothing is sent
--   --help           print the usage
--
-- Calls    reads leads.list, leads.get, members.me, with --stage team.list_pipelines; writes messages.send_email or
--          messages.send_sms, for which the user needs a virtual number.
-- Again    As often as you like, each hour say: lofty.once remembers for thirteen months whom it greeted this year,
--          whatever becomes of a run. Where a run is killed while a greeting is under way, nobody can know whether it
--          was sent; that lead is then named and left (lofty.once.settle decides for it), since twice is worse than
--          never. What it remembers is in the state folder: run it from one machine, always with the same --by.
-- Ends     0 done; 2 wrong usage; 3 no or bad credentials; 4 the key may not do this, or five leads in a row were
--          refused; 5 Lofty unreachable or failing: run again later; 8 done, but some leads could not be greeted (see
--          the warnings)

local lofty = require "lofty"
local args = require "lofty.args"
local chores = require "lofty.chores"
local code, guard, time, try = lofty.code, lofty.guard, lofty.time, lofty.try

local options = args.parse({
  purpose = "Greets leads on their birthday, once a year each. Without --apply it sends nothing.",
  options = {
    { name = "by", value = "NAME", default = "email", help = "email or text" },
    { name = "subject", value = "TEXT", max_length = 200, default = "Happy birthday, {firstName}!",
      help = "of the e-mail" },
    { name = "content", value = "TEXT", max_length = 1000,
      default = "Happy birthday, {firstName}! Have a wonderful day.", help = "what it says" },
    { name = "stage", value = "NAME", many = true, default = {}, help = "only leads in this stage; may be repeated" },
    { name = "skip-tag", value = "NAME", many = true, default = { "DNC", "Do Not Disturb" },
      help = "pass over leads with this tag; may be repeated" },
    { name = "max", value = "N", type = "integer", min = 1, default = 50, help = "at most N greetings in this run" },
    { name = "apply", help = "send them; without it nothing is sent" },
  },
}, arg)

if options.by ~= "email" and options.by ~= "text" then
  args.fail(('--by must be email or text, got "%s"'):format(options.by))
end

local GRANT = options.by == "text" and "send_sms" or "send_email"
local INVALID = 1 -- in a lead's phoneStatuses, which stand beside its phones

local now = lofty.now()
local count = { sent = 0, before = 0, quiet = 0, passed_over = 0, failed = 0 }
local refusals = chores.refusals()

--- The year in which it is the lead's birthday now, by a zone's calendar; nil on all other days.
local function year_of_greeting(month, day, zone)
  local today = time.fields(now, zone)
  local is_leap = pcall(time.birthday, today.year, 2, 29)
  if month == 2 and day == 29 and not is_leap then day = 28 end
  return today.month == month and today.day == day and today.year or nil
end

local function forbidding_tag(lead)
  for _, tag in ipairs(lead.tags or {}) do
    for _, name in ipairs(options.skip_tag) do
      if tag.tagName:lower() == name:lower() then return "tagged " .. tag.tagName end
    end
  end
end

--- Why a lead is not greeted, other than that they do not want it; nil where nothing is in the way.
local function reason_not_to(lead)
  if not (lead.firstName or ""):find("%S") then return "has no first name" end
  if options.by == "email" then return forbidding_tag(lead) or not (lead.emails or {})[1] and "has no address" or nil end
  if not (lead.phones or {})[1] then return "has no number" end
  return forbidding_tag(lead) or (lead.phoneStatuses or {})[1] == INVALID and "its number is invalid" or nil
end

local function filled(text, lead)
  return (text:gsub("{firstName}", function() return lead.firstName:match("^%s*(.-)%s*$") end))
end

--- In an e-mail, content is HTML.
local function as_html(text)
  return (text:gsub("[&<>]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }))
end

local function send(lead)
  if options.by == "text" then
    return lofty.messages.send_sms { leadId = lead.leadId, content = filled(options.content, lead) }
  end
  return lofty.messages.send_email { leadId = lead.leadId, subject = filled(options.subject, lead),
    content = as_html(filled(options.content, lead)) }
end

local function say(what, lead, why)
  local name = ("%s %s"):format(lead.firstName or "", lead.lastName or ""):match("^%s*(.-)%s*$")
  print(("%-11s  %d  %s%s"):format(what, lead.leadId, name, why and ": " .. why or ""))
end

local function greet(lead, year)
  if not options.apply then
    count.sent = count.sent + 1
    return say("would greet", lead)
  end
  local _, before = lofty.once(("birthday %d %d"):format(year, lead.leadId), function() return send(lead) end,
    { ttl = "400d" })
  count[before and "before" or "sent"] = count[before and "before" or "sent"] + 1
  say(before and "was greeted" or "greeted", lead)
end

local function work_on(lead)
  local year, month, day = time.parse_birthday(lead.birthday)
  if not year then
    -- What is no birthday is a message in the month's place; absence is nothing.
    if month then
      count.failed = count.failed + 1
      lofty.failed("birthday not understood", { lead = lead.leadId })
    end
    return
  end
  local this_year = year_of_greeting(month, day, guard.zones(lead)[1])
  if not this_year then return end
  local why, _, err = reason_not_to(lead), nil, nil
  if not why then _, err = guard.may(GRANT, lead.leadId) end
  if err and err:is(code.CONTACT_NOT_ALLOWED) then why = "must not be written to: " .. err.recipients[1].flag end
  if why then
    count.passed_over = count.passed_over + 1
    return say("passed over", lead, why)
  elseif err and err:is(code.QUIET_HOURS) then
    count.quiet = count.quiet + 1
    return say("later", lead, err.message)
  end
  if not err then _, err = try(greet, lead, this_year) end
  if not err then return refusals:success() end
  count.failed = count.failed + 1
  if err.outcome == "unknown" then lofty.log.error("it is not known whether the lead was greeted", { lead = lead.leadId }) end
  refusals:count(err, "lead not greeted", { lead = lead.leadId })
end

local function work_on_list(filters)
  for lead in lofty.leads.each(filters) do
    if count.sent >= options.max then return end
    work_on(lead)
  end
end

if #options.stage == 0 then work_on_list {} end
if #options.stage > 0 then chores.check_stages("--stage", options.stage) end
for _, stage in ipairs(options.stage) do work_on_list { stage = stage } end

if count.sent >= options.max then
  print(("stopped at %d greetings (--max): there may be more for another run"):format(options.max))
end
print(("%s %d, %d greeted before, %d later, passed over %d, %d failed"):format(
  options.apply and "greeted" or "would greet", count.sent, count.before, count.quiet, count.passed_over, count.failed))
