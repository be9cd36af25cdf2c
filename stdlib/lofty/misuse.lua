--- Raising for mistakes in a script: a plain string that points at the script's own line.
--- A mistake is not something Lofty refused, so it is never a lofty error and `lofty.try` lets it pass.

--- What the names of loftyrun's own chunks begin with. Errors must point past them, at what the author wrote.
local OWN = "@[loftyrun]/"

local function is_own(source)
  return source:sub(1, #OWN) == OWN
end

--- Raises `message`, preceded by "<script>:<line>: " of the nearest Lua frame outside the standard library.
--- Where there is none (the script left through a tail call), the message stands alone.
---@param message string what was wrong, beginning with the name of what was called
local function misuse(message)
  local level = 2
  local frame = debug.getinfo(level, "Sl")
  while frame do
    if frame.what ~= "C" and frame.currentline > 0 and not is_own(frame.source) then
      error(("%s:%d: %s"):format(frame.short_src, frame.currentline, message), 0)
    end
    level = level + 1
    frame = debug.getinfo(level, "Sl")
  end
  error(message, 0)
end

return misuse
