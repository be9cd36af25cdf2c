--- Who asks for the items of a loop that takes an item for done when the next one is asked for (resume, lofty.sync): one
--- task, which is done with the one before. An item that somebody is at yet, and that counts as done, is lost where the
--- run is killed.
local misuse = require "lofty.misuse"
local task = require "native.task"

local M = {}

local SCRIPT = {} -- stands for the script's own task

local ahead = setmetatable({}, { __mode = "k" }) ---@type table<any, boolean> tasks that ask while others are at items

local function current() return task.current() or SCRIPT end

--- Raises unless the asker of a loop asks for the next item, and is done with the one before.
---@param name string such as "lofty.sync"
---@param asker any|nil as it was returned first
---@return any asker
function M.check(name, asker)
  local now = current()
  if ahead[now] or asker and asker ~= now then
    misuse(name .. ": an item is done when the next one is asked for, so several tasks cannot share the loop, nor "
      .. "lofty.map go over it; loop instead")
  end
  return now
end

--- A function that asks for an item as `next_item` does, while others may be at the ones before.
---@param next_item fun(): any, any
---@return fun(): any, any
function M.ahead(next_item)
  return function()
    local now = current()
    local before = ahead[now]
    local _ <close> = setmetatable({}, { __close = function() ahead[now] = before end })
    ahead[now] = true
    return next_item()
  end
end

return M
