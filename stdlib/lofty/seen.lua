--- The last replies that this run has got, as texts, and what its writes have changed since (lofty.images). Both are
--- kept in two generations, of which the older one goes when the newer one is full.
local M = {}

--- Bytes in a generation; what is kept beside a text counts as so many.
local FULL, BESIDE = 1024 * 1024, 256

--- How many writes have ended.
M.epoch = 0

local replies, older_replies = {}, {} ---@type any[], any[] in fours: operation, target, epoch, body
local changes, older_changes = {}, {} ---@type table<string, table<string, integer>>, same epochs by key and name
local count, bytes = 0, 0
--- What was asked for before this epoch does not count: what has changed since then is not known any more.
local lowest, next_lowest = 0, 0

local function next_generation()
  older_replies, older_changes, replies, changes = replies, changes, {}, {}
  count, bytes, lowest, next_lowest = 0, 0, next_lowest, M.epoch
end

--- Keeps a reply. `request.since` is the epoch when it was asked for.
---@param request table
---@param body string
function M.note(request, body)
  local place = count
  replies[place + 1], replies[place + 2] = request.operation, request.target
  replies[place + 3], replies[place + 4] = request.since, body
  count, bytes = place + 4, bytes + #body + BESIDE
  if bytes > FULL then next_generation() end
end

local function search(list, last, f)
  for place = last, 4, -4 do
    local since = list[place - 1]
    if since >= lowest and f(list[place - 3], list[place - 2], since, list[place]) then return true end
  end
end

--- Calls f with the replies, the latest first, until it returns true.
---@param f fun(operation: string, target: string, since: integer, body: string): boolean
function M.latest(f)
  return search(replies, count, f) or search(older_replies, #older_replies, f)
end

--- A write is over: it has changed something now, or may have.
---@param key string
---@param names string[]
function M.changed(key, names)
  M.epoch = M.epoch + 1
  local epochs = changes[key]
  if not epochs then
    epochs = {}
    changes[key] = epochs
    bytes = bytes + BESIDE
  end
  for _, name in ipairs(names) do epochs[name] = M.epoch end
  if bytes > FULL then next_generation() end
end

local function later(epochs, name, since)
  if not epochs then return false end
  if name ~= "*" then return (epochs[name] or 0) > since or (epochs["*"] or 0) > since end
  for _, epoch in pairs(epochs) do
    if epoch > since then return true end
  end
  return false
end

--- Whether something was changed since that epoch; "*" asks for any of it.
---@param key string
---@param name string
---@param since integer
---@return boolean
function M.has_changed(key, name, since)
  return later(changes[key], name, since) or later(older_changes[key], name, since)
end

return M
