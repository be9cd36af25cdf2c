--- What was sent to agents, in order, as `store.notified`: { channel (push, sms or email), userId, time, ... }.

local M = {}

--- Keeps one message.
---@param store table
---@param message table channel, userId and what belongs to it; the time is filled in
function M.add(store, message)
  message.time = store.now()
  store.notified[#store.notified + 1] = message
end

return M
