--- Runs scripts inside of a test as they would run: with the grants of their own headers, their own globals and modules,
--- and an exit code.
local clock = require "lofty.test.clock"
local double = require "lofty.test.double"
local guard = require "native.guard"
local lofty_error = require "lofty.error"
local misuse = require "lofty.misuse"
local native = require "native.test"
local native_run = require "native.run"
local paths = require "lofty.test.paths"
local started = require "lofty.test.started"
local task = require "native.task"
local wording = require "lofty.wording"

local M = {}

local DONE, FAILED, ITEMS_FAILED = 0, 1, 8 -- runtime/core/exit_code.h

---@class lofty.test.Run what became of a script
---@field output string what it has printed
---@field errors string what it has said on standard error, its log and the error that ended it
---@field exit_code integer
---@field error any what it has let out, or nil
---@field calls lofty.test.Call[]

--- Modules that are files: each script loads its own.
local function take_modules()
  local taken = {}
  for name, value in pairs(package.loaded) do
    if package.searchpath(name, package.path) then
      taken[name], package.loaded[name] = value, nil
    end
  end
  return taken
end

--- Puts what one table holds into the other one, which others know.
local function refill(known, wanted)
  for key in pairs(known) do known[key] = nil end
  for key, value in pairs(wanted) do known[key] = value end
end

local function copy(map)
  local copied = {}
  for key, value in pairs(map) do copied[key] = value end
  return copied
end

--- Globals of its own, as strict as those of a run.
local function new_globals(path, words)
  local globals = { arg = table.move(words, 1, #words, 1, { [0] = path }) }
  globals._G = globals
  return setmetatable(globals, {
    __index = _G,
    __newindex = function(self, name, value)
      if debug.getinfo(2, "S").what == "Lua" then
        misuse(("assignment to the undefined global %s in a function; write local, or give it a value at the top of "
          .. "the script first"):format(wording.quoted(tostring(name))))
      end
      rawset(self, name, value)
    end,
  })
end

--- Calls f as part of that script: with its grants, modules and folder. All is as it was afterwards.
local function as_script(script, f, ...)
  local path, grants, modules = package.path, copy(guard.grants()), take_modules()
  local folder = paths.folder_of(script.path)
  local prefix = folder and folder .. "/" or ""
  package.path = ("%s?.lua;%s?/init.lua;%s"):format(prefix, prefix, path)
  for name, value in pairs(script.modules) do package.loaded[name] = value end
  refill(guard.grants(), script.grants)
  local results = table.pack(task.catch(nil, f, ...))
  paths.keep()
  script.modules = take_modules()
  package.path = path
  for name, value in pairs(modules) do package.loaded[name] = value end
  refill(guard.grants(), grants)
  if not results[1] then error(results[2], 0) end
  return table.unpack(results, 2, results.n)
end

local function open(path, words)
  local code, second, message = native.load(path)
  local script = { path = path, modules = {}, code = code, grants = second }
  if not code then
    script.problem, script.grants = message, {}
  else
    debug.setupvalue(code, 1, new_globals(path, words))
  end
  return script
end

local function exit_code_of(err)
  return lofty_error.is_error(err) and native.exit_code(tostring(err.code), err.category) or FAILED
end

--- os.exit of a script: the script ends, and the process does not.
local function new_exit(outcome)
  return function(code)
    if code == nil or code == true then
      code = outcome.items > 0 and ITEMS_FAILED or DONE
    elseif code == false then
      code = FAILED
    elseif math.type(code) ~= "integer" or code < 0 or code > 255 then
      misuse("os.exit: an exit code is between 0 and 255")
    end
    outcome.exit_code = outcome.exit_code or code
    started.leave(task.current())
    task.fire(outcome.over)
    task.wait(task.signal(), true)
  end
end

--- Ends what the script has started, or waits for it.
local function end_tasks(before, outcome)
  if outcome.exit_code == nil and outcome.error == nil then
    started.wait(before)
  else
    started.stop(before)
  end
  for _, err in ipairs(started.take_unseen()) do
    if outcome.error == nil then outcome.error = err end
  end
end

local function run_code(script, words, outcome)
  local before = started.all()
  before[task.current() or 0] = true
  task.start(function()
    local ok, err = task.catch(nil, script.code, table.unpack(words))
    if not ok then outcome.error = err == nil and "nil" or err end
    task.fire(outcome.over)
  end)
  local came, _, message = task.wait(outcome.over)
  if not came then error(message, 0) end
  end_tasks(before, outcome)
end

-- luacheck: push ignore 122
local function run(script, words)
  local outcome = { items = 0, over = task.signal() }
  local exit, failed = os.exit, native_run.item_failed
  os.exit = new_exit(outcome)
  native_run.item_failed = function()
    outcome.items = outcome.items + 1
  end
  assert(native.capture())
  local ok, err = task.catch(nil, run_code, script, words, outcome)
  local output, second, message = native.release()
  os.exit, native_run.item_failed = exit, failed
  if not ok then error(err, 0) end
  if not output then error(message, 0) end
  return outcome, output, second
end
-- luacheck: pop

local function calls_since(count)
  local all = double.calls()
  return table.move(all, count + 1, #all, 1, {})
end

local function word_of(word)
  if type(word) == "string" or math.type(word) then return tostring(word) end
  return misuse("run_script: an argument is a text or a number, got " .. wording.describe(word))
end

--- Runs a script to its end, as loftyrun would.
---@param path string beside the test's file, or from the current folder
---@param ... string|number its arguments
---@return lofty.test.Run
function M.run_script(path, ...)
  local words = {}
  for index = 1, select("#", ...) do words[index] = word_of((select(index, ...))) end
  local script = open(paths.find(path, "run_script"), words)
  local count = #double.calls()
  if not script.code then
    return { output = "", errors = script.problem .. "\n", exit_code = FAILED, error = script.problem, calls = {} }
  end
  local outcome, output, errors = as_script(script, run, script, words)
  local err = outcome.error
  if err ~= nil then errors = errors .. tostring(err) .. "\n" end
  local code = outcome.exit_code or err ~= nil and exit_code_of(err)
    or outcome.items > 0 and ITEMS_FAILED or DONE
  return { output = output, errors = errors, exit_code = code, error = err, calls = calls_since(count) }
end

---@class lofty.test.Automation what a file registers with lofty.on; made by serve(path)
---@field registrations table[] what it has registered: kind, name, and its options
---@field private script table
---@field private functions table<string, table<string, function>>
local Automation = {}
Automation.__index = Automation
Automation.__name = "lofty.test.Automation"

--- Loads a file that is meant for loftyrun serve, which registers handlers and jobs.
---@param path string beside the test's file, or from the current folder
---@return lofty.test.Automation
function M.serve(path)
  local script = open(paths.find(path, "serve"), {})
  if not script.code then error(script.problem, 0) end
  local registrations, functions = as_script(script, require("lofty.registry").collect, script.code)
  return setmetatable({ script = script, registrations = registrations, functions = functions }, Automation)
end

local function names(automation, kind)
  local found = {}
  for _, registration in ipairs(automation.registrations) do
    if registration.kind == kind then found[#found + 1] = wording.quoted(registration.name) end
  end
  return #found > 0 and "it has " .. wording.listed(found, "and") or "it has none"
end

local function call(automation, f, ...)
  local count = #double.calls()
  as_script(automation.script, f, ...)
  return calls_since(count)
end

--- Hands an event to the handlers that are for it, as serve would. What a handler raises comes out.
---@param name string "lead.updated"
---@param fields table|nil the entry as Lofty posts it: { leadId = 1187300000000003 }
---@param options { attempt: integer|nil }|nil more than 1: it has failed before
---@return lofty.test.Call[] calls that the handlers have made
function Automation:event(name, fields, options)
  local events = require "lofty.test.events"
  local row = events.new(name, fields or {})
  row.attempt = options and options.attempt or 1
  return call(self, events.give, self, { row }, names(self, "webhook"))
end

--- Hands over all events of a body as Lofty posts it: a file of JSON, or a table.
---@param body string|table
---@return lofty.test.Call[] calls that the handlers have made
function Automation:deliver(body)
  local events = require "lofty.test.events"
  if type(body) == "string" then body = paths.fixture(body) end
  return call(self, events.give, self, events.read(body), names(self, "webhook"))
end

--- Runs a job as serve would when it is due. With `at` the clock is put to that instant.
---@param name string
---@param options { at: string|integer|nil, attempt: integer|nil }|nil
---@return lofty.test.Call[] calls that the job has made
function Automation:job(name, options)
  options = options or {}
  local f = self.functions.schedule[name]
  if not f then misuse(("job: there is no job %s; %s"):format(wording.quoted(tostring(name)), names(self, "schedule"))) end
  local zone
  for _, registration in ipairs(self.registrations) do
    if registration.kind == "schedule" and registration.name == name then zone = registration.tz end
  end
  if options.at then clock.set(options.at) end
  local due = clock.now()
  return call(self, f, { name = name, due = due, at = require("lofty.time").iso(due, zone), late = 0, by_hand = false,
    attempt = options.attempt or 1 })
end

return M
