--- A test process: loads a file of tests, runs one of them (or all, where they share the process), and tells the runner.
--- The host calls `main` in the place of the file's own code, and gives it that code.
local clock = require "lofty.test.clock"
local double = require "lofty.test.double"
local expect = require "lofty.test.expect"
local json = require "native.json"
local lofty_error = require "lofty.error"
local native = require "native.test"
local native_clock = require "native.clock"
local paths = require "lofty.test.paths"
local started = require "lofty.test.started"
local task = require "native.task"
local tree = require "lofty.test.tree"

local M = {}

M.is_on = false -- whether this is a test process

local MOST_CALLS, MOST_TEXT = 40, 64 * 1024

-- Tests may put clocks of their own in the place of this one.
local monotonic = native_clock.monotonic

--- Bytes that are no text cannot be written as JSON.
local function clean(value)
  if type(value) == "string" then return utf8.len(value) and value or (value:gsub("[\128-\255]", "?")) end
  if type(value) ~= "table" then return value end
  local copy = {}
  for key, item in pairs(value) do copy[clean(key)] = clean(item) end
  return copy
end

local function tell(report)
  local text = json.encode(report) or json.encode(clean(report))
  assert(native.tell(text .. "\n"))
end

local function text_of(err)
  local ok, text = pcall(tostring, err)
  if type(err) == "table" and not lofty_error.is_error(err) and not expect.is_failure(err)
    and not (getmetatable(err) or {}).__tostring then
    text = "raised a table: " .. require("lofty.test.difference").short(err)
  end
  text = ok and text or "an error that cannot be shown"
  return #text > MOST_TEXT and text:sub(1, MOST_TEXT):gsub("[\128-\255]*$", "") .. "..." or text
end

--- Called where the error is, so that the stack tells the places.
local function describe(err)
  if expect.is_failure(err) then
    return { message = text_of(err.message), differences = err.differences, frames = err.frames }
  end
  local problem = { message = text_of(err), frames = expect.frames(2) }
  if lofty_error.is_error(err) then
    problem.hint = err.hint
    local frames = {}
    for place in (err.traceback or ""):gmatch("\n%s*([^\n]-:%d+): in ") do
      if not place:find("^%[") then frames[#frames + 1] = place end
    end
    if #frames > 0 then problem.frames = frames end
  end
  return problem
end

local function attempt(problems, f)
  local ok, problem = task.catch(describe, f)
  if ok then return true end
  if type(problem) ~= "table" then problem = { message = text_of(problem), frames = {} } end
  problems[#problems + 1] = problem
  return false
end

local function open_sandbox(settings)
  if settings.clock then clock.set(settings.clock) end
  local seed = settings.seed or "demo"
  local fine, _, message = native.sandbox(seed, settings.faults, settings.rate_limit)
  if not fine then error(("the sandbox cannot be had: %s"):format(message), 0) end
end

local function run_body(test, problems)
  local groups, entered, fine = tree.groups(test), 0, true
  for depth, group in ipairs(groups) do
    entered = depth
    for _, f in ipairs(group.before) do fine = fine and attempt(problems, f) end
    if not fine then break end
  end
  if fine then attempt(problems, test.body) end
  for depth = entered, 1, -1 do
    for _, f in ipairs(groups[depth].after) do attempt(problems, f) end
  end
end

local function calls_made()
  local lines = {}
  for index, call in ipairs(double.calls()) do
    if index > MOST_CALLS then
      lines[index] = ("and %d more"):format(#double.calls() - MOST_CALLS)
      break
    end
    lines[index] = double.line(call)
  end
  return lines
end

local function look_after(before, problems, notes)
  for _, sentence in ipairs(double.unexpected()) do problems[#problems + 1] = { message = sentence, frames = {} } end
  started.begin(before)
  local count = started.stop(before)
  if count > 0 then
    notes[#notes + 1] = count == 1 and "a task that the test has started still ran at its end; it was cancelled"
      or ("%d tasks that the test has started still ran at its end; they were cancelled"):format(count)
  end
  for _, err in ipairs(started.take_unseen()) do
    local problem = describe(err)
    problem.message = "in a task that nobody waited for: " .. problem.message
    problems[#problems + 1] = problem
  end
end

--- Runs one test and tells of it.
local function run_test(test, prepare)
  local problems, notes = {}, {}
  if test.pending then return end
  tell { began = test.key }
  local began, before = monotonic(), started.all()
  double.reset()
  if attempt(problems, function() prepare(tree.settings(test.group)) end) then
    double.close(nil)
    run_body(test, problems)
  end
  look_after(before, problems, notes)
  tell { test = test.key, status = #problems > 0 and "failed" or "passed", seconds = (monotonic() - began) / 1000,
    problems = #problems > 0 and json.array(problems) or nil, calls = #problems > 0 and calls_made() or nil,
    notes = #notes > 0 and notes or nil }
end

--- before_all and after_all of the groups that are entered and left between two tests.
local function change_groups(from, to)
  local problems = {}
  local left = from and tree.groups(from) or {}
  local entered = to and tree.groups(to) or {}
  local same = 0
  while left[same + 1] and left[same + 1] == entered[same + 1] do same = same + 1 end
  for depth = #left, same + 1, -1 do
    for _, f in ipairs(left[depth].after_all) do attempt(problems, f) end
  end
  for depth = same + 1, #entered do
    for _, f in ipairs(entered[depth].before_all) do attempt(problems, f) end
  end
  return problems
end

local function run_together(chosen)
  local before
  for _, test in ipairs(chosen) do
    local problems = change_groups(before, test)
    run_test(test, function()
      if problems[1] then error("before_all: " .. problems[1].message, 0) end
    end)
    before = test
  end
  local problems = change_groups(before, nil)
  if problems[1] then tell { problem = "after_all: " .. problems[1].message } end
end

--- The tests that the filter leaves.
local function choose(filter)
  local chosen = {}
  for _, test in ipairs(tree.tests) do
    if not filter or test.name:find(filter) then chosen[#chosen + 1] = test end
  end
  return chosen
end

local function find(key)
  for _, test in ipairs(tree.tests) do
    if test.key == key then return { test } end
  end
  return {}
end

local function tell_plan(chosen)
  local tests = json.array {}
  for place, test in ipairs(chosen) do
    tests[place] = { key = test.key, name = test.name, line = test.line, pending = test.pending }
  end
  tell { plan = tests, serial = tree.is_serial }
end

--- Has the tests of the file share one process and one sandbox, which is there from now on: they depend on one another
--- then. Call it at the top of the file, after use{}.
function M.serial()
  tree.is_serial = true
  open_sandbox(tree.settings(tree.root))
  double.close(nil)
end

local function install()
  M.is_on = true
  clock.install()
  -- Whom a script may reach is known only once it is loaded (lofty.test.scripts).
  require("native.guard").reaches_leads = function() return true end
  started.watch()
  double.install()
end

local function tell_files(work)
  local files = json.array {}
  for path in pairs(paths.read()) do files[#files + 1] = path end
  table.sort(files)
  if work.coverage then
    local counts = {}
    for path, lines in pairs(require("native.coverage").take()) do
      local texts = {}
      for line, count in pairs(lines) do texts[tostring(line)] = count end
      counts[path] = texts
    end
    tell { coverage = counts }
  end
  tell { files = files }
end

--- Called by the host.
---@param code function the file's
---@param text string JSON: { plan = whether its tests are wanted, filter, test = the key of the one to run, coverage }
function M.main(code, text)
  local work = assert(json.decode(text))
  install()
  if work.coverage then require("native.coverage").start() end
  paths.begin(arg[0])
  local problems = {}
  if not attempt(problems, code) then
    tell { problem = problems[1].message, frames = problems[1].frames }
    tell_files(work)
    os.exit(1)
  end
  tree.is_loaded = true
  local chosen = work.test and find(work.test) or choose(work.filter)
  if work.plan then tell_plan(chosen) end
  if tree.is_serial then
    run_together(chosen)
  elseif chosen[1] then
    run_test(chosen[1], open_sandbox)
  end
  tell_files(work)
  tell { done = true }
  os.exit(0)
end

return M
