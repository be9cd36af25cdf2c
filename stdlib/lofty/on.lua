--- lofty.on: what a file given to `loftyrun serve` has done, and when.
---
---   lofty.on.schedule("30 6 * * MON-FRI", { name = "brief", tz = "America/New_York" }, function(job)
---     ...
---   end)
---
--- The file itself only registers: it is read when the daemon starts, when it is told to read its files again, and before
--- each run of one of its jobs. Calls belong into the functions. A job is known by its name: it stays the same one when
--- its expression, its function or its file changes, and with another name it is another job.
---
---   lofty.on.webhook("lead.created", { timeout = "2m" }, function(event)
---     lofty.once(event.key, function() return lofty.tasks.create { leadId = event.lead, ... } end)
---   end)
---
--- A handler is known by its name too, which is its pattern unless it has another. It gets the events that come after it
--- was registered for the first time, also those that come while no daemon runs, each at least once.
local native = require "native.schedule"
local Settings = require "lofty.settings"
local registry = require "lofty.registry"
local wording = require "lofty.wording"
local zone = require "native.zone"

local M = {}

---@class lofty.ScheduleOptions
---@field name string letters, digits, - _ and .; by it the job is known to `loftyrun job`
---@field tz string|nil the zone whose clocks count, "America/New_York"; this machine's by default
---@field overlap string|nil while another run of the job is under way: "skip" (default), "queue", "cancel" or "allow"
---@field catch_up string|nil what was missed while nobody was there: "none" (default), "one" or "all"
---@field window string|number|nil how late it may be caught up, "24h" by default
---@field jitter string|number|nil each run starts up to so much later, by chance
---@field timeout string|number|nil a run is ended after that long (exit code 6)
---@field retries integer|nil how often a run that failed is made again; 0 by default
---@field retry_delay string|number|nil before the first of them, "1m" by default; then twice as long each time
---@field pause_after integer|nil pauses the job when so many of its times in a row have failed; never by default

---@class lofty.Job what a job's function is called with
---@field name string
---@field at string when it was to run, "2026-03-09T06:30:00-04:00"
---@field due integer the same in milliseconds since 1970
---@field attempt integer 1, more where an earlier run of it failed
---@field late number seconds since then
---@field by_hand boolean `loftyrun job run` started it

local SECOND, DAY = 1000, 24 * 60 * 60 * 1000

local settings = Settings.new {
  caller = "lofty.on.schedule",
  example = 'lofty.on.schedule("30 6 * * *", { name = "brief" }, function(job) ... end)',
  defaults = { tz = "local", overlap = "skip", catch_up = "none", window = DAY, jitter = 0, timeout = 0, retries = 0,
    retry_delay = 60 * SECOND, pause_after = 0 },
  choices = { overlap = { "skip", "queue", "cancel", "allow" }, catch_up = { "none", "one", "all" } },
  lengths = { window = { 60 * SECOND, 31 * DAY }, jitter = { SECOND, DAY }, timeout = { SECOND, 365 * DAY },
    retry_delay = { SECOND, DAY } },
  counts = { retries = { 0, 20 }, pause_after = { 1, 1000 } },
  others = {},
}

function settings.others.tz(_, name)
  if name == "local" or type(name) == "string" and zone.exists(name) then return name end
  if type(name) ~= "string" then settings:fail("tz must be the name of a time zone, got %s", wording.describe(name)) end
  if not zone.has_database() then settings:fail("this machine has no time zones: install the package tzdata") end
  local found = native.nearest_zone(name)
  return settings:fail("there is no time zone %s%s", wording.quoted(name),
    found and ("; did you mean %s?"):format(wording.quoted(found)) or "")
end

--- Checks what a schedule is made of, for whoever names it: this file's own function, or a line of the configuration.
---@param expression any
---@param options any
---@return string name
---@return lofty.Registration
local function check(expression, options)
  if type(expression) ~= "string" then
    settings:fail("the first argument must be a cron expression, got %s; write %s", wording.describe(expression),
      settings.example)
  end
  local _, message = native.check(expression)
  if message then settings:fail("%s", message) end
  local registration = settings:check(options)
  registration.expression = expression
  if options.window ~= nil and registration.catch_up == "none" then
    settings:fail('window says how late a run is caught up; say which: catch_up = "one" or "all"')
  end
  if options.retry_delay ~= nil and registration.retries == 0 then
    settings:fail("retry_delay says when a failed run is made again; say how often: retries = 3")
  end
  if options.name == nil then
    settings:fail('give the job a name, by which it stays known when the file changes: { name = "brief" }')
  end
  return settings:check_name(options.name), registration
end

registry.check_schedule = check

--- Has loftyrun serve call f(job) whenever the expression says, in a process of its own. Expressions are those of
--- crontab(5); `loftyrun job next` says in words what one means. What the function raises ends its run as it would end
--- a script.
---@param expression string five fields, or @daily and the like
---@param options lofty.ScheduleOptions
---@param f fun(job: lofty.Job)
function M.schedule(expression, options, f)
  registry.check(settings.caller)
  local name, registration = check(expression, options)
  settings:check_function(f)
  registry.add(settings.caller, "schedule", name, registration, f)
end

---@class lofty.WebhookOptions
---@field name string|nil by which the handler stays known when the file changes; the pattern by default
---@field concurrency integer|nil how many events at a time, 4 by default; those of one lead come one after the other
---@field coalesce boolean|nil of several events of one lead and name that wait only the last comes
---@field timeout string|number|nil a call that takes longer has failed; "60s" by default
---@field retries integer|nil how often an event that failed is tried again; 9 by default, which takes some three days

--- Has loftyrun serve call f(event) for each event whose name is the pattern: "lead.updated", "lead.*" or "*". Where it
--- raises it is called again 5 seconds later, then after 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 hours; an event that
--- still fails is dead, and rests in loftyrun inbox. While an event waits to be tried again the later ones of its lead
--- wait behind it; behind a dead one they do not. An event comes twice where its process was killed in the middle: what
--- must be done once goes into lofty.once(event.key, ...).
---@param pattern string
---@param options lofty.WebhookOptions
---@param f fun(event: lofty.Event)
function M.webhook(pattern, options, f)
  require("lofty.inbox.handler").register(pattern, options, f)
end

return M
