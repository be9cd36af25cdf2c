--- What a run has printed, as `loftyrun history show` tells it (runtime/core/outputs.h).
local width = require "lofty.shell.width"

local M = {}

---@class lofty.Printed
---@field head string
---@field left_out integer bytes
---@field tail string what came after those

--- "1,234,567"
local function digits(number)
  local text = ("%d"):format(number):reverse():gsub("(%d%d%d)", "%1,"):reverse()
  return (text:gsub("^,", ""))
end

local function show_lines(text)
  for line in (text:sub(-1) == "\n" and text or text .. "\n"):gmatch("([^\n]*)\n") do
    -- What a run printed may be anything; the one who looks sits at a terminal.
    print(line == "" and "" or "  " .. width.tame(line))
  end
end

--- Prints it below what else is told of the run.
---@param kept lofty.Printed|false
function M.show(kept)
  if not kept then return end
  if kept.head == "" then
    print("it printed nothing")
    return
  end
  print("it printed:")
  show_lines(kept.head)
  if kept.left_out > 0 then
    print(("  ... %s bytes are left out here ..."):format(digits(kept.left_out)))
    show_lines(kept.tail)
  end
end

--- The same for programs; nil where nothing is kept.
---@param kept lofty.Printed|false
---@return table|nil
function M.json(kept)
  if not kept then return nil end
  if kept.left_out == 0 then return { text = kept.head } end
  return { text = kept.head, left_out = kept.left_out, tail = kept.tail }
end

return M
