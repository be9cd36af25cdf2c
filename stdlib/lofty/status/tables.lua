--- The sections of the status page that show one thing each: a plot, a table, or what to do where there is nothing yet. On
--- a phone each row of a table stands by itself, each of its cells with the name of its column.
local plot = require "lofty.status.plot"
local words = require "lofty.status.words"
local zones = require "native.zone"

local M = {}

local ZONE = "local"
local MOST_CODES = 40

local html = words.html

local function section(id, title, ...)
  return ('<section aria-labelledby="%s"><h2 id="%s">%s</h2>\n'):format(id, id, html(title)) .. table.concat({ ... })
    .. "</section>\n"
end

local function empty(text, try)
  return ('<p class="empty">%s%s</p>\n'):format(html(text), try and (" <code>%s</code>"):format(html(try)) or "")
end

---@class lofty.status.Column
---@field [1] string its name
---@field [2] fun(item: any, index: integer): string html of a cell
---@field class string|nil

--- A table; the first cell of a row is its heading.
local function table_of(caption, items, columns, class)
  local out = { ('<table role="table"%s><caption>%s</caption>\n<thead role="rowgroup"><tr role="row">'):format(
    class and (' class="%s"'):format(class) or "", html(caption)) }
  for _, column in ipairs(columns) do
    out[#out + 1] = ('<th role="columnheader" scope="col"%s>%s</th>'):format(
      column.class and (' class="%s"'):format(column.class) or "", html(column[1]))
  end
  out[#out + 1] = '</tr></thead>\n<tbody role="rowgroup">\n'
  for place, item in ipairs(items) do
    out[#out + 1] = '<tr role="row">'
    for index, column in ipairs(columns) do
      local tag, role = index == 1 and 'th scope="row"' or "td", index == 1 and "rowheader" or "cell"
      out[#out + 1] = ('<%s role="%s" data-name="%s"%s><div>%s</div></%s>'):format(tag, role, html(column[1]),
        column.class and (' class="%s"'):format(column.class) or "", column[2](item, place), tag:match("^%l+"))
    end
    out[#out + 1] = "</tr>\n"
  end
  out[#out + 1] = "</tbody></table>\n"
  return table.concat(out)
end

local function number_cell(name)
  return function(item) return words.count(item[name]) end
end

local STATES = { running = "going", paused = "soon", waiting = "soon", failing = "bad", ready = "good" }

local function state_cell(job)
  local note = job.state == "failing" and words.several(job.failures, "failure") .. " in a row"
    or job.state == "paused" and (job.by_failures and "by failures" or "by hand")
    or job.state == "waiting" and words.count(job.waiting) .. " to start" or ""
  if not job.served then note = note == "" and "not served" or note .. ", not served" end
  return ('<span class="state %s">%s</span>%s'):format(STATES[job.state], job.state,
    note == "" and "" or (" <small>%s</small>"):format(html(note)))
end

local function last_cell(now)
  return function(job)
    local last = job.last
    if not last then return "never ran" end
    local how = last.state == "failed" and ("failed, exit code %d"):format(last.exit_code or -1)
      or last.state == "waiting" and "failed, to be tried again" or last.state
    local took = last.ended and last.state ~= "died" and (", %s"):format(words.length(last.ended - last.began)) or ""
    return ('<span class="%s">%s</span>%s<br>%s'):format(last.state == "done" and "good" or last.state == "running"
      and "going" or "bad", html(how), html(took), words.moment(last.began, now, job.zone))
  end
end

--- Jobs, when they run and how they did.
---@param numbers lofty.status.Numbers
---@return string html
function M.jobs(numbers)
  local now = numbers.now
  if #numbers.jobs == 0 then
    return section("jobs", "Jobs", empty("No jobs are registered. A file that does so, or schedule in the profile, is "
      .. "explained by", "loftyrun help serve"))
  end
  return section("jobs", "Jobs", table_of("Jobs: when they run next, and how the last run ended", numbers.jobs, {
    { "Job", function(job)
      return ("<strong>%s</strong><small>%s, %s</small>"):format(html(job.name),
        html(job.words ~= "" and job.words or job.expression), html(zones.title(job.zone)))
    end },
    { "State", state_cell },
    { "Next run", function(job)
      if job.paused then return "paused since " .. words.moment(job.paused, now, job.zone) end
      return job.next and words.moment(job.next, now, job.zone) or "none comes"
    end },
    { "Last run", last_cell(now) },
    { "Last 30 runs", function(job, index)
      return #job.runs > 0 and plot.runs("runs-" .. index, job.runs, now, 30) or "none yet"
    end, class = "drawn" },
  }))
end

--- Where a minute lies, for an axis.
local function short_clock(at)
  return words.clock(at, ZONE):sub(12, 16)
end

local function events_plot(inbox)
  local bars, sum, most, when = {}, 0, 0, nil
  for index, minute in ipairs(inbox.minutes) do
    bars[index] = { minute.events }
    sum = sum + minute.events
    if minute.events > most then most, when = minute.events, minute.at end
  end
  if sum == 0 then return empty("No events came in the last three hours.") end
  local from = inbox.minutes[1].at
  local desc = ("%s in three hours, from %s on; at most %s in a minute, at %s"):format(words.several(sum, "event"),
    words.clock(from, ZONE), words.count(most), short_clock(when))
  return plot.bars { id = "events", title = "Events per minute", desc = desc, bars = bars, classes = { "plain" },
    unit = "events a minute", ends = { short_clock(from), short_clock(inbox.minutes[#bars // 2].at),
      short_clock(inbox.minutes[#bars].at) } } .. ("<p class=\"note\">%s.</p>\n"):format(html(desc))
end

local function deliveries_text(webhooks)
  if not webhooks then
    return empty("This daemon takes no webhooks.", "loftyrun serve --listen 127.0.0.1:8443")
  end
  local function item(name, count, class)
    return ('<div%s><dt>%s</dt><dd>%s</dd></div>\n'):format(class and count > 0 and (' class="%s"'):format(class) or "",
      name, words.count(count))
  end
  return '<dl class="facts counts">\n' .. item("Webhooks kept", webhooks.deliveries)
    .. item("Events in them", webhooks.events) .. item("of these duplicates", webhooks.duplicates)
    .. item("of these unreadable", webhooks.unreadable, "soon") .. item("Not kept (503)", webhooks.not_kept, "bad")
    .. item("Inbox full (503)", webhooks.full, "bad") .. item("Too many a minute (503)", webhooks.rate, "soon")
    .. item("Strangers (404)", webhooks.strangers) .. '</dl>\n<p class="note">Since this daemon began.</p>\n'
end

local function handlers_table(numbers)
  if #numbers.handlers == 0 then
    return empty("No handlers are registered: events stay in the inbox. lofty.on.webhook is explained by",
      "loftyrun help inbox")
  end
  return table_of("Handlers and what they have to do", numbers.handlers, {
    { "Handler", function(handler)
      return ("<strong>%s</strong><small>%s%s</small>"):format(html(handler.name), html(handler.pattern),
        handler.served and "" or ", not served")
    end },
    { "Waiting", function(handler)
      return words.count(handler.waiting) .. (handler.ahead > 0
        and ("<small>%s to be looked at</small>"):format(words.count(handler.ahead)) or "")
    end, class = "number" },
    { "Running", number_cell("running"), class = "number" },
    { "To be tried again", number_cell("retrying"), class = "number" },
    { "Dead", number_cell("dead"), class = "number" },
    { "Oldest", function(handler)
      return handler.oldest and html(words.length(numbers.now - handler.oldest)) or "none"
    end, class = "number" },
    { "Last problem", function(handler)
      return handler.problem and ("<code>%s</code>"):format(html(handler.problem)) or "none"
    end, class = "code" },
  })
end

local function inbox_text(inbox, now)
  local parts = { words.several(inbox.deliveries, "webhook") .. " in the inbox, " .. words.bytes(inbox.bytes) }
  if inbox.new > 0 then
    parts[#parts + 1] = ("%s given to no handler yet, the oldest %s"):format(words.several(inbox.new, "event"),
      words.distance(inbox.new_since, now))
  end
  if inbox.unreadable > 0 then parts[#parts + 1] = words.count(inbox.unreadable) .. " unreadable" end
  return ("<p class=\"note\">%s.</p>\n"):format(html(table.concat(parts, "; ")))
end

--- Events, what came of deliveries, handlers.
---@param numbers lofty.status.Numbers
---@return string html
function M.webhooks(numbers)
  return section("webhooks", "Webhooks", events_plot(numbers.inbox), deliveries_text(numbers.webhooks),
    handlers_table(numbers), inbox_text(numbers.inbox, numbers.now))
end

local function hours_plot(calls)
  local bars, done, failed = {}, 0, 0
  for index, hour in ipairs(calls.hours) do
    bars[index] = { hour.done, hour.failed }
    done, failed = done + hour.done, failed + hour.failed
  end
  if done + failed == 0 then return "" end
  local first, last = calls.hours[1].at, calls.hours[#calls.hours].at
  local desc = ("%s in 48 hours, from %s on; %s refused or failed, at the top of the bars"):format(words.several(done + failed, "call"),
    words.clock(first, ZONE), words.count(failed))
  return plot.bars { id = "calls-plot", title = "Calls per hour", desc = desc, bars = bars, classes = { "plain", "bad" },
    unit = "calls an hour", ends = { words.clock(first, ZONE):sub(6, 16), words.clock(last, ZONE):sub(6, 16) } }
    .. ("<p class=\"note\">%s.</p>\n"):format(html(desc))
end

--- The codes, each with its calls and the operations that it came from most.
local function codes_of(calls)
  local codes, by_code = {}, {}
  for _, row in ipairs(calls.all) do
    local code = by_code[row.code]
    if not code then
      code = { name = row.code, all = 0, day = calls.day[row.code] or 0, operations = {} }
      codes[#codes + 1], by_code[row.code] = code, code
    end
    code.all = code.all + row.calls
    code.operations[#code.operations + 1] = row
  end
  table.sort(codes, function(a, b)
    if a.day ~= b.day then return a.day > b.day end
    if a.all ~= b.all then return a.all > b.all end
    return a.name < b.name
  end)
  for _, code in ipairs(codes) do
    table.sort(code.operations, function(a, b)
      if a.calls ~= b.calls then return a.calls > b.calls end
      return a.operation < b.operation
    end)
  end
  return codes
end

local function operations_cell(code)
  local names = {}
  for index = 1, math.min(3, #code.operations) do names[index] = html(code.operations[index].operation) end
  local more = #code.operations - #names
  return table.concat(names, ", ") .. (more > 0 and (" <small>and %d more</small>"):format(more) or "")
end

--- Calls to Lofty, by code.
---@param numbers lofty.status.Numbers
---@return string html
function M.calls(numbers)
  local codes = codes_of(numbers.calls)
  if #codes == 0 then
    return section("calls", "Calls to Lofty", empty("No calls are counted yet: a run counts its own once a minute and when it ends."))
  end
  local shown = table.move(codes, 1, math.min(#codes, MOST_CODES), 1, {})
  return section("calls", "Calls to Lofty", hours_plot(numbers.calls), table_of("Calls by code", shown, {
    { "Code", function(code)
      return ('<code class="%s">%s</code>'):format(code.name == "OK" and "good" or "bad", html(code.name))
    end },
    { "Last 24 hours", number_cell("day"), class = "number" },
    { "In all", number_cell("all"), class = "number" },
    { "Operations", operations_cell },
  }), #codes > #shown and ("<p class=\"note\">%d more codes are in /metrics.</p>\n"):format(#codes - #shown) or "",
    '<p class="note">Attempts, of runs that are in the history. What a code means: <code>loftyrun help CODE</code></p>\n')
end

--- The runs of the last day.
---@param numbers lofty.status.Numbers
---@return string html
function M.runs(numbers)
  local runs, rows = numbers.runs, {}
  for _, row in ipairs(runs.ended) do
    rows[#rows + 1] = { name = row.exit_code == 0 and "done" or "exit code " .. row.exit_code, runs = row.runs,
      class = row.exit_code == 0 and "good" or "bad" }
  end
  if runs.died > 0 then rows[#rows + 1] = { name = "killed", runs = runs.died, class = "bad" } end
  if runs.alive > 0 then rows[#rows + 1] = { name = "under way", runs = runs.alive, class = "going" } end
  if #rows == 0 then
    return section("history", "Runs of the last 24 hours", empty("None began.", "loftyrun history"))
  end
  return section("history", "Runs of the last 24 hours", table_of("Runs by how they ended", rows, {
    { "How they ended", function(row) return ('<span class="%s">%s</span>'):format(row.class, html(row.name)) end },
    { "Runs", number_cell("runs"), class = "number" },
  }, "narrow"), '<p class="note">What a code means: <code>loftyrun help exit-codes</code>; what each did: '
    .. '<code>loftyrun history</code></p>\n')
end

return M
