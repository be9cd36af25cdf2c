--- `loftyrun history`: what runs did, out of the journal (runtime/core/journal.h). Lines are made for 80 columns.
local arguments = require "lofty.shell.arguments"
local json = require "native.json"
local lines = require "lofty.shell.lines"
local native = require "native.journal"
local time = require "lofty.time"
local printed = require "lofty.shell.printed"
local store = require "lofty.store"
local usage = require "lofty.shell.usage"
local width = require "lofty.shell.width"
local writer = require "lofty.shell.json"

local M = {}

local HINT = "loftyrun help history"
local RUNS, WRITES, PAGE = 20, 200, 200
local BARS = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" }
local MOST_BARS = 40

local function ask(method, ...) return store.given("history", native[method](...)) end

--- How a run is, or how it ended.
---@param run table of the journal
---@return string
function M.state_of(run)
  if run.alive then return "under way" end
  if not run.ended then return "died" end
  if run.exit_code == 0 then return "done" end
  if run.exit_code == 130 or run.exit_code == 143 then return "interrupted" end
  if run.exit_code == 8 then return "items failed (8)" end
  return ("failed (%d)"):format(run.exit_code)
end

--- A write that nobody has settled is under way only in a run that is alive.
local function outcome_of(write, run)
  return write.state == "sending" and not run.alive and "unknown" or write.state
end

---@param ms integer
---@return string
function M.duration_text(ms)
  if ms < 1000 then return ("%d ms"):format(ms) end
  if ms < 120000 then return ("%.1f s"):format(ms / 1000) end
  if ms < 7200000 then return ("%d min"):format(ms // 60000) end
  return ("%.1f h"):format(ms / 3600000)
end

local function duration_of(run)
  return run.ended and run.ended - run.began
end

--- A run for programs.
---@param run table
---@return table
function M.run_json(run)
  return { run = run.id, script = width.valid(run.script), account = run.account, process = run.process, state = M.state_of(run),
    began = time.iso(run.began), ended = run.ended and time.iso(run.ended), ms = duration_of(run),
    exit_code = run.exit_code, writes = { done = run.done, not_done = run.refused, in_doubt = run.open } }
end

--- What came of a run's writes, in a few words.
---@param run table
---@return string
function M.writes_text(run)
  local parts = {}
  if run.done > 0 then parts[#parts + 1] = ("%d"):format(run.done) end
  if run.refused > 0 then parts[#parts + 1] = ("%d not done"):format(run.refused) end
  if run.open > 0 then parts[#parts + 1] = ("%d in doubt"):format(run.open) end
  return #parts > 0 and table.concat(parts, ", ") or "-"
end

--- A script without its folder.
---@param script string
---@return string
function M.last_part(script)
  return script:match("([^/]+)/*$") or script
end

--- The durations of one script's runs, oldest first.
local function sparkline(durations)
  local most, line = 1, {}
  for index = math.max(1, #durations - MOST_BARS + 1), #durations do most = math.max(most, durations[index]) end
  for index = math.max(1, #durations - MOST_BARS + 1), #durations do
    line[#line + 1] = BARS[math.min(#BARS, 1 + durations[index] * #BARS // (most + 1))]
  end
  return table.concat(line), most
end

local function print_durations(runs)
  local scripts, order = {}, {}
  for index = #runs, 1, -1 do
    local run = runs[index]
    local duration = duration_of(run)
    if duration then
      if not scripts[run.script] then
        scripts[run.script] = {}
        table.insert(order, 1, run.script)
      end
      table.insert(scripts[run.script], duration)
    end
  end
  local said = false
  for _, script in ipairs(order) do
    local durations = scripts[script]
    if #durations > 1 then
      if not said then print("\nHow long they took, the latest last:") end
      said = true
      local line, most = sparkline(durations)
      lines.put(" ", width.pad(width.cut(width.tame(M.last_part(script)), 22), 22), line,
        ("up to %s"):format(M.duration_text(most)))
    end
  end
end

local function list(options)
  local most = options.max or RUNS
  local runs = ask("runs", 0, most + 1)
  local more = #runs > most
  runs[most + 1] = nil
  if options.json then
    local all = json.array {}
    for index, run in ipairs(runs) do all[index] = M.run_json(run) end
    print(writer.readable(all))
    return
  end
  if #runs == 0 then
    print("no runs yet")
    return
  end
  lines.put(width.pad("RUN", 6, true), width.pad("BEGAN", 19), width.pad("TOOK", 7, true), width.pad("HOW", 16), "WRITES, SCRIPT")
  for _, run in ipairs(runs) do
    local duration = duration_of(run)
    local writes = M.writes_text(run)
    lines.put(width.pad(tostring(run.id), 6, true), lines.clock(run.began),
      width.pad(duration and M.duration_text(duration) or "", 7, true), width.pad(M.state_of(run), 16),
      (writes ~= "-" and writes .. ", " or "") .. width.tame(M.last_part(run.script)))
  end
  if more then print(("older ones: loftyrun history list --max %d"):format(most * 10)) end
  print_durations(runs)
end

local function decoded(text) return text and (json.decode(text, { keep_null = true })) end

--- The run that took a write back; nil where none has.
local function undone_by(write, run)
  if write.state ~= "done" then return nil end
  local known = ask("key", run.account, ("undo %d.%d"):format(run.id, write.number))
  return known and known.state == "done" and known.run or nil
end

--- A write for programs.
---@param write table of the journal
---@param run table
---@return table
function M.write_json(write, run)
  return { number = write.number, operation = write.operation, method = write.method, path = write.path,
    parameters = decoded(write.parameters), fields = decoded(write.fields),
    key = write.key and width.valid(write.key), before = decoded(write.image),
    began = time.iso(write.began), settled = write.settled and time.iso(write.settled),
    outcome = outcome_of(write, run), result = decoded(write.result), undone_by = undone_by(write, run) }
end

--- All that is known of a write's end, shortly.
local function result_text(write)
  local result = decoded(write.result)
  if type(result) ~= "table" then return "" end
  if write.state ~= "done" and write.state ~= "earlier" then
    return result.code and ("%s: %s"):format(result.code, result.message or "") or ""
  end
  return writer.compact(result)
end

--- Calls f(write) for the run's writes, at most so many. Returns whether there are more.
local function each_write(run, most, f)
  local after, count = 0, 0
  while true do
    local page = ask("writes", run.id, after, math.min(PAGE, most - count + 1))
    for _, write in ipairs(page) do
      if count == most then return true end
      f(write)
      count, after = count + 1, write.number
    end
    if #page == 0 then return false end
  end
end

--- The last run of a job.
local function find_run_of_job(name)
  local before, ending = 0, "#" .. name
  repeat
    local runs = ask("runs", before, PAGE)
    for _, run in ipairs(runs) do
      if run.script:sub(-#ending) == ending then return run end
    end
    before = runs[PAGE] and runs[PAGE].id
  until not before
end

--- The run of that number, the last one but for this, or the last one of a job, which is told from those by the word
--- "job" before its name.
local function find_run(word, name)
  if name then return find_run_of_job(name) or usage.fail(("no run of a job %s is known"):format(name), HINT) end
  if word == "last" then return ask("runs", (native.run()), 1)[1] or usage.fail("there are no runs yet", HINT) end
  local id = word:find("^%d+$") and math.tointeger(tonumber(word))
  if not id then
    return find_run_of_job(word)
      or usage.fail(('a run is a number, last, or the name of a job that has run; got "%s"'):format(word), HINT)
  end
  return ask("of", id) or usage.fail(("there is no run %d; it may have been forgotten"):format(id), HINT)
end

--- One write of a run, on a line or two.
---@param write table
---@param run table
function M.print_write(write, run)
  lines.put(width.pad(tostring(write.number), 5, true), lines.clock(write.began):sub(12),
    width.pad(outcome_of(write, run), 8), write.operation, width.tame(write.method .. " " .. write.path))
  local sent = decoded(write.fields)
  if type(sent) == "table" and next(sent) ~= nil then lines.put("      sent", width.tame(writer.compact(sent))) end
  local more = result_text(write)
  if write.key then more = ("key %s  %s"):format(width.tame(write.key), more) end
  local by = undone_by(write, run)
  if by then more = ("undone by run %d  %s"):format(by, more) end
  if more ~= "" then lines.put("     ", width.tame(more)) end
end

--- All of a run, a write at a time: there may be a million.
local function show_json(options, run)
  local whole, first = M.run_json(run), true
  whole.counts, whole.writes = whole.writes, nil
  whole.output = printed.json(ask("output", run.id))
  local head = writer.readable(whole)
  io.write(head:sub(1, -3), ",\n  \"writes\": [")
  each_write(run, options.max or math.maxinteger, function(write)
    io.write(first and "\n    " or ",\n    ", writer.readable(M.write_json(write, run), nil, 2))
    first = false
  end)
  io.write(first and "]\n}\n" or "\n  ]\n}\n")
end

local function show(options, run)
  if options.follow then return require("lofty.shell.history_follow").writes(run, options) end
  if options.json then return show_json(options, run) end
  local duration = duration_of(run)
  lines.put(("run %d: %s, %s"):format(run.id, width.tame(run.script), M.state_of(run)))
  lines.put(("began %s%s, process %d"):format(time.iso(run.began, "local"),
    duration and ", took " .. M.duration_text(duration) or "", run.process))
  lines.put("for " .. width.tame(run.account))
  lines.put("writes: " .. M.writes_text(run))
  if each_write(run, options.max or WRITES, function(write) M.print_write(write, run) end) then
    print("and more: --max N shows so many of them, --json all")
  end
  printed.show(ask("output", run.id))
end

local function settle(key, how)
  if how ~= "done" and how ~= "again" then usage.fail("say what is so: settle KEY done, or settle KEY again", HINT) end
  local account = store.account()
  if not usage.guard(HINT, require("lofty.once").settle, key, how) then
    usage.fail(("nothing is known under %s for %s"):format(key, account), HINT)
  end
  print(how == "done" and "done: it is not done any more" or "free: it is done again")
end

--- Runs the command.
---@param ... string
function M.run(...)
  local options, words = arguments.plain(...)
  local verb = words[1] or "list"
  if options.apply and verb ~= "undo" then usage.fail("--apply goes with undo RUN", HINT) end
  if options.follow and verb ~= "list" and verb ~= "show" then usage.fail("--follow goes with list or show RUN", HINT) end
  if verb == "list" and #words <= 1 then
    if options.follow then return require("lofty.shell.history_follow").runs(options) end
    return list(options)
  end
  local names_run = #words == 2 or #words == 3 and words[2] == "job"
  if verb == "show" and names_run then return show(options, find_run(words[2], words[3])) end
  if verb == "settle" and #words == 3 then return settle(words[2], words[3]) end
  if verb == "undo" and names_run then
    return require("lofty.shell.history_undo").run(find_run(words[2], words[3]), options)
  end
  usage.fail("say list, show RUN, undo RUN, or settle KEY done|again", HINT)
end

return M
