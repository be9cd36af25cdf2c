--- The numbers that the status page shows and /metrics tells, out of the store, the machine and what the daemon says of
--- itself. No text that came from Lofty or from a webhook is among them: of what a handler has failed with, the code.
local catalogue = require "lofty.catalogue"
local clock = require "native.clock"
local native = require "native.status"
local quota = require "native.quota"
local schedule = require "native.schedule"
local store = require "lofty.store"

local M = {}

local MINUTE, HOUR, DAY = 60000, 3600000, 86400000

M.MINUTES = 180 -- of events
M.HOURS = 48 -- of calls
M.RUNS = 30 -- of each job

local function ask(question, ...) return store.given("status", native.ask(question, ...)) end

local function first(question, ...)
  return ask(question, ...)[1] or {}
end

--- Of what a handler has failed with: the code of a Lofty error, or else the line of the script.
---@param problem string|nil
---@return string|nil
function M.code_of(problem)
  if not problem then return nil end
  local code = problem:match("^([%w_]+): ")
  if code and catalogue.find(math.tointeger(tonumber(code)) or code) then return code end
  local file, line = problem:match("^([^:%c]+%.lua):(%d+): ")
  if file then return ("%s:%s"):format(file:match("[^/]+$"), line) end
  return "an error of its own"
end

--- What the daemon has said of itself.
local function facts_of(words)
  local facts = {}
  for _, word in ipairs(words) do
    local name, value = word:match("^([%w_]+)=(.*)$")
    if name then facts[name] = name == "place" and value or math.tointeger(tonumber(value)) end
  end
  return facts
end

local function webhooks_of(facts)
  if not facts.place then return nil end
  return { place = facts.place, deliveries = facts.deliveries, events = facts.events, duplicates = facts.duplicates,
    unreadable = facts.unreadable, not_kept = facts.not_kept, full = facts.full, rate = facts.rate,
    strangers = facts.strangers, certificate_end = facts.certificate_end }
end

--- How a job stands.
local function state_of(job)
  if job.last and job.last.state == "running" then return "running" end
  if job.paused then return "paused" end
  if job.waiting > 0 then return "waiting" end
  return job.failures > 0 and "failing" or "ready"
end

local function job_numbers(job)
  local runs = {}
  for index, row in ipairs(ask("history", job.id, M.RUNS)) do
    local state = row[4]
    if state == "running" and not native.is_alive(row[6]) then state = "died" end
    runs[index] = { began = row[2], ended = row[3], state = state, exit_code = row[5] }
  end
  return { name = job.name, expression = job.expression, words = job.words, zone = job.zone, state = state_of(job),
    served = job.served, next = not job.paused and job.next or nil, last = job.last, runs = runs,
    success = first("success", job.id)[1], failures = job.failures, waiting = job.waiting,
    waiting_since = job.waiting_since, paused = job.paused, by_failures = job.by_failures }
end

local function jobs_of(account)
  local jobs = {}
  for index, job in ipairs(store.given("status", schedule.jobs(account))) do jobs[index] = job_numbers(job) end
  return jobs
end

local function handler_numbers(row, last, now)
  local id = row[1]
  local open, retrying, dead = first("open", id), first("retrying", id, now), first("dead", id)
  local running = first("running", id)[1]
  return { name = row[2], pattern = row[3], concurrency = row[6], served = row[7] ~= nil, open = open[1],
    oldest = open[2] and first("received", open[2])[1], running = running, retrying = retrying[1],
    waiting = math.max(0, open[1] - running - retrying[1]), dead = dead[1],
    ahead = row[7] and math.max(0, last - row[8]) or 0, problem = M.code_of(dead[2] or retrying[2]) }
end

--- Those that nobody serves any more are of interest as long as they have something to do.
local function handlers_of(account, last, now)
  local handlers = {}
  for _, row in ipairs(ask("handlers", account)) do
    local handler = handler_numbers(row, last, now)
    if handler.served or handler.open > 0 or handler.dead > 0 then handlers[#handlers + 1] = handler end
  end
  return handlers
end

--- Events of each of the last minutes, the one that goes on last.
local function minutes_of(now)
  local minutes, last = {}, now // MINUTE
  for index = 1, M.MINUTES do
    local minute = last - M.MINUTES + index
    minutes[index] = { at = minute * MINUTE, events = first("came", minute * MINUTE, (minute + 1) * MINUTE)[1] }
  end
  return minutes
end

local function inbox_of(now)
  local last, new, size = first("last_event"), first("new"), first("inbox_size")
  local dead, unreadable = first("resting", "dead"), first("resting", "unreadable")
  return { last = last[1] or 0, last_received = last[2], new = new[1], new_since = new[2] and first("received", new[2])[1],
    dead = dead[1], dead_since = dead[2], unreadable = unreadable[1], unreadable_since = unreadable[2],
    deliveries = size[1], bytes = size[2], minutes = minutes_of(now) }
end

--- When the oldest event came that somebody is still to deal with.
local function oldest_of(inbox, handlers)
  local oldest = inbox.new_since
  for _, handler in ipairs(handlers) do
    if handler.oldest and (not oldest or handler.oldest < oldest) then oldest = handler.oldest end
  end
  return oldest
end

local function calls_of(account, now)
  local calls, last = { all = {}, hours = {}, day = {} }, now // HOUR
  for index, row in ipairs(ask("calls", account)) do
    calls.all[index] = { operation = row[1], code = row[2], calls = row[3] }
  end
  for index = 1, M.HOURS do calls.hours[index] = { at = (last - M.HOURS + index) * HOUR, done = 0, failed = 0 } end
  for _, row in ipairs(ask("hours", account, last - M.HOURS + 1, last)) do
    local hour = calls.hours[row[1] - last + M.HOURS]
    local kind = row[2] == "OK" and "done" or "failed"
    hour[kind] = hour[kind] + row[3]
    if row[1] > last - 24 then calls.day[row[2]] = (calls.day[row[2]] or 0) + row[3] end
  end
  return calls
end

local function runs_of(account, now)
  local runs = { last = first("last_run")[1] or 0, ended = {}, alive = 0, died = 0, doubts = 0 }
  for index, row in ipairs(ask("ended", account, now - DAY)) do
    runs.ended[index] = { exit_code = row[1] or -1, runs = row[2] }
  end
  for _, row in ipairs(ask("unended", account)) do
    if native.is_alive(row[1]) then runs.alive = runs.alive + 1
    elseif row[2] >= now - DAY then runs.died = runs.died + 1 end
  end
  for _, row in ipairs(ask("doubts", account)) do
    if row[2] == "unknown" or not native.is_alive(row[1]) then runs.doubts = runs.doubts + row[3] end
  end
  return runs
end

---@class lofty.status.Numbers
---@field now integer milliseconds since 1970, as all times here
---@field version string
---@field state string|false its state folder
---@field account string
---@field daemon table what it says of itself
---@field webhooks table|nil what came of deliveries since it began; nil where none are taken
---@field jobs table[]
---@field handlers table[]
---@field inbox table
---@field oldest integer|nil
---@field calls table
---@field runs table
---@field quota lofty.QuotaStatus
---@field disk { size: integer, left: integer }|nil

--- Asks for all of them.
---@param words string[] what only the daemon knows
---@return lofty.status.Numbers
function M.collect(words)
  local now, account, facts = clock.now(), store.account(), facts_of(words)
  local inbox = inbox_of(now)
  local handlers = handlers_of(account, inbox.last, now)
  local size, left = native.disk()
  return { now = now, version = native.version(), account = account, state = require("native.plan").state(),
    daemon = { began = facts.began or now, process = facts.process, loaded = facts.loaded,
      load_failed = facts.load_failed == 1 },
    webhooks = webhooks_of(facts), jobs = jobs_of(account), handlers = handlers, inbox = inbox,
    oldest = oldest_of(inbox, handlers), calls = calls_of(account, now), runs = runs_of(account, now),
    quota = quota.status(), disk = size and { size = size, left = left } or nil }
end

return M
