--- The functions that were running when something failed, with their variables as they were: what --repl-on-error opens
--- the prompt in. Variables that functions share are the very ones; a function's own are copies, for it runs no more.
local evaluate = require "lofty.prompt.evaluate"
local native = require "native.task"

local M = {}

local MOST_FRAMES, MOST_LOCALS = 40, 200

---@class lofty.prompt.FailedFrame
---@field where string "leads.lua:12"
---@field name string|nil of the function
---@field f function
---@field locals { name: string, value: any }[] the last of a name is the one that counted

local EMBEDDED = "@[loftyrun]/"

local last = { frames = {} } ---@type { err: any, frames: lofty.prompt.FailedFrame[] } of the last error that was noted

local function describe(info)
  local name = info.what == "main" and "the script itself" or info.name ~= "?" and info.name or nil
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

--- Whether an error is the one that was noted, or its text with more in front.
local function is_last(err)
  if rawequal(last.err, err) then return true end
  return type(err) == "string" and type(last.err) == "string" and last.err ~= "" and err:sub(-#last.err) == last.err
end

--- The frames of an error that came through tasks or coroutines: theirs before those of whoever waited for them.
---@param err any
---@param outer lofty.prompt.FailedFrame[] where it came out
---@return lofty.prompt.FailedFrame[]
function M.joined(err, outer)
  local inner = last.frames
  -- The same place again is the same mistake made again, not one that has come further.
  local is_new = not inner[1] or not is_last(err)
    or outer[1] and outer[1].f == inner[1].f and outer[1].where == inner[1].where
  if is_new then return outer end
  local frames = table.move(inner, 1, #inner, 1, {})
  return table.move(outer, 1, math.min(#outer, MOST_FRAMES - #frames), #frames + 1, frames)
end

local function note(err, co, first)
  local ok, frames = pcall(M.capture, co, first)
  if ok then last = { err = err, frames = M.joined(err, frames) } end
end

--- The frames that were noted of an error.
---@param err any
---@return lofty.prompt.FailedFrame[]
function M.of(err)
  return rawequal(last.err, err) and last.frames or {}
end

-- luacheck: push ignore 122
local function watch_coroutines()
  local create, resume, close = coroutine.create, coroutine.resume, coroutine.close
  local function look(co, was_alive, ok, ...)
    if not ok and was_alive then note((...), co, 0) end
    return ok, ...
  end
  coroutine.resume = function(co, ...)
    if type(co) ~= "thread" then return resume(co, ...) end
    return look(co, coroutine.status(co) == "suspended", resume(co, ...))
  end
  local function pass(co, ok, ...)
    if ok then return ... end
    close(co)
    error((...), 0)
  end
  coroutine.wrap = function(f)
    local co = create(f)
    return function(...) return pass(co, coroutine.resume(co, ...)) end
  end
end
-- luacheck: pop

--- An error of a task or a coroutine reaches somebody when the stack is gone that it was raised on. From now on its frames
--- are noted where it is raised.
function M.watch()
  local catch = native.catch
  native.catch = function(handler, f, ...)
    return catch(function(err)
      note(err, nil, 4)
      if handler then return handler(err) end
      return err
    end, f, ...)
  end
  watch_coroutines()
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
    if name ~= "_ENV" and name ~= "_" and name ~= "" then
      evaluate.adopt(scope, name, frame.f, index)
      names[#names + 1] = name
    end
  end
  for _, variable in ipairs(frame.locals) do
    if variable.name ~= "_" then
      evaluate.set(scope, variable.name, variable.value)
      names[#names + 1] = variable.name
    end
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
