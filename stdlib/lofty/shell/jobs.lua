--- `loftyrun job list`, `job pause` and `job resume`: the jobs of an account, out of the store
--- (runtime/core/schedule_jobs.h). Lines are made for 80 columns.
local json = require "native.json"
local lines = require "lofty.shell.lines"
local native = require "native.schedule"
local store = require "lofty.store"
local time = require "lofty.time"
local usage = require "lofty.shell.usage"
local width = require "lofty.shell.width"
local writer = require "lofty.shell.json"
local zones = require "native.zone"

local M = {}

local HINT = "loftyrun help job"

local function ask(method, ...) return store.given("job", native[method](...)) end

--- How a job stands, in a word or two.
local function state_of(job)
  local state = "ready"
  if job.last and job.last.state == "running" then state = "running"
  elseif job.paused then state = "paused"
  elseif job.waiting > 0 then state = ("waiting (%d)"):format(job.waiting)
  elseif job.failures > 0 then state = ("failing (%d)"):format(job.failures) end
  return job.served and state or state == "ready" and "not served" or state .. ", not served"
end

local function clock_text(ms, zone)
  local text = time.iso(ms, zone):gsub("T", " ")
  return text:sub(1, 16) .. " " .. text:match("[+-]%d%d:%d%d$")
end

--- How the last run ended, or that it goes on.
local function last_text(job)
  local last = job.last
  if not last then return "never ran" end
  local how = last.state == "failed" and ("failed (%d)"):format(last.exit_code)
    or last.state == "waiting" and "failed, to be tried again" or last.state
  return ("%s %s"):format(how, clock_text(last.began, job.zone):sub(1, 16))
end

--- What there is to say about a job besides.
local function notes(job)
  local parts = {}
  if job.paused then
    parts[#parts + 1] = ("paused since %s%s"):format(clock_text(job.paused, job.zone),
      job.by_failures and (", failed %d times in a row"):format(job.failures) or "")
  end
  if job.waiting > 0 then
    parts[#parts + 1] = ("%d to start since %s"):format(job.waiting, clock_text(job.waiting_since, job.zone))
  end
  for _, fate in ipairs { "missed", "skipped" } do
    if job[fate] then parts[#parts + 1] = ("%s %s"):format(fate, clock_text(job[fate], job.zone):sub(1, 16)) end
  end
  if job.last then parts[#parts + 1] = ("last run %d"):format(job.last.run) end
  if job.jitter > 0 then parts[#parts + 1] = ("up to %d s later"):format(job.jitter // 1000) end
  return #parts > 0 and "; " .. table.concat(parts, "; ") or ""
end

local function print_table(jobs)
  local widest, wide = #"NAME", #"STATE"
  for _, job in ipairs(jobs) do
    widest, wide = math.max(widest, #job.name), math.max(wide, #state_of(job))
  end
  lines.put(table.concat({ width.pad("NAME", widest), width.pad("STATE", wide), width.pad("NEXT", 23), "LAST" }, "  "))
  for _, job in ipairs(jobs) do
    local comes = job.next and not job.paused and clock_text(job.next, job.zone) or "-"
    lines.put(table.concat({ width.pad(job.name, widest), width.pad(state_of(job), wide), width.pad(comes, 23),
      last_text(job) }, "  "))
    print(("  %s (%s)%s"):format(job.words, zones.title(job.zone), notes(job)))
  end
end

local function seconds(ms) return ms > 0 and ms / 1000 or nil end

local function job_json(job)
  local last = job.last
  return { name = job.name, state = state_of(job), served = job.served, expression = job.expression, words = job.words,
    zone = job.zone, file = job.file, line = job.line, next = job.next and not job.paused and time.iso(job.next, job.zone) or nil,
    paused = job.paused and time.iso(job.paused, job.zone), paused_by_failures = job.paused and job.by_failures or nil,
    missed = job.missed and time.iso(job.missed, job.zone), skipped = job.skipped and time.iso(job.skipped, job.zone),
    waiting = job.waiting, waiting_since = job.waiting_since and time.iso(job.waiting_since, job.zone),
    failures = job.failures, overlap = job.overlap, catch_up = job.catch_up, window = seconds(job.window),
    jitter = seconds(job.jitter), timeout = seconds(job.timeout), retries = job.retries,
    retry_delay = seconds(job.retry_delay), pause_after = job.pause_after > 0 and job.pause_after or nil,
    last = last and { instant = time.iso(last.instant, job.zone), state = last.state, attempt = last.attempt, run = last.run,
      began = time.iso(last.began, job.zone), ended = last.ended and time.iso(last.ended, job.zone),
      exit_code = last.exit_code, by_hand = last.by_hand } }
end

local function list(as_json)
  local jobs = ask("jobs", store.account())
  if as_json then
    local all = json.array {}
    for index, job in ipairs(jobs) do all[index] = job_json(job) end
    print(writer.readable(all))
  elseif #jobs == 0 then
    lines.put("no jobs yet for " .. store.account())
  else
    print_table(jobs)
  end
  if not as_json and #require("native.inbox").handlers(store.account()) > 0 then
    usage.say("there are handlers of webhooks as well: loftyrun inbox handlers")
  end
end

local function set_paused(name, paused)
  if not ask("pause", store.account(), name, paused) then
    usage.fail(('there is no job "%s" for this profile and base URL'):format(name), "loftyrun job list")
  end
  print(paused and name .. " is paused" or name .. " goes on")
end

--- Runs the command.
---@param verb string "list", "pause" or "resume"
---@param word string|nil the job's name, or "json"
function M.run(verb, word)
  if verb == "list" then return list(word == "json") end
  if verb == "pause" or verb == "resume" then return set_paused(word, verb == "pause") end
  usage.fail("say list, pause or resume", HINT)
end

return M
