#!/usr/bin/env loftyrun
-- Greets leads on their birthday, by e-mail or by text, once a year each.
--
-- Nobody is greeted who unsubscribed, must not be mailed or texted, has a tag that forbids it or no usable address or
-- number; nor at an hour that is quiet in the lead's own state, or in the team's zone where Lofty has no state of two
-- letters. In a state with two zones it must be day in both. Those born on 29 February are greeted on the 28th in other
-- years.
--
-- Usage    loftyrun scripts/leads/birthday_greetings.lua [options]
--   --by NAME        email or text (default email)
--   --subject TEXT   of the e-mail (default "Happy birthday, {firstName}!")
--   --content TEXT   what it says; {firstName} is the lead's (default "Happy birthday, {firstName}! Have a wonderful day.")
--   --stage NAME     only leads in this stage; may be repeated (default: all of them)
--   --skip-tag NAME  pass over leads with this tag; may be repeated (default DNC and Do Not Disturb)
--   --from HOUR      not before this hour of the lead's day (default 9)
--   --to HOUR        nor from this hour on (default 18)
--   --zone NAME      the team's zone, such as America/New_York (default: that of the key's user)
--   --max N          at most N greetings in this run (default 50)
--   --apply          send them; without it nothing is sent
--   --help           print the usage
--
-- Calls    reads leads.list, members.me, with --stage team.list_pipelines; writes messages.send_email or
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
local time, try = lofty.time, lofty.try

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
    { name = "from", value = "HOUR", type = "integer", min = 0, max = 23, default = 9,
      help = "not before this hour of the lead's day" },
    { name = "to", value = "HOUR", type = "integer", min = 1, max = 24, default = 18, help = "nor from this hour on" },
    { name = "zone", value = "NAME", help = "the team's zone, such as America/New_York" },
    { name = "max", value = "N", type = "integer", min = 1, default = 50, help = "at most N greetings in this run" },
    { name = "apply", help = "send them; without it nothing is sent" },
  },
}, arg)

if options.by ~= "email" and options.by ~= "text" then
  args.fail(('--by must be email or text, got "%s"'):format(options.by))
end
if options.from >= options.to then args.fail("--from must be before --to") end

-- Zones by state. Where a state has two, both count.
local EAST, CENTRAL, MOUNTAIN, PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
local ZONES = {}
for states, zones in pairs {
  ["CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV"] = { EAST },
  ["FL IN KY MI TN"] = { EAST, CENTRAL },
  ["AL AR IA IL LA MN MO MS OK WI"] = { CENTRAL },
  ["KS ND NE SD TX"] = { CENTRAL, MOUNTAIN },
  ["CO MT NM UT WY"] = { MOUNTAIN },
  ["ID OR"] = { MOUNTAIN, PACIFIC },
  ["CA NV WA"] = { PACIFIC },
  AZ = { "America/Phoenix", MOUNTAIN },
  AK = { "America/Anchorage", "America/Adak" },
  HI = { "Pacific/Honolulu" },
} do
  for state in states:gmatch("%a+") do ZONES[state] = zones end
end

-- Entries of a lead's phoneStatuses, which stand beside its phones.
local UNUSABLE = { [1] = "its number is invalid", [4] = "on a do-not-call list", [5] = "on a do-not-call list" }

local now = lofty.now()
local count = { sent = 0, before = 0, quiet = 0, passed_over = 0, failed = 0 }
local refusals = chores.refusals()

local function check_zone(name)
  local ok, zone = pcall(time.zone, name)
  return ok and zone or args.fail("--zone: " .. tostring(zone):gsub("^.*lofty%.time%.zone: ", ""))
end

local function zone_of_team()
  if options.zone then return check_zone(options.zone) end
  local ok, zone = pcall(time.zone, lofty.members.me().timeZoneId or "")
  return ok and zone or args.fail("the key's user has no time zone in Lofty; name one with --zone")
end

local team_zone

local function zones_of(lead) return ZONES[(lead.state or ""):upper():match("^%s*(.-)%s*$")] or { team_zone } end

--- The year in which it is the lead's birthday now, by a zone's calendar; nil on all other days.
local function year_of_greeting(month, day, zone)
  local today = time.fields(now, zone)
  local is_leap = pcall(time.birthday, today.year, 2, 29)
  if month == 2 and day == 29 and not is_leap then day = 28 end
  return today.month == month and today.day == day and today.year or nil
end

--- Whether it is day in all of the zones.
local function is_day(zones)
  for _, zone in ipairs(zones) do
    local hour = time.fields(now, zone).hour
    if hour < options.from or hour >= options.to then return false end
  end
  return true
end

local function forbidding_tag(lead)
  for _, tag in ipairs(lead.tags or {}) do
    for _, name in ipairs(options.skip_tag) do
      if tag.tagName:lower() == name:lower() then return "tagged " .. tag.tagName end
    end
  end
end

--- Why a lead must not be greeted; nil where it may be.
local function reason_not_to(lead)
  if lead.unsubscription then return "unsubscribed" end
  if not (lead.firstName or ""):find("%S") then return "has no first name" end
  if options.by == "email" then
    if lead.cannotEmail then return "must not be mailed" end
    return forbidding_tag(lead) or not (lead.emails or {})[1] and "has no address" or nil
  end
  if lead.cannotText then return "must not be texted" end
  if not (lead.phones or {})[1] then return "has no number" end
  return forbidding_tag(lead) or UNUSABLE[(lead.phoneStatuses or {})[1]]
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
  local zones = zones_of(lead)
  local this_year = year_of_greeting(month, day, zones[1])
  if not this_year then return end
  local why = reason_not_to(lead)
  if why then
    count.passed_over = count.passed_over + 1
    return say("passed over", lead, why)
  elseif not is_day(zones) then
    count.quiet = count.quiet + 1
    return say("later", lead, "quiet hours in " .. table.concat(zones, " or "))
  end
  local _, err = try(greet, lead, this_year)
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

team_zone = zone_of_team()
if #options.stage == 0 then work_on_list {} end
if #options.stage > 0 then chores.check_stages("--stage", options.stage) end
for _, stage in ipairs(options.stage) do work_on_list { stage = stage } end

if count.sent >= options.max then
  print(("stopped at %d greetings (--max): there may be more for another run"):format(options.max))
end
print(("%s %d, %d greeted before, %d later, passed over %d, %d failed"):format(
  options.apply and "greeted" or "would greet", count.sent, count.before, count.quiet, count.passed_over, count.failed))
