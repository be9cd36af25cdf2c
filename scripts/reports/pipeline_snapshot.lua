#!/usr/bin/env loftyrun
-- How many leads and deals stand in each stage today: appended to a CSV file, and drawn as a chart with the days before.
--
-- The chart is one SVG file that opens in any browser and fits a phone: a bar for each stage, its number, how much that has
-- changed over the days shown, and a line of them. It holds no script and loads nothing. The CSV file has one line a day and stage:
-- date, kind (lead, or the type of the deals), stage, count, amount (the sum of the deals' prices).
--
-- Usage    loftyrun scripts/reports/pipeline_snapshot.lua [options]
--   --csv FILE    where the numbers are kept (default pipeline.csv)
--   --svg FILE    where the chart goes (default pipeline.svg)
--   --days N      the chart shows the last N days (default 90)
--   --zone NAME   whose day it is: America/New_York, or local for this machine's (default local)
--   --help        print the usage
--
-- Calls    reads team.list_pipelines, leads.list (one call a stage), transactions.list_pipelines, transactions.list;
--          writes nothing in Lofty. It sees what the key's user sees. Leads whose stage the team does not list are
--          counted as "(other)".
-- Again    A second run of a day takes the place of the first, so it does not count twice. The files are replaced at
--          once: a run that is killed leaves the old ones.
-- Ends     0 done; 2 wrong usage, or the CSV file is not one of this script; 3 no or bad credentials; 4 refused;
--          5 Lofty unreachable or failing, or a file cannot be written: run again later; 8 done, but the numbers of the
--          stages do not add up, because leads were moved meanwhile

local lofty = require "lofty"
local args = require "lofty.args"
local csv = require "lofty.csv"
local time = lofty.time

local options = args.parse({
  purpose = "Counts leads and deals in each stage, keeps the numbers of each day in CSV, and draws them.",
  options = {
    { name = "csv", value = "FILE", default = "pipeline.csv", help = "where the numbers are kept" },
    { name = "svg", value = "FILE", default = "pipeline.svg", help = "where the chart goes" },
    { name = "days", value = "N", type = "integer", min = 2, max = 36500, default = 90,
      help = "the chart shows the last N days" },
    { name = "zone", value = "NAME", type = "zone", default = "local",
      help = "whose day it is, such as America/New_York" },
  },
}, arg)

local HEADER = { "date", "kind", "stage", "count", "amount" }
local OTHER = "(other)"

local now = time.fields(lofty.now(), options.zone)
local today = ("%04d-%02d-%02d"):format(now.year, now.month, now.day)

--- So many leads are in a stage; in all, where none is named.
local function count_leads(stage)
  local leads, metadata = lofty.leads.list { stage = stage, limit = 1 }
  local total = metadata and math.tointeger(metadata.total)
  if not total then error("leads.list did not say how many leads there are", 0) end
  if stage and leads[1] and leads[1].stage ~= stage then
    error(('asked for leads in stage "%s", got one in "%s"'):format(stage, tostring(leads[1].stage)), 0)
  end
  return total
end

local function add_leads(rows)
  local sum = 0
  for stage in lofty.team.each_pipelines() do
    local count = count_leads(stage.name)
    rows[#rows + 1] = { kind = "lead", stage = stage.name, count = count }
    sum = sum + count
  end
  local all = count_leads()
  if all > sum then rows[#rows + 1] = { kind = "lead", stage = OTHER, count = all - sum } end
  if all < sum then lofty.failed("the stages have more leads than there are", { stages = sum, all = all }) end
end

local function add_deals(rows)
  local places = {}
  local function place(kind, stage)
    local key = kind .. "\0" .. stage
    if not places[key] then
      places[key] = { kind = kind, stage = stage, count = 0, amount = 0 }
      rows[#rows + 1] = places[key]
    end
    return places[key]
  end
  for _, pipeline in ipairs(lofty.transactions.list_pipelines()) do
    for _, stage in ipairs(pipeline.stages) do place(pipeline.transactionType, stage.name) end
  end
  for deal in lofty.transactions.each_all() do
    local row = place(deal.transactionType or OTHER, deal.transactionStatus or OTHER)
    row.count, row.amount = row.count + 1, row.amount + (deal.homePrice or 0)
  end
end

local function fail_file(name, why)
  io.stderr:write(("pipeline_snapshot.lua: %s cannot be written: %s\n"):format(name, why))
  os.exit(5)
end

--- Replaces a file at once by what `write` puts into it.
local function replace(name, write)
  local copy = name .. ".new"
  local file, why = io.open(copy, "wb")
  if not file then fail_file(name, why) end
  local ok = true
  write(function(text)
    if ok then ok, why = file:write(text) end
  end)
  local closed, at_close = file:close()
  if ok and not closed then ok, why = closed, at_close end
  if ok then ok, why = os.rename(copy, name) end
  if ok then return end
  os.remove(copy)
  fail_file(name, why)
end

--- Calls f with each row of the days before, in the order of the file; the end of the script where it is another file.
local function each_row_before(f)
  local file, why, number = io.open(options.csv, "rb")
  if not file and number == 2 then return end
  if not file then args.fail(("%s cannot be read: %s"):format(options.csv, why)) end
  local ok, problem = pcall(function()
    local header = table.concat(HEADER, ",")
    for cells, line in csv.rows(file, ",") do
      local is_row = #cells == #HEADER and cells[1]:find("^%d%d%d%d%-%d%d%-%d%d$") and cells[4]:find("^%d+$")
      if line == 1 and table.concat(cells, ",") ~= header or line > 1 and not is_row then
        error(("line %d is not as this script writes it; name another --csv"):format(line), 0)
      end
      if line > 1 and cells[1] ~= today then f(cells) end
    end
  end)
  file:close()
  if not ok then args.fail(("%s: %s"):format(options.csv, problem)) end
end

local function amount_text(amount)
  return not amount and "" or math.tointeger(amount) and ("%d"):format(amount) or ("%.2f"):format(amount)
end

local function key_of(kind, stage) return kind .. "\0" .. stage end

local function day_of(date)
  local year, month, day = date:match("^(%d+)-(%d+)-(%d+)$")
  local ok, moment = pcall(time.moment, { year = tonumber(year), month = tonumber(month), day = tonumber(day),
    zone = "UTC" })
  return ok and moment // time.DAY or error(date .. " is no date", 0)
end

local this_day = day_of(today)

--- Writes the CSV file, and returns the points of the chart: for each kind and stage the days and numbers.
local function keep(rows)
  local history = {}
  local function note(date, kind, stage, count)
    local day = day_of(date)
    if day <= this_day - options.days or day > this_day then return end
    local points = history[key_of(kind, stage)] or {}
    history[key_of(kind, stage)] = points
    points[#points + 1] = { day = day, count = count }
  end
  each_row_before(function(cells) note(cells[1], cells[2], cells[3], math.tointeger(tonumber(cells[4]))) end)
  replace(options.csv, function(write)
    write(csv.line(HEADER))
    each_row_before(function(cells) write(csv.line(cells)) end)
    for _, row in ipairs(rows) do
      write(csv.line { today, row.kind, row.stage, row.count, amount_text(row.amount) })
    end
  end)
  for _, row in ipairs(rows) do note(today, row.kind, row.stage, row.count) end
  return history
end

--- 1234567 as people read it.
local function grouped(number)
  local text = ("%d"):format(number // 1)
  return (text:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", ""))
end

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

--- Text for XML, no longer than so many characters.
local function xml(text, most)
  local cut = most and utf8.len(text) and utf8.len(text) > most and utf8.offset(text, most)
  text = cut and text:sub(1, cut - 1) .. "…" or text
  return (text:gsub("%c", " "):gsub('[&<>"]', ENTITIES))
end

local function title_of(kind) return kind == "lead" and "Leads" or kind end

--- The parts of the chart, one for each kind: its rows, their sum and the largest of them.
local function parts_of(rows)
  local parts, by_kind = {}, {}
  for _, row in ipairs(rows) do
    local part = by_kind[row.kind]
    if not part then
      part = { kind = row.kind, sum = 0, most = 1, amount = row.amount and 0 }
      parts[#parts + 1], by_kind[row.kind] = part, part
    end
    part[#part + 1], part.sum, part.most = row, part.sum + row.count, math.max(part.most, row.count)
    if row.amount then part.amount = part.amount + row.amount end
  end
  return parts
end

local WIDTH, ROW, HEAD = 360, 46, 52

local STYLE = [[
<style>
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:#1c2733}
.s{fill:#5c6b7a}.g{fill:#fff}.b{fill:#2f6fb2}.l{fill:none;stroke:#c2571a;stroke-width:1.5}.d{fill:#c2571a}
@media (prefers-color-scheme:dark){text{fill:#e8edf2}.s{fill:#9fb0c0}.g{fill:#11181f}.b{fill:#5b9bd9}
.l{stroke:#f0a36b}.d{fill:#f0a36b}}
</style>]]

--- The line of the days before, from the oldest shown to today, in a box 104 wide and 20 high.
local function draw_line(draw, points, top)
  local most, first = 1, this_day - options.days + 1
  for _, point in ipairs(points) do most = math.max(most, point.count) end
  local places = {}
  for index, point in ipairs(points) do
    places[index] = ("%.1f,%.1f"):format(240 + 104 * (point.day - first) / (options.days - 1),
      top + 20 - 20 * point.count / most)
  end
  if #places < 2 then return end
  draw('<path class="l" fill="none" d="M%s"/>', table.concat(places, "L"))
  draw('<circle class="d" cx="344" cy="%.1f" r="2.5"/>', top + 20 - 20 * points[#points].count / most)
end

local function draw_row(draw, row, part, points, top)
  local change = row.count - points[1].count
  draw('<text x="16" y="%d" font-size="14">%s</text>', top + 14, xml(row.stage, 26))
  draw('<text x="344" y="%d" font-size="14" text-anchor="end">%s</text>', top + 14, grouped(row.count))
  if change ~= 0 then
    draw('<text class="s" x="286" y="%d" font-size="12" text-anchor="end">%+d</text>', top + 14, change)
  end
  draw('<rect class="b" x="16" y="%d" width="%.1f" height="10" rx="2"/>', top + 23,
    row.count > 0 and math.max(1, 208 * row.count / part.most) or 0)
  draw_line(draw, points, top + 18)
end

local function write_chart(rows, history)
  local parts, lines = parts_of(rows), {}
  local function draw(format, ...) lines[#lines + 1] = format:format(...) end
  local top = 56
  for _, part in ipairs(parts) do
    draw('<text x="16" y="%d" font-size="17" font-weight="600">%s: %s</text>', top + 30, xml(title_of(part.kind), 20),
      grouped(part.sum))
    if part.amount then
      draw('<text class="s" x="344" y="%d" font-size="13" text-anchor="end">%s</text>', top + 30, grouped(part.amount))
    end
    top = top + HEAD
    for _, row in ipairs(part) do
      draw_row(draw, row, part, history[key_of(row.kind, row.stage)], top)
      top = top + ROW
    end
  end
  replace(options.svg, function(write)
    write(('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="100%%" role="img" '
      .. 'aria-label="Pipeline on %s">\n<title>Pipeline on %s</title>\n'):format(WIDTH, top + 16, today, today))
    write(STYLE .. ('\n<rect class="g" width="%d" height="%d"/>\n'):format(WIDTH, top + 16))
    write(('<text x="16" y="32" font-size="20" font-weight="600">Pipeline</text>\n<text class="s" x="344" y="32" '
      .. 'font-size="13" text-anchor="end">%s, last %d days</text>\n'):format(today, options.days))
    write(table.concat(lines, "\n") .. "\n</svg>\n")
  end)
  return parts
end

local rows = {}
each_row_before(function() end) -- before anything is asked: a file that is another one ends the run
add_leads(rows)
add_deals(rows)
for _, part in ipairs(write_chart(rows, keep(rows))) do
  print(("%s: %s%s"):format(title_of(part.kind), grouped(part.sum),
    part.amount and (" for %s"):format(grouped(part.amount)) or ""))
  for _, row in ipairs(part) do print(("  %8s  %s"):format(grouped(row.count), row.stage)) end
end
print(("%s: %s and %s written"):format(today, options.csv, options.svg))
