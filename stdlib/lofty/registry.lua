--- What a file registers with lofty.on, and how one of it is run. The host calls `main` in the place of the file's own
--- code, and gives it that code: when a file is looked at for `loftyrun serve`, which only wants to know what it
--- registers, and when a job of it runs, which is that the code registers again and then its function is called.
---
--- While the code registers nothing else happens: a call to Lofty, a sleep or a look at what is kept raises at its line.
--- Otherwise each start and each reload of a daemon would make it.
local json = require "native.json"
local misuse = require "lofty.misuse"
local native = require "native.schedule"
local wording = require "lofty.wording"

local M = {}

---@class lofty.Registration what one call of lofty.on says
---@field kind string "schedule" or "webhook"
---@field name string
---@field line integer
---@field [string] any

--- "none" in a run that nothing has to do with jobs, "registers" while the file's own code runs, "runs" inside a job.
local phase = "none"
local registrations = {} ---@type lofty.Registration[]
local functions = { schedule = {}, webhook = {} } ---@type table<string, table<string, function>>

--- Set by lofty.on: the checks of a schedule, for whoever names one.
M.check_schedule = nil ---@type fun(expression: any, options: any): string, lofty.Registration

--- What does something beyond the process, by the module that it is in.
local DEEDS = { ["native.http"] = { "call" }, ["native.store"] = { "open" }, ["native.locks"] = { "open" },
  ["native.clock"] = { "sleep" }, ["native.task"] = { "start" } }

local function guard(functions_of, name)
  local deed = functions_of[name]
  functions_of[name] = function(...)
    if phase == "registers" then
      misuse("a file given to serve only registers; make calls inside the function, or name the script in a profile's "
        .. "schedule = { ... } (loftyrun help profiles)")
    end
    return deed(...)
  end
end

--- The line of the script that calls into the library.
local function script_line()
  local level = 2
  local frame = debug.getinfo(level, "Sl")
  while frame do
    if frame.what ~= "C" and frame.currentline > 0 and frame.source:sub(1, 12) ~= "@[loftyrun]/" then
      return frame.currentline
    end
    level = level + 1
    frame = debug.getinfo(level, "Sl")
  end
  return 0
end

--- Raises unless this is the time to register.
---@param caller string such as "lofty.on.schedule"
function M.check(caller)
  if phase == "runs" then
    misuse(caller .. ": a job registers no others; call it at the top of the file, outside of the function")
  elseif phase == "none" then
    misuse(caller .. ": nothing would start this job in a run of its own; give the file to loftyrun serve")
  end
end

--- Takes a registration that was checked.
---@param caller string
---@param kind string
---@param name string
---@param registration lofty.Registration
---@param f function
function M.add(caller, kind, name, registration, f)
  for _, other in ipairs(registrations) do
    if other.kind == kind and other.name == name then
      misuse(("%s: the name %s is taken on line %d"):format(caller, wording.quoted(name), other.line))
    end
  end
  registration.kind, registration.name, registration.line = kind, name, script_line()
  registrations[#registrations + 1], functions[kind][name] = registration, f
end

--- Tells the host what was registered: JSON, a line for each.
local function tell()
  local lines = {}
  for index, registration in ipairs(registrations) do lines[index] = json.encode(registration) end
  native.tell(table.concat(lines, "\n") .. "\n")
end

--- What is called through this has no name in a traceback, so that the file's code is its main chunk there too.
local function nameless(f) return f end

--- The zone of a job that the file registers.
local function zone_of(name)
  for _, registration in ipairs(registrations) do
    if registration.kind == "schedule" and registration.name == name then return registration.tz end
  end
end

local function register(code, ...)
  for module, names in pairs(DEEDS) do
    for _, deed in ipairs(names) do guard(require(module), deed) end
  end
  phase = "registers"
  nameless(code)(...)
end

--- Called by the host with the file's own code, in the worker of its handlers.
---@param code function
---@param worker table what lofty.inbox.work is told
---@param ... string for the code
function M.work(code, worker, ...)
  register(code, ...)
  phase = "runs"
  return require("lofty.inbox.work").run(worker, functions.webhook)
end

--- Has the code register, and returns what and with which functions, for lofty.test; nothing of it is kept.
---@param code function
---@return lofty.Registration[]
---@return table<string, table<string, function>> functions by kind and name
function M.collect(code)
  local ok, err = require("native.task").catch(nil, register, code)
  local found, its_functions = registrations, functions
  phase, registrations, functions = "none", {}, { schedule = {}, webhook = {} }
  if not ok then error(err, 0) end
  return found, its_functions
end

--- Called by the host with the file's own code, and with the name of the job that is to run; without one it only tells.
---@param code function
---@param name string|nil
---@param event table|nil
---@param ... string for the code
---@return any ... what the job's function returns
function M.main(code, name, event, ...)
  register(code, ...)
  if not name then return tell() end
  phase = "runs"
  event.at = require("lofty.time").iso(event.due, event.zone or zone_of(name))
  event.zone = nil
  local f = functions.schedule[name]
  if not f then error(("%s registers no job %s any more"):format(arg[0], wording.quoted(name)), 0) end
  return f(event)
end

return M
