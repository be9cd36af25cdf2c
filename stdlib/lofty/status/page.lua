--- The status page: HTML without any script, made of the numbers that /metrics tells too. It reads from the top: what
--- wants to be looked at, the numbers that matter most, then each of jobs, webhooks, calls and the daemon.
local attention = require "lofty.status.attention"
local tables = require "lofty.status.tables"
local words = require "lofty.status.words"

local M = {}

local HOUR = 3600000
local ZONE = "local"

local html = words.html

local function attention_of(matters)
  if #matters == 0 then
    return '<section class="fine" aria-labelledby="matters"><h2 id="matters">Nothing wants to be looked at.</h2></section>\n'
  end
  local out = {}
  for index, matter in ipairs(matters) do
    out[index] = ('<li class="%s"><strong>%s</strong> <span>%s%s</span></li>\n'):format(matter.bad and "bad" or "soon",
      matter.bad and "Failing" or "Watch", html(matter.text),
      matter.try and (' <code>%s</code>'):format(html(matter.try)) or "")
  end
  return ('<section class="matters" aria-labelledby="matters"><h2 id="matters">%s to look at</h2>\n<ul>\n%s</ul></section>\n')
    :format(words.several(#matters, "thing"), table.concat(out))
end

--- A number that matters: what it is of, the number, what else there is to say.
local function figure(label, value, note, class)
  return ('<div%s><dt>%s</dt><dd>%s<small>%s</small></dd></div>\n'):format(class and (' class="%s"'):format(class) or "",
    html(label), html(value), html(note or ""))
end

local function next_job(numbers)
  local soonest, running = nil, 0
  for _, job in ipairs(numbers.jobs) do
    if job.served and job.next and (not soonest or job.next < soonest) then soonest = job.next end
    if job.state == "running" then running = running + 1 end
  end
  return soonest, running
end

local function jobs_figure(numbers)
  local soonest, running = next_job(numbers)
  local note = #numbers.jobs == 0 and "none is registered"
    or running > 0 and words.several(running, "run") .. " under way"
    or soonest and "next " .. words.distance(soonest, numbers.now) or "none comes"
  return figure("Jobs", words.count(#numbers.jobs), note)
end

local function events_figure(numbers)
  local hour = 0
  for index, minute in ipairs(numbers.inbox.minutes) do
    if index > #numbers.inbox.minutes - 60 then hour = hour + minute.events end
  end
  local last = numbers.inbox.last_received
  return figure("Events, last hour", words.count(hour), last and "last " .. words.distance(last, numbers.now) or "none yet")
end

local function oldest_figure(numbers)
  local oldest, backlog = numbers.oldest, numbers.inbox.new
  for _, handler in ipairs(numbers.handlers) do backlog = backlog + handler.open end
  if not oldest then return figure("Oldest unhandled", "none", "nothing waits", "good") end
  local age = numbers.now - oldest
  return figure("Oldest unhandled", words.length(age), words.count(backlog) .. " to deal with", age > HOUR and "bad" or nil)
end

local function quota_figure(quota)
  if not quota.limit then return figure("Calls left", "unknown", "no reply has named a limit") end
  return figure("Calls left", words.count(quota.remaining), ("of %s%s"):format(words.count(quota.limit),
    quota.reset > 0 and (", for %d s"):format(math.ceil(quota.reset)) or " a minute"))
end

local function figures(numbers)
  local inbox, disk = numbers.inbox, numbers.disk
  return '<dl class="figures">\n' .. jobs_figure(numbers) .. events_figure(numbers) .. oldest_figure(numbers)
    .. figure("Dead letters", words.count(inbox.dead), inbox.dead_since and "oldest " .. words.distance(inbox.dead_since, numbers.now)
      or "none was given up", inbox.dead > 0 and "bad" or "good")
    .. quota_figure(numbers.quota)
    .. figure("Free disk", disk and words.bytes(disk.left) or "unknown", disk and "store " .. words.bytes(disk.size))
    .. "</dl>\n"
end

local function row(name, value)
  return ("<div><dt>%s</dt><dd>%s</dd></div>\n"):format(html(name), value)
end

local function daemon_of(numbers)
  local daemon, webhooks, now = numbers.daemon, numbers.webhooks, numbers.now
  return '<section aria-labelledby="daemon"><h2 id="daemon">This daemon</h2>\n<dl class="facts">\n'
    .. row("Version", "loftyrun " .. html(numbers.version))
    .. row("Account", html(numbers.account))
    .. (numbers.state and row("Commands here take", "<code>--state " .. html(words.shell(numbers.state)) .. "</code>") or "")
    .. row("Process", html(daemon.process or "unknown"))
    .. row("Began", words.moment(daemon.began, now, ZONE))
    .. row("Files were read", daemon.loaded and words.moment(daemon.loaded, now, ZONE) or "not yet")
    .. (webhooks and row("Takes webhooks at", html(webhooks.place)) or "")
    .. (webhooks and webhooks.certificate_end and row("Certificate ends", words.moment(webhooks.certificate_end, now, ZONE))
      or "")
    .. "</dl></section>\n"
end

local HEAD = [[
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>%s - loftyrun</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="data:,">
</head>
<body>
<header><h1>loftyrun</h1><p>%s</p></header>
<main>
]]

local FOOT = [[
</main>
<footer><p>Numbers of %s. The page renews itself every 30 s; <a href="/?still">hold it</a> or <a href="/">let it go on</a>.
The same numbers for Prometheus: <a href="/metrics">/metrics</a>. More: <code>loftyrun help serve</code></p></footer>
</body>
</html>
]]

--- The whole page.
---@param numbers lofty.status.Numbers
---@return string html
function M.text(numbers)
  local matters = attention.matters(numbers)
  local title = #matters == 0 and "All is well" or words.several(#matters, "thing") .. " to look at"
  return HEAD:format(html(title), html(("%s, up %s"):format(numbers.account, words.length(numbers.now - numbers.daemon.began))))
    .. attention_of(matters) .. figures(numbers) .. tables.jobs(numbers) .. tables.webhooks(numbers)
    .. tables.calls(numbers) .. tables.runs(numbers) .. daemon_of(numbers)
    .. FOOT:format(words.clock(numbers.now, ZONE))
end

return M
