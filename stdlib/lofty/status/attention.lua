--- What of the numbers of a daemon wants to be looked at, in sentences, each with what to type.
local words = require "lofty.status.words"

local M = {}

local MINUTE, HOUR, DAY = 60000, 3600000, 86400000
local LATE_START, LATE_EVENT = 5 * MINUTE, HOUR
local CERTIFICATE_DAYS = 14
local LITTLE_DISK, NO_DISK = 1000000000, 100000000

---@class lofty.status.Matter
---@field text string
---@field try string|nil what to type
---@field bad boolean work is not done; otherwise it may soon not be

local function add(matters, bad, try, text, ...)
  matters[#matters + 1] = { bad = bad, try = try, text = text:format(...) }
end

local function look_at_job(matters, job, now)
  local name = words.shell(job.name)
  local show = "loftyrun history show " .. name
  if job.paused and job.by_failures then
    add(matters, true, show .. "; loftyrun job resume " .. name, "The job %s has paused itself, because it failed %d times in a row.",
      job.name, job.failures)
  elseif job.failures > 0 and not job.paused then
    local code = job.last and job.last.exit_code
    add(matters, true, show, "The job %s has failed %s%s.", job.name,
      job.failures == 1 and "the last time" or ("%d times in a row"):format(job.failures),
      code and (", with exit code %d"):format(code) or "")
  end
  if job.waiting > 0 and job.served and now - job.waiting_since > LATE_START then
    add(matters, false, "loftyrun job list", "%s of the job %s since %s and %s not begun.",
      job.waiting == 1 and "A time has come" or ("%d times have come"):format(job.waiting), job.name,
      words.clock(job.waiting_since, job.zone), job.waiting == 1 and "has" or "have")
  end
end

local function look_at_inbox(matters, numbers)
  local inbox, served = numbers.inbox, false
  for _, handler in ipairs(numbers.handlers) do served = served or handler.served end
  if inbox.dead > 0 then
    add(matters, true, "loftyrun inbox list state=dead", "%s given up by %s: they rest as dead letters.",
      inbox.dead == 1 and "1 event was" or words.count(inbox.dead) .. " events were", "their handlers")
  end
  if inbox.unreadable > 0 then
    add(matters, false, "loftyrun inbox list state=unreadable", "%s of a shape that nobody knows: kept, and dealt with by nobody.",
      words.several(inbox.unreadable, "webhook is", "webhooks are"))
  end
  if served and numbers.oldest and numbers.now - numbers.oldest > LATE_EVENT then
    add(matters, true, "loftyrun inbox list state=failed", "The oldest event that is not dealt with came %s ago.",
      words.length(numbers.now - numbers.oldest))
  end
end

local function look_at_webhooks(matters, webhooks, now)
  if not webhooks then return end
  if webhooks.not_kept > 0 then
    add(matters, true, "loftyrun state check", "%s could not be kept since the daemon began, and were answered with 503.",
      words.several(webhooks.not_kept, "webhook"))
  end
  if webhooks.full > 0 then
    add(matters, true, "loftyrun inbox drop ...; or max_inbox in the profile",
      "%s came while the inbox was full, and were answered with 503.", words.several(webhooks.full, "webhook"))
  end
  local left = webhooks.certificate_end and webhooks.certificate_end - now
  if left and left <= 0 then
    add(matters, true, "renew it, then send SIGHUP", "The certificate has ended %s ago: nobody can deliver.", words.length(-left))
  elseif left and left < CERTIFICATE_DAYS * DAY then
    add(matters, false, "renew it, then send SIGHUP", "The certificate ends in %s.", words.length(left))
  end
end

local function look_at_machine(matters, numbers)
  local left = numbers.disk and numbers.disk.left
  if left and left < LITTLE_DISK then
    add(matters, left < NO_DISK, nil, "The store's disk has only %s left.", words.bytes(left))
  end
  if numbers.daemon.load_failed then
    add(matters, true, "loftyrun job check FILE",
      "The files were not taken when they were read last; the jobs go on as they were.")
  end
  if numbers.runs.doubts > 0 then
    add(matters, false, "loftyrun history", "Of %s nobody knows whether Lofty has done them.",
      words.several(numbers.runs.doubts, "write"))
  end
end

--- What there is, the worst first.
---@param numbers lofty.status.Numbers
---@return lofty.status.Matter[]
function M.matters(numbers)
  local found, matters = {}, {}
  look_at_machine(found, numbers)
  for _, job in ipairs(numbers.jobs) do look_at_job(found, job, numbers.now) end
  look_at_inbox(found, numbers)
  look_at_webhooks(found, numbers.webhooks, numbers.now)
  for _, bad in ipairs { true, false } do
    for _, matter in ipairs(found) do
      if matter.bad == bad then matters[#matters + 1] = matter end
    end
  end
  return matters
end

return M
