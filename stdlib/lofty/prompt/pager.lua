--- Writes lines, a screenful at a time where a person reads them: Space goes on, Enter shows one more, q stops.
local terminal = require "native.terminal"

local M = {}

local MORE = "-- %d more: Space, Enter, q --"

--- How wide and high the screen is.
---@return integer columns
---@return integer|nil rows nil where there is none
function M.size()
  local columns, rows = terminal.size()
  if not columns then return 100 end
  return columns, rows
end

local function put(lines, first, last)
  if first <= last then io.stdout:write(table.concat(lines, "\n", first, last), "\n") end
end

--- So many rows of the screen a line takes.
local function height(line, columns)
  local width = require("lofty.shell.width")
  local plain = line:gsub("\27%[[%d;]*m", "")
  return math.max(1, (width.of(width.valid(plain)) + columns - 1) // columns)
end

--- The last line that fits on so many rows, from `first` on; at least that one.
local function fill(lines, first, rows, columns)
  local last = first
  rows = rows - height(lines[first], columns)
  while lines[last + 1] do
    rows = rows - height(lines[last + 1], columns)
    if rows < 0 then break end
    last = last + 1
  end
  return last
end

---@param lines string[]
---@param whole boolean|nil all at once
function M.show(lines, whole)
  local columns, rows = M.size()
  if whole or not rows or not terminal.interactive() or #lines == 0 then return put(lines, 1, #lines) end
  local shown = 0
  local next_rows = rows - 1
  while shown < #lines do
    local last = fill(lines, shown + 1, next_rows, columns)
    put(lines, shown + 1, last)
    shown = last
    if shown < #lines then
      local label = MORE:format(#lines - shown)
      io.stdout:write(label)
      io.stdout:flush()
      local key = terminal.key()
      io.stdout:write("\r", (" "):rep(#label), "\r")
      io.stdout:flush()
      columns, rows = M.size()
      next_rows = (key == "\n" or key == "\r") and 1 or (rows or 25) - 1
      if key ~= " " and key ~= "\n" and key ~= "\r" and key ~= "f" then
        io.stdout:write(("(%d more lines)\n"):format(#lines - shown))
        return
      end
    end
  end
end

return M
