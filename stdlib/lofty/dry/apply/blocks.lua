--- The functions of lofty.once that a plan's items belong to: what they did is done under their key, so that the next run
--- of the script finds it done. Functions of several tasks run beside each other in a plan as they did in the script, so
--- each is a task that does what it is handed.
local lofty = require "lofty"
local once = require "lofty.once"
local task = require "native.task"

local M = {}

---@class lofty.dry.Block
---@field key string
---@field job table|nil that was handed over
---@field wake userdata|nil its task waits for this
---@field over { ok: boolean, result: any, before: boolean|nil }|nil
local Block = {}
Block.__index = Block

local function answer(job)
  job.answered = true
  if job.signal then task.fire(job.signal) end
end

--- What its function does: the jobs, until one of them ends it.
local function work(block)
  while true do
    while not block.job do
      block.wake = task.signal()
      local came, code, message = task.wait(block.wake)
      block.wake = nil
      -- The application has ended before it came to the function's end, which is then as after a kill.
      if not came then require("lofty.task").fail("lofty.once", code, message) end
    end
    local job = block.job
    block.job = nil
    if job.finish then return job.value end
    if job.fail then error(job.fail, 0) end
    job.ok, job.result = pcall(job.call)
    answer(job)
  end
end

--- Begins a function of lofty.once.
---@param key string|integer
---@param ttl integer|nil milliseconds
---@return lofty.dry.Block
function M.open(key, ttl)
  local block = setmetatable({ key = key }, Block)
  block.task = lofty.spawn(function()
    local ok, result, before = pcall(once.call, key, function() return work(block) end, { ttl = ttl and ttl / 1000 })
    block.over = { ok = ok, result = result, before = before }
    if block.waiting then answer(block.waiting) end
  end)
  return block
end

--- Hands it a job, and waits for its end or the block's.
local function hand(block, job)
  if block.over then return end
  block.job, block.waiting = job, job
  if block.wake then task.fire(block.wake) end
  while not job.answered and not block.over do
    job.signal = task.signal()
    task.wait(job.signal, true)
  end
  block.waiting = nil
end

--- Calls f within it. Raises what f raises, and what kept the function from being called.
---@param f fun(): any
---@return any result
---@return boolean before whether another run has done all of it
function Block:call(f)
  local job = { call = f }
  hand(self, job)
  if job.answered and job.ok ~= nil then
    if not job.ok then error(job.result, 0) end
    return job.result, false
  end
  if not self.over.ok then error(self.over.result, 0) end
  return nil, true
end

--- Ends it with what it returned.
---@param value any
function Block:finish(value)
  hand(self, { finish = true, value = value })
  if not self.over.ok then error(self.over.result, 0) end
end

--- Ends it as a function that failed.
---@param why string
function Block:fail(why)
  hand(self, { fail = why })
end

return M
