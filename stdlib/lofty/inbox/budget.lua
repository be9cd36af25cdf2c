--- How many requests a handler may make for one event: what --max-requests is for the run of a job. A handler's tasks are
--- told by the scope that they work in (native.task), which lofty.once changes for its function and what that starts.
local http = require "native.http"
local journal = require "lofty.journal"
local task = require "native.task"

local M = {}

local left = {} ---@type table<integer, integer> by the scope of an event, which are below 0
local last = 0

--- The scope of the event that the running task works for; nil for none.
local function event_scope()
  local scope = task.scope()
  while scope > 0 do
    local attempt = journal.scopes[scope]
    if not attempt then return nil end -- a task that has outlived its lofty.once
    scope = attempt.outer
  end
  return left[scope] and scope
end

local function refuse()
  return nil, "TOO_MANY_CALLS", "the handler has made as many requests for this event as it may (--max-requests)",
    { sent = false, begun = false, elapsed = 0 }
end

--- Stands in front of native.http from now on.
---@param most integer for each event
function M.begin(most)
  local call = http.call
  function http.call(request)
    local scope = event_scope()
    if not scope then return call(request) end
    if left[scope] == 0 then return refuse() end
    left[scope] = left[scope] - 1
    return call(request)
  end
  M.most = most
end

--- Has the running task, and what it starts, work for another event.
function M.take()
  if not M.most then return nil end
  last = last - 1
  left[last] = M.most
  task.enter_scope(last)
  return last
end

--- The event's handler has ended.
---@param scope integer|nil as `take` gave it
function M.give_back(scope)
  if scope then left[scope] = nil end
end

return M
