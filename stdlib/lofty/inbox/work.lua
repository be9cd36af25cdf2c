--- The worker of a file's handlers: a process that loftyrun serve has started and that lives as long as it wants it. It
--- takes events from the store, which is the queue between the two (runtime/core/inbox_work.h), calls the handlers, each
--- event in a task of its own, and notes what came of it. What ends it in the middle loses nothing: what it was at is
--- taken up by the next one.
local budget = require "lofty.inbox.budget"
local clock = require "native.clock"
local event = require "lofty.inbox.event"
local log = require "native.log"
local native = require "native.work"
local run = require "native.run"
local task = require "native.task"
local tasks = require "lofty.task"

local M = {}

local POLL, LOOK_FOR_DEAD, PAUSE = 200, 5000, 1000 -- milliseconds
--- Between two turns: the daemon, which receives, writes to the same store, and must not find it taken all the time.
local LEAST_PAUSE, MOST_PAUSE = 5, 25
local PROBLEM_MAX = 500

---@class lofty.inbox.Work
---@field server integer
---@field handlers table[] as the store has them, with `f`, and `busy`: how many events they are at
---@field settled table[] what has ended and is not noted
---@field busy integer
---@field changed userdata fired when something has ended, or the store has changed
---@field next integer|nil when an event is to be tried again
---@field ends boolean
---@field took integer how long the last turn was, in milliseconds
---@field timeout number milliseconds that a call may take at most, whatever its handler says
---@field looked integer when it was last looked for dead runs

local function describe(err)
  local ok, text = pcall(tostring, err)
  text = run.redact(ok and text or type(err))
  if #text <= PROBLEM_MAX then return text end
  local cut = utf8.offset(text, 0, PROBLEM_MAX) or PROBLEM_MAX
  return text:sub(1, cut - 1)
end

local function finish(work, handler, row, ok, err)
  local settled = { event = row.id, handler = handler.id }
  if not ok then
    settled.problem = describe(err)
    local gives_up = row.attempt > handler.retries
    log.write(gives_up and "error" or "warn",
      gives_up and "a handler has failed and gives up; loftyrun inbox show, retry or drop" or "a handler has failed",
      { event = row.id, handler = handler.name, attempt = row.attempt, why = settled.problem })
  else
    log.write("debug", "a handler is done", { event = row.id, handler = handler.name, attempt = row.attempt })
  end
  work.settled[#work.settled + 1] = settled
  handler.busy, work.busy = handler.busy - 1, work.busy - 1
  task.fire(work.changed)
end

local function begin(work, handler, row)
  handler.busy, work.busy = handler.busy + 1, work.busy + 1
  task.start(function()
    local scope = budget.take()
    local ok, err = task.catch(nil, function()
      return tasks.deadline(math.min(handler.timeout, work.timeout), handler.f, event.new(row, handler.name))
    end)
    budget.give_back(scope)
    finish(work, handler, row, ok, err)
  end)
end

--- One transaction: what has ended is noted, what is due is taken.
local function turn(work)
  local now = clock.monotonic()
  local wanted = {}
  if not work.ends then
    for index, handler in ipairs(work.handlers) do
      wanted[index] = { handler = handler.id, generation = handler.generation,
        most = handler.concurrency - handler.busy }
    end
  end
  local looks = now - work.looked >= LOOK_FOR_DEAD
  local told, code, message = native.turn(work.server, work.settled, wanted, looks, math.random(0))
  if not told then
    log.write("error", "events cannot be taken; that is tried again", { code = code, why = message })
    return false
  end
  if looks then work.looked = now end
  work.took = clock.monotonic() - now
  work.settled = {}
  work.next, work.more = told.next, told.more
  if not told.served then work.ends = true end
  for _, row in ipairs(told.rows) do begin(work, work.by_id[row.handler], row) end
  return true
end

--- Looks at the store now and then, which costs nothing: whether something has come, or is due.
local function watch(work)
  while not work.over do
    clock.sleep(POLL)
    local due = work.next and clock.now() >= work.next
    local dead = clock.monotonic() - work.looked >= LOOK_FOR_DEAD
    if due or dead or native.changed(work.server) then task.fire(work.changed) end
  end
end

local function open(worker, functions)
  local work = { server = worker.server, handlers = {}, by_id = {}, settled = {}, busy = 0, took = 0, ends = false,
    timeout = worker.timeout or math.huge,
    changed = task.signal(), looked = -LOOK_FOR_DEAD }
  local handlers = require("lofty.store").given("inbox", native.handlers(worker.server, worker.generation, worker.file))
  for _, handler in ipairs(handlers) do
    handler.f, handler.busy = functions[handler.name], 0
    if not handler.f then error(("%s registers no handler %s any more"):format(worker.file, handler.name), 0) end
    work.handlers[#work.handlers + 1], work.by_id[handler.id] = handler, handler
  end
  work.ends = #handlers == 0
  return work
end

--- Works until the daemon wants it no more, or lives no more; then ends what it is at.
---@param worker { server: integer, generation: integer, file: string, timeout: integer|nil, requests: integer|nil } the
---  last two hold for each event: milliseconds, and requests
---@param functions table<string, function> by the handlers' names
function M.run(worker, functions)
  local work = open(worker, functions)
  if worker.requests then budget.begin(worker.requests) end
  task.start(function() watch(work) end)
  while true do
    local fine = turn(work)
    if fine and work.ends and work.busy == 0 and #work.settled == 0 then break end
    if not fine then
      clock.sleep(PAUSE)
    elseif not (work.more and not work.ends) then
      task.wait(work.changed)
    end
    clock.sleep(math.max(LEAST_PAUSE, math.min(work.took, MOST_PAUSE)))
  end
  work.over = true
end

return M
