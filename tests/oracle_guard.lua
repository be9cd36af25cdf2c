-- What tests/oracle_guard.py runs: sends one text after the other, or several at a time, until it may not any more. Prints
-- "sent" for each and last the code that ended it.
--   oracle_guard.lua INSTANT CONCURRENCY MOST
-- loftyrun: allow notify_agents, at most 10000 a run and 10 a day
local clock = require "native.clock"
local lofty = require "lofty"

local moment = assert(lofty.time.parse(arg[1]))
clock.now = function() return moment end

local function send()
  local _, err = lofty.try(lofty.notifications.sms_to_agent, { content = "one of ten" }, { retries = 0 })
  if err and (err.code == "GRANT_EXHAUSTED" or err.outcome == "unknown") then return err end
  if not err then
    print("sent")
    io.stdout:flush()
  end
end

local ended
for _ = 1, tonumber(arg[3]) do
  local tasks = {}
  for index = 1, tonumber(arg[2]) do tasks[index] = lofty.spawn(send) end
  for _, task in ipairs(tasks) do ended = task:wait() or ended end
  if ended and ended.code == "GRANT_EXHAUSTED" then break end
end
print(ended and ended.code or "none")
