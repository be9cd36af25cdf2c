--- The functions that were running when something failed, with their variables as they were: what --repl-on-error opens
--- the prompt in. Variables that functions share are the very ones; a function's own are copies, for it runs no more.
local evaluate = require "lofty.prompt.evaluate"

local M = {}

local MOST_FRAMES, MOST_LOCALS = 40, 200

---@class lofty.prompt.FailedFrame
---@field where string "leads.lua:12"
---@field name string|nil of the function
---@field f function
---@field locals { name: string, value: any }[] the last of a name is the one that counted

local EMBEDDED = "@loftyrun/"

local function describe(info)
  local name = info.what == "main" and "the script itself" or info.name
  return ("%s:%d"):format(info.short_src, info.currentline), name
end

--- The frames of a coroutine that ended with an error, or above a message handler; only what is Lua and not ours.
---@param co thread|nil nil: the one that runs
---@param first integer the level to begin at
---@return lofty.prompt.FailedFrame[]
function M.capture(co, first)
  local frames = {}
  local running = coroutine.running()
  co = co or running
  local shift = co == running and 1 or 0
  for level = first + shift, first + MOST_FRAMES do
    local info = debug.getinfo(co, level, "Slnf")
    if not info then break end
    if info.what ~= "C" and info.source:sub(1, #EMBEDDED) ~= EMBEDDED then
      local frame = { f = info.func, locals = {} }
      frame.where, frame.name = describe(info)
      for index = 1, MOST_LOCALS do
        local name, value = debug.getlocal(co, level, index)
        if not name then break end
        if name:sub(1, 1) ~= "(" then table.insert(frame.locals, { name = name, value = value }) end
      end
      frames[#frames + 1] = frame
    end
  end
  return frames
end

--- Opens a frame's scope: its variables become the session's.
---@param scope lofty.prompt.Scope
---@param frame lofty.prompt.FailedFrame
---@return string[] names
function M.open(scope, frame)
  local names = {}
  for index = 1, 255 do
    local name = debug.getupvalue(frame.f, index)
    if not name then break end
    if name ~= "_ENV" and name ~= "" then
      evaluate.adopt(scope, name, frame.f, index)
      names[#names + 1] = name
    end
  end
  for _, variable in ipairs(frame.locals) do
    evaluate.set(scope, variable.name, variable.value)
    names[#names + 1] = variable.name
  end
  table.sort(names)
  local unique = {}
  for _, name in ipairs(names) do
    if unique[#unique] ~= name then unique[#unique + 1] = name end
  end
  return unique
end

---@param frames lofty.prompt.FailedFrame[]
---@return string[] lines
function M.list(frames)
  local lines = {}
  for index, frame in ipairs(frames) do
    lines[index] = ("%3d  %s%s"):format(index, frame.where, frame.name and " in " .. frame.name or "")
  end
  return lines
end

return M
