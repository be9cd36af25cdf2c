--- Which lines of a file hold code: read from what Lua 5.4 compiles it to, with the functions inside of it. A function's
--- instructions have their lines as differences from one to the next, with whole numbers where those are too far apart.
local M = {}

local HEADER = "\27Lua\x54\0\x19\x93\r\n\x1a\n"
local FAR = -128

local function reader(code)
  return { code = code, at = 1 }
end

local function byte(from)
  local value = from.code:byte(from.at)
  from.at = from.at + 1
  return value
end

--- Seven bits in a byte, the highest first; the last byte has its top bit set.
local function number(from)
  local value = 0
  while true do
    local part = byte(from)
    value = value << 7 | part & 0x7F
    if part & 0x80 ~= 0 then return value end
  end
end

local function skip_text(from)
  local size = number(from)
  if size > 0 then from.at = from.at + size - 1 end
end

local function skip_constants(from)
  for _ = 1, number(from) do
    local kind = byte(from)
    if kind == 0x13 or kind == 0x03 then
      from.at = from.at + 8
    elseif kind == 0x04 or kind == 0x14 then
      skip_text(from)
    end
  end
end

local function skip_debug(from)
  for _ = 1, number(from) do
    skip_text(from)
    number(from)
    number(from)
  end
  for _ = 1, number(from) do skip_text(from) end
end

local read_function

local function read_functions(from, lines)
  for _ = 1, number(from) do read_function(from, lines) end
end

--- The lines of the instructions. That of a function with `...` begins with one that belongs to no line of its own.
local function read_lines(from, lines, defined, is_vararg)
  local differences = {}
  for place = 1, number(from) do
    local value = byte(from)
    differences[place] = value > 127 and value - 256 or value
  end
  local whole = {}
  for _ = 1, number(from) do
    local place = number(from)
    whole[place + 1] = number(from)
  end
  local line = defined
  for place, difference in ipairs(differences) do
    line = difference == FAR and whole[place] or line + difference
    if line > 0 and not (is_vararg and place == 1) then lines[line] = true end
  end
end

function read_function(from, lines)
  skip_text(from)
  local defined = number(from)
  number(from)
  byte(from)
  local is_vararg = byte(from) ~= 0
  byte(from)
  local instructions = number(from)
  from.at = from.at + 4 * instructions
  skip_constants(from)
  local upvalues = number(from)
  from.at = from.at + 3 * upvalues
  read_functions(from, lines)
  read_lines(from, lines, defined, is_vararg)
  skip_debug(from)
end

--- Takes those away on which nothing stands but the end of something: a function is made where its `end` is, which is
--- nobody's idea of a line that ran.
local function drop_ends(source, lines)
  local line = 0
  for text in (source .. "\n"):gmatch("([^\n]*)\n") do
    line = line + 1
    local rest = text:gsub("%-%-.*$", ""):gsub("%f[%w_]end%f[^%w_]", ""):gsub("%f[%w_]else%f[^%w_]", "")
    if lines[line] and not rest:find("[^%s%)%}%],;]") then lines[line] = nil end
  end
  return lines
end

--- The lines of a source that hold code. nil and why where it does not compile.
---@param source string
---@return table<integer, true>|nil
---@return string|nil why
function M.of(source)
  source = source:gsub("^\239\187\191", ""):gsub("^#[^\n]*", "")
  local f, why = load(source, "=source", "t")
  if not f then return nil, why end
  local code = string.dump(f)
  if code:sub(1, #HEADER) ~= HEADER then return nil, "it is compiled in a form that is not known here" end
  local from, lines = reader(code), {}
  from.at = #HEADER + 1 + 3 + 8 + 8 + 1 -- sizes, two numbers to check, the count of upvalues
  read_function(from, lines)
  return drop_ends(source, lines)
end

return M
