--- Keeps the items of a plan in the order in which the tasks of a script have made their calls: each takes a place in the
--- line before it reads its target, and waits for those before it when it has read it.
local task = require "native.task"

local M = {}

---@class lofty.dry.Place
---@field before lofty.dry.Place|nil
---@field waiting userdata[] signals of those behind
---@field left boolean|nil
local Place = {}
Place.__index = Place

local last ---@type lofty.dry.Place|nil

---@return lofty.dry.Place that is to be closed
function M.take()
  last = setmetatable({ before = last, waiting = {} }, Place)
  return last
end

--- Waits until all those before have left. One that left early had others before it.
function Place:wait()
  local other = self.before
  while other do
    while not other.left do
      local signal = task.signal()
      table.insert(other.waiting, signal)
      task.wait(signal, true)
    end
    other = other.before
  end
  self.before = nil
end

function Place:__close()
  self.left = true
  if last == self and not self.before then last = nil end
  for _, signal in ipairs(self.waiting) do task.fire(signal) end
end

return M
