--- lofty.map: one function over many things, several at a time.
---
--- The items come one after the other, in the coroutine that called map, and the next one is taken only when a worker
--- is free for it. An iterator is therefore never asked by two at once, and reads ahead by no more than `concurrency`
--- items. The workers are tasks that live as long as the map; none is left behind when it returns, however it does.
local asker = require "lofty.asker"
local each = require "lofty.each"
local estimate = require "lofty.estimate"
local log = require "native.log"
local lofty_error = require "lofty.error"
local misuse = require "lofty.misuse"
local native = require "native.task"
local option_tables = require "lofty.options"
local task = require "lofty.task"
local wording = require "lofty.wording"

local M = {}

local USAGE = "lofty.map(list, function(item) ... end, { concurrency = 8 })"
local CONCURRENCY, MOST_CONCURRENCY = 8, 1000

---@class lofty.MapOptions
---@field concurrency integer|nil how many items at once, at most; 8
---@field on_error "stop"|"collect"|nil "stop", which is the default: the first error ends it and is raised

---@class lofty.Results what the function returned for each item, in the items' order; `#` counts items, also where
---  the result was nil
---@field [integer] any
---@field errors table<integer, any>|nil with on_error = "collect": the errors by the item's place; nil when there is none

--- The length is that of the list, whatever the results are; and what is no result is no key of the table.
local function new_results(job)
  local count = job.count
  return setmetatable(job.results, {
    __name = "lofty.Results",
    __len = function() return count end,
    __index = { errors = next(job.errors) and job.errors or nil },
  })
end

local function check_options(options)
  options = option_tables.check("lofty.map", "third", options, { concurrency = true, on_error = true })
  local count, on_error = options.concurrency or CONCURRENCY, options.on_error or "stop"
  if math.type(count) ~= "integer" or count < 1 or count > MOST_CONCURRENCY then
    misuse(("lofty.map: concurrency must be an integer between 1 and %d, got %s"):format(MOST_CONCURRENCY,
      wording.describe(count)))
  end
  if on_error ~= "stop" and on_error ~= "collect" then
    misuse('lofty.map: on_error must be "stop" or "collect", got ' .. wording.describe(on_error))
  end
  return count, on_error == "collect"
end

--- A function that returns whether there is another item, and the item, each time it is called; and one that tells how
--- far the list is when so many are done, where that can be known, with the list's name.
local function items_of(list)
  local meta = type(list) == "table" and getmetatable(list)
  if type(list) == "function" or type(meta) == "table" and meta.__call then
    if each.has_name(list) then
      misuse("lofty.map: does not go with resume, where an item is done when the next one is asked for; loop instead")
    end
    local control
    return asker.ahead(function()
      control = list(nil, control)
      return control ~= nil, control
    end), each.mapped(list)
  end
  if type(list) ~= "table" then
    misuse(("lofty.map: expects an array or an iterator, as in %s; got %s"):format(USAGE, wording.describe(list)))
  end
  local place, count = 0, #list
  if count == 0 and next(list) ~= nil then
    misuse("lofty.map: expects an array or an iterator, got a table with named fields")
  end
  return function()
    place = place + 1
    if place <= count then return true, list[place] end
    return false
  end, function(done) return { done = done, left = count - done } end
end

---@class lofty.Map.Job
---@field f function
---@field collects boolean
---@field results table
---@field errors table<integer, any>
---@field count integer items taken
---@field busy integer workers that have an item
---@field done integer items
---@field look_at number of them done: then it is looked how far the list is
---@field estimate lofty.Estimate
---@field state_at (fun(done: number): lofty.Estimate.State|nil)|nil
---@field alive integer workers that have not ended
---@field workers table[] all of them
---@field free table[] those that wait for an item
---@field changed userdata fired when a worker has become free or has ended
---@field stopped boolean
---@field failure { error: any }|nil the first error, where it stops the map

--- Stops all, once. Writes that have left end; what came of them is told where it is an error.
local function stop(job)
  if job.stopped then return end
  job.stopped = true
  for _, worker in ipairs(job.workers) do native.cancel(worker.handle, false) end
end

--- An error beside the one that is raised. That a wait was cut short is no news; what may have been done is.
local function tell(index, err)
  local is_cut = lofty_error.is_error(err) and (err.code == "CANCELLED" or err.code == "DEADLINE_EXCEEDED")
  if is_cut and err.outcome ~= "unknown" then return end
  log.write("warn", "lofty.map: another item failed as well", { item = index, error = tostring(err) })
end

local function take_error(job, index, err)
  if job.collects and not job.stopped then
    job.errors[index] = err
  elseif job.stopped then
    tell(index, err)
  else
    job.failure = { error = err }
    stop(job)
  end
end

local function keep(job, index, ok, result)
  if ok then
    job.results[index] = result
  else
    take_error(job, index, result)
  end
end

--- Those under way have made about half of their requests.
local function look(job)
  local done = job.done + job.busy / 2
  job.look_at = estimate.look(job.estimate, job.state_at and job.state_at(done) or { done = done }, job.done)
end

local function work(job, worker)
  while not job.stopped do
    keep(job, worker.index, native.catch(nil, job.f, worker.item))
    worker.item, worker.index = nil, nil
    job.busy, job.done = job.busy - 1, job.done + 1
    if job.done >= job.look_at then look(job) end
    job.free[#job.free + 1] = worker
    native.fire(job.changed)
    if job.stopped or not native.wait(worker.signal) or not worker.index then break end
  end
  job.alive = job.alive - 1
  native.fire(job.changed)
end

local function give(job, item)
  job.count, job.busy = job.count + 1, job.busy + 1
  local worker = table.remove(job.free)
  if worker then
    worker.item, worker.index = item, job.count
    native.fire(worker.signal)
    return
  end
  worker = { item = item, index = job.count, signal = native.signal() }
  job.alive = job.alive + 1
  worker.handle = native.start(function() work(job, worker) end)
  job.workers[#job.workers + 1] = worker
end

--- Waits for a change, which may be there already. False when this wait itself was cut short.
local function wait_for_change(job)
  local came, code, message = native.wait(job.changed)
  if came then return true end
  job.failure = job.failure or { code = code, message = message }
  stop(job)
  for index, err in pairs(job.errors) do tell(index, err) end
  return false
end

local function feed(job, next_item, concurrency)
  while not job.stopped do
    if job.busy >= concurrency then
      wait_for_change(job)
    else
      local more, item = next_item()
      if not more or job.stopped then break end
      give(job, item)
    end
  end
  while job.busy > 0 and not job.stopped do wait_for_change(job) end
end

--- Sends all workers home and waits until they are, come what may.
local function close(job)
  job.stopped = true
  for _, worker in ipairs(job.free) do native.fire(worker.signal) end
  while job.alive > 0 do native.wait(job.changed, true) end
end

--- See lofty.map.
---@param list any
---@param f fun(item: any): any
---@param options lofty.MapOptions|nil
---@return lofty.Results
function M.map(list, f, options)
  task.check_function("lofty.map", f, USAGE)
  local concurrency, collects = check_options(options)
  local next_item, state_at, name = items_of(list)
  local job = {
    f = f, collects = collects, results = {}, errors = {}, count = 0, busy = 0, alive = 0, workers = {}, free = {},
    changed = native.signal(), stopped = false, done = 0, state_at = state_at,
  }
  job.estimate, job.look_at = estimate.begin(name and "lofty.map over " .. name or "lofty.map", 2 * concurrency)
  -- Also where an error comes out of the iterator, or the coroutine that map runs in is closed.
  local _ <close> = setmetatable({}, { __close = function(_, err)
    if err ~= nil then stop(job) end
    close(job)
  end })
  feed(job, next_item, concurrency)
  close(job)
  estimate.finish(job.estimate)
  local failure = job.failure
  if failure and failure.code then task.fail("lofty.map", failure.code, failure.message) end
  if failure then error(failure.error, 0) end
  return new_results(job)
end

return M
