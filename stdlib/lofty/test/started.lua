--- The tasks that a test has started: they are waited for, or ended, so that nothing of a test goes on after it.
local native_clock = require "native.clock"
local task = require "native.task"

local M = {}

local PATIENCE = 1000

-- Tests may put clocks of their own in the place of this one.
local sleep = native_clock.sleep

local tasks = {} ---@type table<userdata, true> those that were started and have not ended

local fresh = {} ---@type table<userdata, true> those that have not had a turn yet

--- Keeps an account of what is started, so that nothing of a test goes on after it.
function M.watch()
  local start = task.start
  task.start = function(f)
    local handle
    handle = start(function()
      fresh[handle] = nil
      f()
      tasks[handle] = nil
    end)
    tasks[handle], fresh[handle] = true, true
    return handle
  end
end

local function are_left(before)
  for handle in pairs(tasks) do
    if not before[handle] then return true end
  end
  return false
end

--- Waits until those have ended that were not there before.
---@param before table<userdata, true>
---@param turns integer|nil at most so many
function M.wait(before, turns)
  while are_left(before) and turns ~= 0 do
    local _, code = sleep(turns and 0 or 1)
    if code then return end
    turns = turns and turns - 1
  end
end

--- Has those begun that have not: what a task does before it first waits is the test's.
---@param before table<userdata, true>
function M.begin(before)
  if next(fresh) then M.wait(before, 1) end
end

--- Cancels those that were not there before, and waits for them as long as they take it.
---@param before table<userdata, true>
---@return integer count
function M.stop(before)
  local count = 0
  for handle in pairs(tasks) do
    if not before[handle] then
      count = count + 1
      task.cancel(handle, true)
    end
  end
  M.wait(before, PATIENCE)
  return count
end

--- The tasks that have not ended.
---@return table<userdata, true>
function M.all()
  local copy = {}
  for handle in pairs(tasks) do copy[handle] = true end
  return copy
end

--- A task that is to be left where it stands, because the script has ended.
---@param handle userdata|nil
function M.leave(handle)
  if handle then tasks[handle] = nil end
end

--- Errors of tasks that nobody has waited for; they are forgotten.
---@return any[]
function M.take_unseen()
  local unseen, found = task.unseen(), {}
  for index = 1, unseen.last or 0 do
    if unseen[index] then found[#found + 1] = unseen[index].error end
    unseen[index] = nil
  end
  unseen.last, unseen.kept, unseen.more = nil, nil, nil
  return found
end

return M
