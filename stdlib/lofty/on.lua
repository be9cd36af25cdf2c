--- lofty.on: what a file given to `loftyrun serve` has done, and when.
---
---   lofty.on.schedule("30 6 * * MON-FRI", { name = "brief", tz = "America/New_York", catch_up = "one" }, function(job)
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
local durations = require "lofty.time.durations"
local misuse = require "lofty.misuse"
local native = require "native.schedule"
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

local CALLER = "lofty.on.schedule"
local EXAMPLE = 'lofty.on.schedule("30 6 * * *", { name = "brief" }, function(job) ... end)'
local SECOND, DAY = 1000, 24 * 60 * 60 * 1000

local DEFAULTS = { tz = "local", overlap = "skip", catch_up = "none", window = DAY, jitter = 0, timeout = 0, retries = 0,
  retry_delay = 60 * SECOND, pause_after = 0 }
local CHOICES = { overlap = { "skip", "queue", "cancel", "allow" }, catch_up = { "none", "one", "all" } }
--- The least and the most, in milliseconds.
local LENGTHS = { window = { 60 * SECOND, 31 * DAY }, jitter = { SECOND, DAY }, timeout = { SECOND, 365 * DAY },
  retry_delay = { SECOND, DAY } }
local COUNTS = { retries = { 0, 20 }, pause_after = { 1, 1000 } }
local ALL = { name = true }
for key in pairs(DEFAULTS) do ALL[key] = true end

local function fail(message, ...)
  misuse((CALLER .. ": " .. message):format(...))
end

local function check_choice(key, value)
  local names = {}
  for _, name in ipairs(CHOICES[key]) do
    if value == name then return value end
    names[name] = true
  end
  local near = type(value) == "string" and wording.suggestion(value, names, "it is one of") or ""
  return fail("%s must be %s, got %s%s", key, wording.listed(CHOICES[key], "or"), wording.describe(value), near)
end

local function check_length(key, value)
  local least, most = table.unpack(LENGTHS[key])
  local length = durations.read(value)
  if type(value) == "number" and value == value and value > 0 and value < math.huge then
    length = math.floor(value * 1000 + 0.5)
  end
  if not length then fail('%s must be "30s", "5m", "2h", "1d" or seconds, got %s', key, wording.describe(value)) end
  if length < least or length > most then
    fail("%s must be from %d seconds to %d days, got %s", key, least // SECOND, most // DAY, wording.describe(value))
  end
  return length
end

local function check_count(key, value)
  local least, most = table.unpack(COUNTS[key])
  if math.type(value) == "integer" and value >= least and value <= most then return value end
  return fail("%s must be a whole number from %d to %d, got %s", key, least, most, wording.describe(value))
end

local function check_zone(name)
  if name == "local" or type(name) == "string" and zone.exists(name) then return name end
  if type(name) ~= "string" then fail("tz must be the name of a time zone, got %s", wording.describe(name)) end
  if not zone.has_database() then fail("this machine has no time zones: install the package tzdata") end
  local found = native.nearest_zone(name)
  return fail("there is no time zone %s%s", wording.quoted(name),
    found and ("; did you mean %s?"):format(wording.quoted(found)) or "")
end

local function check_name(name)
  if name == nil then
    fail('give the job a name, by which it stays known when the file changes: { name = "brief" }')
  end
  local is_name = type(name) == "string" and #name <= 64 and name:find("^%w[%w._-]*$")
  if not is_name then
    fail("a name is 1 to 64 letters, digits, - _ and . and begins with a letter or digit, got %s",
      wording.describe(name))
  end
  return name
end

local function check_option(key, value)
  if CHOICES[key] then return check_choice(key, value) end
  if LENGTHS[key] then return check_length(key, value) end
  if COUNTS[key] then return check_count(key, value) end
  return check_zone(value)
end

--- Checks what a schedule is made of, for whoever names it: this file's own function, or a line of the configuration.
---@param expression any
---@param options any
---@return string name
---@return lofty.Registration
local function check(expression, options)
  if type(expression) ~= "string" then
    fail("the first argument must be a cron expression, got %s; write %s", wording.describe(expression), EXAMPLE)
  end
  local _, message = native.check(expression)
  if message then fail("%s", message) end
  if type(options) ~= "table" then
    fail("the second argument must be a table of options, got %s; write %s", wording.describe(options), EXAMPLE)
  end
  for _, key in ipairs(wording.sorted_keys(options)) do
    if not ALL[key] then
      fail("unknown option %s%s", wording.quoted(tostring(key)), wording.suggestion(tostring(key), ALL))
    end
  end
  local registration = { expression = expression }
  for key, default in pairs(DEFAULTS) do
    local value = options[key]
    registration[key] = value == nil and default or value ~= nil and check_option(key, value)
  end
  if options.window ~= nil and registration.catch_up == "none" then
    fail('window says how late a run is caught up; say which: catch_up = "one" or "all"')
  end
  if options.retry_delay ~= nil and registration.retries == 0 then
    fail("retry_delay says when a failed run is made again; say how often: retries = 3")
  end
  return check_name(options.name), registration
end

registry.check_schedule = check

--- Has loftyrun serve call f(job) whenever the expression says, in a process of its own. Expressions are those of
--- crontab(5); `loftyrun job next` says in words what one means. What the function raises ends its run as it would end
--- a script.
---@param expression string five fields, or @daily and the like
---@param options lofty.ScheduleOptions
---@param f fun(job: lofty.Job)
function M.schedule(expression, options, f)
  registry.check(CALLER)
  local name, registration = check(expression, options)
  if type(f) ~= "function" then
    fail("the third argument must be the function to call, got %s; write %s", wording.describe(f), EXAMPLE)
  end
  registry.add(CALLER, "schedule", name, registration, f)
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
