--- The numbers of the status page in Prometheus' text exposition format, version 0.0.4.
---
--- A counter never goes back while its process lives: what is counted in rows that are forgotten some day is a gauge
--- here. What the daemon counts itself begins at 0 with it; calls and events are counted in the store, for good.
local words = require "lofty.status.words"

local M = {}

local function escaped(text, quotes)
  text = words.clean(text):gsub("\\", "\\\\"):gsub("\n", "\\n")
  return quotes and text:gsub('"', '\\"') or text
end

--- A number as Go's ParseFloat reads it.
local function number(value)
  if math.type(value) == "integer" then return ("%d"):format(value) end
  return ("%.15g"):format(value)
end

local function seconds(ms) return ms and ms / 1000 end

local function flag(value) return value and 1 or 0 end

---@class lofty.status.Family
---@field name string
---@field type "counter"|"gauge"
---@field help string
---@field samples { [1]: number|nil, [2]: table<string, string>|nil }[]

local function labels_text(labels)
  if not labels then return "" end
  local parts = {}
  for name, value in pairs(labels) do parts[#parts + 1] = ('%s="%s"'):format(name, escaped(value, true)) end
  table.sort(parts)
  return "{" .. table.concat(parts, ",") .. "}"
end

--- A family without samples is left out.
local function add(out, family)
  local lines = {}
  for _, sample in ipairs(family.samples) do
    if sample[1] then
      lines[#lines + 1] = ("loftyrun_%s%s %s\n"):format(family.name, labels_text(sample[2]), number(sample[1]))
    end
  end
  if #lines == 0 then return end
  out[#out + 1] = ("# HELP loftyrun_%s %s\n# TYPE loftyrun_%s %s\n"):format(family.name, escaped(family.help), family.name,
    family.type)
  out[#out + 1] = table.concat(lines)
end

local function gauge(out, name, help, ...)
  add(out, { name = name, type = "gauge", help = help, samples = { ... } })
end

local function counter(out, name, help, ...)
  add(out, { name = name, type = "counter", help = help, samples = { ... } })
end

--- One family of each of `list`, labelled by what `label` says of its name.
local function each(out, list, label, families)
  for _, family in ipairs(families) do
    local samples = {}
    for _, item in ipairs(list) do
      -- A value that is missing must not end the list.
      local value = family[3](item)
      if value then samples[#samples + 1] = { value, { [label] = item.name } } end
    end
    add(out, { name = family[1], type = "gauge", help = family[2], samples = samples })
  end
end

local function last_of(name, f)
  return function(job) return job.last and job.last[name] and f(job.last[name]) end
end

local JOBS = {
  { "job_next_run_timestamp_seconds", "When the job runs next, unless it is paused.",
    function(job) return seconds(job.next) end },
  { "job_last_run_start_timestamp_seconds", "When the last run of the job began.", last_of("began", seconds) },
  { "job_last_run_end_timestamp_seconds", "When the last run of the job ended.", last_of("ended", seconds) },
  { "job_last_run_duration_seconds", "How long the last run of the job took.",
    function(job) return job.last and job.last.ended and seconds(job.last.ended - job.last.began) end },
  { "job_last_run_exit_code", "How the last run of the job ended.",
    last_of("exit_code", function(code) return code end) },
  { "job_last_success_timestamp_seconds", "When the last run of the job ended that was done.",
    function(job) return seconds(job.success) end },
  { "job_consecutive_failures", "Times that failed one after the other, up to now.",
    function(job) return job.failures end },
  { "job_running", "Whether a run of the job is under way.", function(job) return flag(job.state == "running") end },
  { "job_paused", "Whether the job is paused.", function(job) return flag(job.paused) end },
  { "job_waiting", "Times of the job that wait to be started.", function(job) return job.waiting end },
  { "job_served", "Whether a daemon serves the job.", function(job) return flag(job.served) end },
}

local function handlers_of(now)
  return {
    { "handler_waiting_events", "Events that wait for the handler, or for one before them.",
      function(handler) return handler.waiting end },
    { "handler_running_events", "Events that the handler is at.", function(handler) return handler.running end },
    { "handler_retrying_events", "Events that the handler has failed with and will be given again.",
      function(handler) return handler.retrying end },
    { "handler_dead_events", "Events that the handler has given up.", function(handler) return handler.dead end },
    { "handler_oldest_event_age_seconds", "Age of the oldest event that the handler has not ended with; 0: there is none.",
      function(handler) return handler.oldest and math.max(0, now - handler.oldest) / 1000 or 0 end },
    { "handler_served", "Whether a daemon serves the handler.", function(handler) return flag(handler.served) end },
  }
end

local function add_daemon(out, numbers)
  local daemon, disk = numbers.daemon, numbers.disk or {}
  gauge(out, "build_info", "The version; the value is always 1.", { 1, { version = numbers.version } })
  gauge(out, "numbers_timestamp_seconds", "When these numbers were read.", { seconds(numbers.now) })
  gauge(out, "start_time_seconds", "When the daemon began.", { seconds(daemon.began) })
  gauge(out, "config_last_reload_successful", "Whether the files were taken when they were read last.",
    { flag(not daemon.load_failed) })
  gauge(out, "config_last_reload_success_timestamp_seconds", "When files were taken last.", { seconds(daemon.loaded) })
  gauge(out, "store_size_bytes", "Bytes of the store's files.", { disk.size })
  gauge(out, "store_free_bytes", "Bytes that are left on the store's disk.", { disk.left })
end

local function add_webhooks(out, webhooks)
  if not webhooks then return end
  counter(out, "webhook_deliveries_total", "Webhooks that were kept and answered with 200.", { webhooks.deliveries })
  counter(out, "webhook_events_total", "Events in them.",
    { webhooks.events - webhooks.duplicates - webhooks.unreadable, { kind = "new" } },
    { webhooks.duplicates, { kind = "duplicate" } }, { webhooks.unreadable, { kind = "unreadable" } })
  counter(out, "webhook_unavailable_total", "Webhooks that were answered with 503.",
    { webhooks.not_kept, { reason = "not_kept" } }, { webhooks.full, { reason = "inbox_full" } },
    { webhooks.rate, { reason = "rate" } })
  counter(out, "webhook_strangers_total", "Requests that were answered with 404.", { webhooks.strangers })
  gauge(out, "certificate_end_timestamp_seconds", "When the certificate ends.", { seconds(webhooks.certificate_end) })
end

local function add_inbox(out, numbers)
  local inbox, minutes = numbers.inbox, numbers.inbox.minutes
  counter(out, "inbox_events_total", "Events that were ever kept.", { inbox.last })
  gauge(out, "inbox_events_last_minute", "Events that came in the last whole minute.", { minutes[#minutes - 1].events })
  gauge(out, "inbox_last_event_timestamp_seconds", "When the last event came.", { seconds(inbox.last_received) })
  gauge(out, "inbox_events", "Events that somebody is to deal with.", { inbox.new, { state = "new" } },
    { inbox.dead, { state = "dead" } }, { inbox.unreadable, { state = "unreadable" } })
  gauge(out, "inbox_oldest_unhandled_age_seconds", "Age of the oldest event that is not dealt with; 0: there is none.",
    { numbers.oldest and math.max(0, numbers.now - numbers.oldest) / 1000 or 0 })
  gauge(out, "inbox_deliveries", "Webhooks in the inbox.", { inbox.deliveries })
  gauge(out, "inbox_size_bytes", "Bytes of their bodies.", { inbox.bytes })
end

local function add_calls(out, numbers)
  local samples, quota = {}, numbers.quota
  for index, row in ipairs(numbers.calls.all) do
    samples[index] = { row.calls, { operation = row.operation, code = row.code } }
  end
  add(out, { name = "calls_total", type = "counter", samples = samples,
    help = "Attempts at calls to Lofty, by operation and code; those of a run that goes on are added once a minute." })
  gauge(out, "quota_limit_calls", "Calls that Lofty allows in a window of a minute, where that is known.", { quota.limit })
  gauge(out, "quota_used_calls", "Calls that were made in the window, as far as is known.", { quota.limit and quota.used })
  gauge(out, "quota_remaining_calls", "Calls that are left in the window.", { quota.remaining })
  gauge(out, "quota_reset_seconds", "Seconds until the window ends; 0: none is open.", { quota.limit and quota.reset })
end

local function add_runs(out, runs)
  local samples = {}
  for index, row in ipairs(runs.ended) do samples[index] = { row.runs, { exit_code = tostring(row.exit_code) } } end
  counter(out, "runs_total", "Runs that were ever begun.", { runs.last })
  gauge(out, "runs_under_way", "Runs that are under way.", { runs.alive })
  add(out, { name = "runs_last_day", type = "gauge", samples = samples,
    help = "Runs that began in the last 24 hours and have ended, by exit code." })
  gauge(out, "runs_died_last_day", "Runs that began in the last 24 hours and were killed.", { runs.died })
  gauge(out, "writes_in_doubt", "Writes of which nobody knows whether Lofty has done them.", { runs.doubts })
end

--- The whole text.
---@param numbers lofty.status.Numbers
---@return string
function M.text(numbers)
  local out = {}
  add_daemon(out, numbers)
  each(out, numbers.jobs, "job", JOBS)
  add_webhooks(out, numbers.webhooks)
  add_inbox(out, numbers)
  each(out, numbers.handlers, "handler", handlers_of(numbers.now))
  add_calls(out, numbers)
  add_runs(out, numbers.runs)
  return table.concat(out)
end

return M
