--- `loftyrun inbox handlers` and `inbox forget`: the handlers of webhooks that there are and have been
--- (runtime/core/inbox_work.h), and what waits for them.
local json = require "native.json"
local lines = require "lofty.shell.lines"
local native = require "native.inbox"
local store = require "lofty.store"
local usage = require "lofty.shell.usage"
local width = require "lofty.shell.width"
local writer = require "lofty.shell.json"

local M = {}

local function ask(method, ...)
  local result, code, message = native[method](store.account(), ...)
  if code == "JOB_TAKEN" then usage.fail(message) end
  return store.given("inbox", result, code, message)
end

local function state_of(handler)
  if not handler.server then return "not served" end
  return handler.running > 0 and "running" or "ready"
end

local function handler_json(handler)
  return { name = handler.name, pattern = handler.pattern, state = state_of(handler), served = handler.server ~= nil,
    waiting = handler.waiting, running = handler.running, file = handler.file, line = handler.line,
    concurrency = handler.concurrency, timeout = handler.timeout / 1000, retries = handler.retries,
    coalesce = handler.coalesces }
end

local function print_table(all)
  local widest = #"NAME"
  for _, handler in ipairs(all) do widest = math.max(widest, #handler.name) end
  lines.put(width.pad("NAME", widest), "", width.pad("STATE", 10), "", width.pad("WAITING", 8, true), "", "EVENTS")
  for _, handler in ipairs(all) do
    lines.put(width.pad(handler.name, widest), "", width.pad(state_of(handler), 10), "",
      width.pad(tostring(handler.waiting), 8, true), "", handler.pattern)
    print(("  %s:%d"):format(width.tame(handler.file), handler.line))
  end
end

--- Shows them.
---@param options { json: string|nil }
function M.list(options)
  local all = ask("handlers")
  if options.json then
    local list = json.array {}
    for index, handler in ipairs(all) do list[index] = handler_json(handler) end
    print(writer.readable(list))
  elseif #all == 0 then
    local account = store.account() -- also "sandbox" where there is no store yet
    lines.put("no handlers yet" .. (account == "sandbox" and "" or " for " .. account))
  else
    print_table(all)
  end
end

--- Says for which handlers something waits although nothing serves them.
function M.tell_idle()
  for _, handler in ipairs(ask("handlers")) do
    if not handler.server and handler.waiting > 0 then
      usage.say(("%d wait for the handler %s, which nothing serves: loftyrun inbox handlers"):format(handler.waiting,
        handler.name))
    end
  end
end

--- Drops what waits for one.
---@param name string
function M.forget(name)
  local count = ask("forget", name)
  if not count then
    usage.fail(('there is no handler "%s" for this profile and base URL'):format(name), "loftyrun inbox handlers")
  end
  print(("forgotten; %d waited for it"):format(count))
end

return M
