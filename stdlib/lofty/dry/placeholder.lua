--- Stand-ins for the ids of things that a dry run has only planned to make. They pass for ids, being integers above 0,
--- and are none: Lofty's have sixteen digits, these nineteen. `loftyrun apply` puts the real ids in their place, also
--- within texts, where a script has written one into a note or a key.
local M = {}

local FIRST = 9100000000000000000
local MOST = 1000000000000 -- of one plan
local DIGITS = "%f[%d]91000000%d%d%d%d%d%d%d%d%d%d%d%f[%D]"

local made = 0

--- A new one.
---@return integer
function M.new()
  made = made + 1
  return FIRST + made
end

---@param value any
---@return boolean
function M.is(value)
  return math.type(value) == "integer" and value > FIRST and value < FIRST + MOST
end

--- Which of the plan's new things it stands for, as people read it.
---@param value integer
---@return string
function M.name(value)
  return ("new #%d"):format(value - FIRST)
end

local function in_text(text)
  local digits = #text >= 19 and text:match(DIGITS)
  local value = digits and math.tointeger(tonumber(digits))
  return M.is(value) and value or nil
end

--- The first one that is anywhere in a value; nil where there is none.
---@param value any
---@return integer|nil
function M.find(value)
  if math.type(value) == "integer" then return M.is(value) and value or nil end
  if type(value) == "string" then return in_text(value) end
  if type(value) ~= "table" then return nil end
  for key, member in pairs(value) do
    local found = M.find(member) or M.find(key)
    if found then return found end
  end
  return nil
end

local function replace_text(text, real_of)
  return (text:gsub(DIGITS, function(digits)
    local value = math.tointeger(tonumber(digits))
    local real = M.is(value) and real_of(value)
    if real == nil or real == false then return nil end
    return math.type(real) == "integer" and ("%d"):format(real) or tostring(real)
  end))
end

--- A copy of a value with what `real_of` gives in the place of each of them. Arrays stay arrays.
---@param value any
---@param real_of fun(placeholder: integer): integer|string|nil
---@return any
function M.replace(value, real_of)
  if math.type(value) == "integer" then
    local real = M.is(value) and real_of(value)
    return real or value
  end
  if type(value) == "string" then return in_text(value) and replace_text(value, real_of) or value end
  if type(value) ~= "table" or not M.find(value) then return value end
  local copy = setmetatable({}, getmetatable(value))
  for key, member in pairs(value) do copy[M.replace(key, real_of)] = M.replace(member, real_of) end
  return copy
end

return M
