--- Tasks: functions that run beside each other, each as if it were alone.
---
---   local task = lofty.spawn(function() return lofty.leads.get(leadId) end)
---   ...
---   local lead = task:wait()
---
--- A task runs until it waits: for a call, for time, for another task. Then others go on. There is nothing to lock, and
--- nothing yields in between two calls. It works wherever Lua does, in a comparator as in a module's body
--- (host/tasks.h says how).
---
--- Cancelled is cancelled: not only the wait under way raises CANCELLED but every later one of that task, so that a
--- function which catches errors and goes on cannot go on calling Lofty. Each refused wait gives the others their turn,
--- and the 1,000th ends the task: no pcall of the script's catches an error in it any more. A loop that never waits is
--- ended by nothing but the end of the run (Ctrl-C, --timeout).
local log = require "native.log"
local lofty_error = require "lofty.error"
local misuse = require "lofty.misuse"
local native = require "native.task"
local wording = require "lofty.wording"

local M = {}

---@class lofty.Task a function that runs beside the script; made by lofty.spawn
local Task = {}

---@class lofty.Task.State what a task is made of, out of a script's reach
---@field handle userdata
---@field status lofty.TaskStatus
---@field results table|nil packed, once it is done
---@field error any once it has failed
---@field seen boolean|nil whether somebody waited for it
---@field left boolean|nil whether a deadline ended somebody's wait for it
---@field place integer|nil of its error among those that nobody has seen
---@field waiters userdata[] signals of those who wait
---@field waits_for lofty.Task.State|nil

---@alias lofty.TaskStatus
---| "running" it has not ended, waiting included
---| "done" its function has returned
---| "failed" its function has raised an error
---| "cancelled" it has ended because it was cancelled

local states = setmetatable({}, { __mode = "k" }) ---@type table<lofty.Task, lofty.Task.State>
local by_handle = setmetatable({}, { __mode = "k" }) ---@type table<userdata, lofty.Task.State>

--- More errors than these are only counted.
local MOST_UNSEEN = 100

local function of(self, method)
  return states[self] or misuse(("call %s with a colon, as in task:%s()"):format(method, method))
end

--- The host reports at the end of the run what is left here.
local function leave_unseen(state, traceback)
  local unseen = native.unseen()
  if (unseen.kept or 0) >= MOST_UNSEEN then
    state.place, unseen.more = 0, (unseen.more or 0) + 1
    return
  end
  unseen.last, unseen.kept = (unseen.last or 0) + 1, (unseen.kept or 0) + 1
  state.place = unseen.last
  unseen[state.place] = { error = state.error, traceback = traceback }
end

local function take_from_unseen(state)
  local unseen, place = native.unseen(), state.place
  if not place then return end
  state.place = nil
  if place == 0 then
    unseen.more = unseen.more - 1
  else
    unseen[place], unseen.kept = nil, unseen.kept - 1
  end
end

--- Whether the error says no more than that the task was cancelled, or that the deadline was over that had already
--- been told to whoever waited for the task. A write in doubt is more.
local function is_no_news(state, is_own)
  local err = state.error
  if not lofty_error.is_error(err) or err.outcome == "unknown" then return false end
  return is_own or state.left and err.code == "DEADLINE_EXCEEDED"
end

--- The error of a task that had to be ended, whatever the script made of it on its way out.
local function ending_error(err)
  log.write("warn", "a task that was cancelled caught every error and went on; it was ended")
  if lofty_error.is_error(err) and (err.code == "CANCELLED" or err.outcome == "unknown") then return err end
  return lofty_error.new { code = "CANCELLED", message = "it went on after it was cancelled, and was ended",
    operation = "the task", cause = err }
end

local function finish(state, traceback, ok, ...)
  if ok then
    state.status, state.results = "done", table.pack(...)
  else
    state.error = ...
    if native.is_ending(state.handle) then state.error = ending_error(state.error) end
    local is_own = native.is_cancelled(state.handle) and lofty_error.is_error(state.error)
      and state.error.code == "CANCELLED"
    state.status = is_own and "cancelled" or "failed"
    if #state.waiters == 0 and not is_no_news(state, is_own) then leave_unseen(state, traceback) end
  end
  for _, signal in ipairs(state.waiters) do native.fire(signal) end
  state.waiters = {}
end

--- Raises for a wait that was cut short.
---@param operation string such as "lofty.sleep"
---@param code string
---@param message string
function M.fail(operation, code, message)
  error(lofty_error.new { code = code, message = message, operation = operation }, 0)
end

--- What a task's coroutine runs; it never raises. The traceback is made where the error is.
local function body(state, f, ...)
  if native.is_cancelled(state.handle) then
    return finish(state, nil, pcall(M.fail, "the task", "CANCELLED", "it was cancelled before it began"))
  end
  local traceback
  local function keep_traceback(err)
    if not lofty_error.is_error(err) then traceback = debug.traceback(nil, 2) end
    return err
  end
  local results = table.pack(native.catch(keep_traceback, f, ...))
  return finish(state, traceback, table.unpack(results, 1, results.n))
end

local function is_callable(f)
  local meta = type(f) ~= "function" and debug.getmetatable(f)
  return type(f) == "function" or type(meta) == "table" and meta.__call ~= nil
end

--- Raises at the script's line where `f` cannot be called.
function M.check_function(name, f, usage)
  if is_callable(f) then return end
  misuse(("%s: expects a function, as in %s; got %s"):format(name, usage, wording.describe(f)))
end

--- See lofty.spawn.
---@param f fun(...): ...
---@param ... any
---@return lofty.Task
function M.spawn(f, ...)
  M.check_function("lofty.spawn", f, "lofty.spawn(lofty.leads.get, leadId)")
  local state = { status = "running", waiters = {} }
  local arguments = table.pack(...)
  state.handle = native.start(function()
    local given = arguments
    arguments = nil -- not kept for as long as the task runs
    return body(state, f, table.unpack(given, 1, given.n))
  end)
  local task = setmetatable({}, M.metatable)
  states[task], by_handle[state.handle] = state, state
  return task
end

--- Two that wait for each other would wait for ever, and the run with them.
local function check_circle(state, own)
  local other = state
  while other do
    if other == own then
      misuse(other == state and "task:wait: a task cannot wait for itself"
        or "task:wait: that task waits, in the end, for this one")
    end
    other = other.waits_for
  end
end

--- Waits until the task has ended. Returns what its function returned, or raises the very error that it raised.
---@return any ...
function Task:wait()
  local state = of(self, "wait")
  if state.status == "running" then
    local handle = native.current()
    local own = handle and by_handle[handle]
    if own then
      check_circle(state, own)
      own.waits_for = state
    end
    local signal = native.signal()
    table.insert(state.waiters, signal)
    local came, code, message = native.wait(signal)
    if own then own.waits_for = nil end
    if not came then
      for index, waiter in ipairs(state.waiters) do
        if waiter == signal then table.remove(state.waiters, index) break end
      end
      state.left = state.left or code == "DEADLINE_EXCEEDED"
      M.fail("task:wait", code, message)
    end
  end
  take_from_unseen(state)
  if state.status == "done" then return table.unpack(state.results, 1, state.results.n) end
  error(state.error, 0)
end

--- Ends the task: whatever it waits for raises CANCELLED in it, and so does all that it waits for later; its to-be-closed
--- variables are closed on the way. A read under way is dropped; a write under way has `outcome` "unknown" where it may
--- have left. Does nothing to a task that has ended. It returns at once: task:wait() waits until the task has ended.
--- A task that catches CANCELLED and goes on is ended at its 1,000th wait; one that goes on without waiting is not.
function Task:cancel()
  native.cancel(of(self, "cancel").handle, true)
end

--- How the task is.
---@return lofty.TaskStatus
function Task:status()
  return of(self, "status").status
end

M.metatable = {
  __name = "lofty.Task",
  __tostring = function(self) return ("task (%s)"):format(states[self].status) end,
  __index = function(_, key)
    if Task[key] then return Task[key] end
    misuse(("a task has no %s; it has :wait(), :cancel() and :status()"):format(wording.quoted(tostring(key))))
  end,
  __newindex = function() misuse("a task has no fields; what its function returns comes from task:wait()") end,
}

--- The end of a deadline's scope, also where an error leaves it.
local scope = { __close = function(self) native.leave(self.token) end }

--- See lofty.deadline.
---@param milliseconds integer
---@param f fun(...): ...
---@param ... any
---@return any ...
function M.deadline(milliseconds, f, ...)
  local _ <close> = setmetatable({ token = native.enter(milliseconds) }, scope)
  return f(...)
end

return M
