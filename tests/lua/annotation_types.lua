--- For editor_test: reads the types of LuaLS's annotations, and says which names they refer to.
local M = {}

local BUILT_IN = {}
for name in ("any nil boolean string number integer function table thread userdata lightuserdata unknown true false self"
  ):gmatch("%S+") do
  BUILT_IN[name] = true
end

local Reader = {}
Reader.__index = Reader

function Reader:skip() self.at = self.text:match("^%s*()", self.at) end

--- Goes on where this stands next.
function Reader:take(token)
  self:skip()
  local finish = self.at + #token
  if self.text:sub(self.at, finish - 1) ~= token then return false end
  self.at = finish
  return true
end

function Reader:need(token)
  if not self:take(token) then error(("expected %s at %q"):format(token, self.text:sub(self.at)), 0) end
end

function Reader:word(pattern)
  self:skip()
  local word, finish = self.text:match("^(" .. pattern .. ")()", self.at)
  if word then self.at = finish end
  return word
end

--- "a: integer, b?: string, ...: any", up to the closing bracket.
function Reader:members(closing)
  if self:take(closing) then return end
  repeat
    if not self:take("...") and not self:word("[%a_][%w_]*") then
      error(("expected a name at %q"):format(self.text:sub(self.at)), 0)
    end
    self:take("?")
    if self:take(":") then self:type() end
  until not self:take(",")
  self:need(closing)
end

function Reader:fun()
  self:need("(")
  self:members(")")
  if not self:take(":") then return end
  repeat
    -- A result may have a name.
    local before = self.at
    if not (self:word("[%a_][%w_]*") and self:take(":")) then self.at = before end
    self:type()
  until not self:take(",")
end

function Reader:named(name)
  if name == "fun" then return self:fun() end
  self.names[#self.names + 1] = name
  if not self:take("<") then return end
  repeat self:type() until not self:take(",")
  self:need(">")
end

function Reader:single()
  if self:take("(") then
    self:type()
    self:need(")")
  elseif self:take("{") then
    self:members("}")
  elseif not self:word('"[^"]*"') and not self:word("%-?%d+") then
    local name = self:word("[%a_][%w_.]*")
    if not name then error(("expected a type at %q"):format(self.text:sub(self.at)), 0) end
    self:named((name:gsub("%.$", "")))
  end
  while self:take("[]") or self:take("?") do end -- luacheck: ignore 542 (as many as there are)
end

function Reader:type()
  repeat self:single() until not self:take("|")
end

--- Reads a type at the beginning of a text. Raises where there is none.
---@param text string
---@return string[] names that it refers to, without those every Lua has
---@return string rest what stands after it
function M.read(text)
  local reader = setmetatable({ text = text, at = 1, names = {} }, Reader)
  reader:type()
  local names = {}
  for _, name in ipairs(reader.names) do
    if not BUILT_IN[name] then names[#names + 1] = name end
  end
  return names, text:sub(reader.at)
end

return M
