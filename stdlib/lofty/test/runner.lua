--- loftyrun test: finds the files, has each test run in a process of its own, a few at a time, and reports in the order
--- of the files. Called by the command with names and values by turns, "--", and the paths.
local files = require "native.files"
local json = require "native.json"
local process = require "native.process"
local task = require "native.task"
local tasks = require "lofty.task"
local usage = require "lofty.shell.usage"

local M = {}

local USAGE, FAILED = 2, 1
local SECONDS, SUFFIX = 30, "_test.lua"
local WATCH_EVERY = 300 -- ms
local LATE = "it did and said nothing for %g s, and was ended (--timeout)"

---@class lofty.test.Result
---@field file string
---@field name string
---@field line integer|nil
---@field status "passed"|"failed"|"pending"
---@field seconds number|nil
---@field problems table[]|nil { message, differences, frames, hint }
---@field calls string[]|nil
---@field notes string[]|nil
---@field output string|nil
---@field why string|nil of a pending one

local function fail(message)
  usage.say(message)
  os.exit(USAGE)
end

local function read_arguments(...)
  local words, options, place = { ... }, {}, 1
  while words[place] ~= "--" do
    options[words[place]], place = words[place + 1], place + 2
  end
  return options, table.move(words, place + 1, #words, 1, {})
end

local function walk(folder, found)
  local names, why = files.list(folder == "" and "." or folder)
  if not names then fail(("cannot read the folder %s: %s"):format(folder, why)) end
  for _, name in ipairs(names) do
    local path = folder == "" and name or (folder:gsub("/$", "") .. "/" .. name)
    local kind, is_link = files.kind(path)
    if kind == "folder" then
      -- A link may lead to where it stands.
      if is_link ~= true then walk(path, found) end
    elseif kind == "file" and name:sub(-#SUFFIX) == SUFFIX then
      found[#found + 1] = path
    end
  end
end

--- The files of tests in these paths, each once. Where a file is being watched it may be gone for a moment.
local function find(paths, is_watched)
  local found, once, each = {}, {}, {}
  if #paths == 0 then walk("", found) end
  for _, path in ipairs(paths) do
    if path == "" then fail "the name of a file of tests is empty" end
    local kind, why = files.kind(path)
    if not kind and not is_watched then
      fail(("cannot read %s: %s"):format(path, why))
    elseif kind == "folder" then
      walk(path == "." and "" or path, found)
    else
      found[#found + 1] = path
    end
  end
  for _, path in ipairs(found) do
    if not each[path] then
      each[path] = true
      once[#once + 1] = path
    end
  end
  return once
end

--- So many at a time; who comes first goes first.
local function new_gate(room)
  local waiting = {}
  return function(f, ...)
    if room == 0 then
      local signal = task.signal()
      waiting[#waiting + 1] = signal
      task.wait(signal)
    else
      room = room - 1
    end
    local results = table.pack(f(...))
    local first = table.remove(waiting, 1)
    if first then task.fire(first) else room = room + 1 end
    return table.unpack(results, 1, results.n)
  end
end

local function ended_how(ran, seconds)
  if ran.late then return LATE:format(seconds) end
  if ran.exit_code > 128 then return ("its process was ended by signal %d"):format(ran.exit_code - 128) end
  return ("its process ended by itself, with exit code %d"):format(ran.exit_code)
end

--- One process. Returns what it told: reports, `done` where it came to its end, and how it ended where not.
local function run_process(run, path, work)
  local arguments = { "loftyrun", "test", "--no-color", "--", "", path, json.encode(work) }
  local ran, why, message = process.run(arguments, run.seconds)
  if why == "CANCELLED" then tasks.fail("test", why, message) end
  if not ran then error(message, 0) end
  local output = ran.cut and ran.output .. "\n(and more, which is left out)" or ran.output
  local told = { results = {}, output = output, ended = ended_how(ran, run.seconds) }
  for line in ran.report:gmatch("([^\n]*)\n") do
    local report = json.decode(line)
    if report.test then
      told.results[report.test] = report
    elseif report.began then
      told.began = report.began
    else
      for key, value in pairs(report) do told[key] = value end
    end
  end
  for _, file in ipairs(told.files or {}) do run.files[file] = true end
  if told.coverage then run.coverage:add(told.coverage) end
  return told
end

local function result_of(path, test, told)
  local result = { file = path, name = test.name, line = test.line, output = told.output }
  local report = told.results[test.key]
  if test.pending then
    result.status, result.why = "pending", test.pending
  elseif report then
    for key, value in pairs(report) do result[key] = value end
  else
    local why = "the process of the tests has ended before it"
    if told.done then
      why = "it was not there when the file was loaded again: a file registers the same tests each time"
    elseif told.began == test.key or not told.began then
      why = told.ended
    end
    result.status = "failed"
    result.problems = { { message = told.problem or why, frames = told.frames or {} } }
  end
  return result
end

local function file_problem(path, told)
  return { file = path, name = path, status = "failed", output = told.output,
    problems = { { message = told.problem or "the file could not be loaded: " .. told.ended, frames = told.frames or {} } } }
end

--- Starts all of one file's tests. Returns functions that wait for a result each, in order.
local function start_file(run, path)
  local work = { plan = true, filter = run.options.filter, coverage = run.coverage ~= nil }
  local told = run.gate(run_process, run, path, work)
  if not told.plan then return { function() return file_problem(path, told) end } end
  local waits, first = {}, true
  for place, test in ipairs(told.plan) do
    if told.serial or first or test.pending then
      waits[place] = function() return result_of(path, test, told) end
    else
      local own = { test = test.key, coverage = work.coverage }
      local started = tasks.spawn(function()
        return result_of(path, test, run.gate(run_process, run, path, own))
      end)
      waits[place] = function() return started:wait() end
    end
    first = false
  end
  -- What goes wrong once all have passed, or where none was wanted.
  if told.problem or not told.done and not told.began then
    waits[#waits + 1] = function() return file_problem(path, told) end
  end
  return waits
end

local function new_report(options)
  local form, file = (options.report or "text"):match("^(%l+)=?(.*)$")
  local reports = { require("lofty.test.report." .. form).new(file ~= "" and file or nil) }
  if file ~= "" then table.insert(reports, 1, require("lofty.test.report.text").new()) end
  return reports
end

local function tell(reports, method, ...)
  for _, report in ipairs(reports) do report[method](report, ...) end
end

--- Runs all once. Returns whether all is well.
local function run_once(run, found)
  local reports, count = new_report(run.options), { passed = 0, failed = 0, pending = 0 }
  run.gate, run.files = new_gate(math.tointeger(tonumber(run.options.jobs)) or 1), {}
  run.coverage = run.options.coverage and require("lofty.test.coverage").new() or nil
  local started = {}
  for index, path in ipairs(found) do
    run.files[path] = true
    started[index] = tasks.spawn(start_file, run, path)
  end
  for _, starting in ipairs(started) do
    for _, wait in ipairs(starting:wait()) do
      local result = wait()
      count[result.status] = count[result.status] + 1
      tell(reports, "result", result)
    end
  end
  local none = count.passed + count.failed == 0
  if none then
    count.failed = 1
    local why = #found == 0 and "there is no file *_test.lua" or run.options.filter
      and ("no test has a name that matches %q"):format(run.options.filter) or "there is no test in them"
    if count.pending > 0 then why = "all tests are pending" end
    tell(reports, "result", { file = "", name = "no test was run", status = "failed",
      problems = { { message = why, frames = {} } } })
  end
  if run.coverage then run.coverage:report(run.options.coverage, reports[1].is_for_programs) end
  tell(reports, "finish", count)
  return count.failed == 0
end

local function stamp(path) return files.stamp(path) or "gone" end

local function stamps(paths, known)
  local found = {}
  for path in pairs(known) do found[path] = stamp(path) end
  for _, path in ipairs(find(paths, true)) do found[path] = stamp(path) end
  return found
end

local function differs(before, now)
  for path, now_stamp in pairs(now) do
    if before[path] ~= now_stamp then return path end
  end
  for path in pairs(before) do
    if now[path] == nil then return path end
  end
end

--- What changes while tests run is seen after them, and what was read once is looked for again while it is gone.
local function watch(run, paths)
  local known = {}
  while true do
    local before = stamps(paths, known)
    run_once(run, find(paths, true))
    for path in pairs(run.files) do
      known[path] = true
      before[path] = before[path] or stamp(path)
    end
    print("waiting for a file to change; Ctrl-C ends it")
    io.stdout:flush()
    local changed = differs(before, stamps(paths, known))
    while not changed do
      require("native.clock").sleep(WATCH_EVERY)
      changed = differs(before, stamps(paths, known))
    end
    print(("\n%s has changed"):format(changed))
  end
end

--- Called by the command.
---@param ... string
function M.run(...)
  local options, paths = read_arguments(...)
  local run = { options = options, seconds = tonumber(options.timeout) or SECONDS, files = {} }
  if options.filter and not pcall(string.find, "", options.filter) then
    fail(("--filter must be a Lua pattern, and %q is none"):format(options.filter))
  end
  if options.watch then return watch(run, paths) end
  if not run_once(run, find(paths)) then os.exit(FAILED) end
end

return M
