--- Where in a line the cursor stands: in which call, at which argument, in which tables of it, behind which key, in a text
--- or not. Completion and hints go by it. It reads tokens, not grammar, so that half a line will do.
local M = {}

---@class lofty.prompt.Place
---@field word string the name that ends at the cursor: "lofty.leads.up"; in a text, what is in it so far
---@field start integer how many characters stand before the word, or before the text's first
---@field in_text boolean
---@field quote string|nil how the text began
---@field key string|nil the field whose value is being written
---@field before string what stands before the word, without blanks at its end
---@field call lofty.prompt.Frame|nil the innermost call
---@field path string[] the fields that lead from that call's table to the one being written

---@class lofty.prompt.Frame
---@field bracket string "(", "{" or "["
---@field callee string|nil what is called
---@field argument integer which argument is being written
---@field key string|nil of a table: the field whose value is being written

local CLOSES = { [")"] = "(", ["}"] = "{", ["]"] = "[" }

--- The end of a text or comment that begins at `from`; nil where the line ends before.
local function skip_long(line, from)
  local level, inside = line:match("^%[(=*)%[()", from)
  if not level then return nil, false end
  local _, stop = line:find("]" .. level .. "]", inside, true)
  return stop, true
end

local function skip_quoted(line, from)
  local quote, position = line:sub(from, from), from + 1
  while position <= #line do
    local byte = line:sub(position, position)
    if byte == "\\" then position = position + 1
    elseif byte == quote then return position
    elseif byte == "\n" then return position end
    position = position + 1
  end
end

local reader = {}
reader.__index = reader

--- A name, a number, or names with dots between them, which may call what follows.
function reader:name(position)
  local _, stop = self.line:find("^[%a_][%w_]*", position)
  while true do
    local _, further = self.line:find("^%s*[.:]%s*[%a_][%w_]*", stop + 1)
    if not further or self.line:sub(stop + 1, further):find("^%s*%.%.") then break end
    stop = further
  end
  self.callee = self.line:sub(position, stop):gsub("%s+", "")
  self.last = self.callee
  return stop + 1
end

function reader:open(bracket)
  local callee = self.callee
  if bracket == "[" then callee = nil end
  table.insert(self.frames, { bracket = bracket, callee = callee, argument = 1, first = self.first })
  self.callee = nil
end

function reader:close(bracket)
  for depth = #self.frames, 1, -1 do
    if self.frames[depth].bracket == CLOSES[bracket] then
      for place = #self.frames, depth, -1 do self.frames[place] = nil end
      break
    end
  end
  self.callee = nil
end

function reader:symbol(position)
  local line = self.line
  local symbol = line:sub(position, position)
  local frame = self.frames[#self.frames]
  if symbol == "(" or symbol == "{" or symbol == "[" then
    self:open(symbol)
  elseif CLOSES[symbol] then
    self:close(symbol)
  elseif symbol == "," or symbol == ";" then
    if frame then frame.argument, frame.key = frame.argument + 1, nil end
    self.callee = nil
  elseif symbol == "=" and not line:find("^==", position) and not line:find("^[=~<>]=", position - 1) then
    if frame and frame.bracket == "{" then frame.key = self.last end
    self.callee = nil
  else
    self.callee = nil
  end
  self.before = position
  return position + 1
end

--- Reads one token; returns where the next begins, or nil where the line ends inside a text or a comment.
function reader:token(position)
  local line = self.line
  local byte = line:sub(position, position)
  if byte:find("%s") then return position + 1 end
  if line:find("^%-%-", position) then
    local stop, is_long = skip_long(line, position + 2)
    if not is_long then stop = line:find("\n", position, true) end
    self.in_comment = stop == nil
    return stop and stop + 1
  end
  if byte == '"' or byte == "'" or line:find("^%[=*%[", position) then
    local stop
    if byte == "[" then stop = skip_long(line, position) else stop = skip_quoted(line, position) end
    if not stop then self.text, self.quote = position, byte end
    self.last = nil
    return stop and stop + 1
  end
  if byte:find("[%a_]") then return self:name(position) end
  local _, number = line:find("^%d[%w.]*", position)
  if number then
    self.callee, self.last = nil, nil
    return number + 1
  end
  return self:symbol(position)
end

--- The fields from the innermost call's table to the one at the cursor, and that call.
local function find_call(frames)
  local path = {}
  for depth = #frames, 1, -1 do
    local frame = frames[depth]
    if frame.callee and (frame.bracket == "(" or frame.bracket == "{") then return frame, path end
    local outer = frames[depth - 1]
    if frame.bracket == "{" and outer and outer.key then table.insert(path, 1, outer.key) end
    -- A list's items are at the place of the list.
  end
  return nil, path
end

---@param line string up to the cursor
---@return lofty.prompt.Place|nil nil inside a comment
function M.of(line)
  local self = setmetatable({ line = line, frames = {} }, reader)
  local position = 1
  while position and position <= #line do position = self:token(position) end
  if self.in_comment then return nil end
  local frames = self.frames
  local top = frames[#frames]
  local call, path = find_call(frames)
  local place = { in_text = self.text ~= nil, quote = self.quote, call = call, path = path,
    is_table = top ~= nil and top.bracket == "{" }
  if self.text then
    local inside = self.quote == "[" and line:match("^%[=*%[()", self.text) or self.text + 1
    place.word, place.start = line:sub(inside), inside - 1
    place.before = line:sub(1, self.text - 1):gsub("%s+$", "")
  else
    place.word = line:match("[%a_][%w_.:]*$") or ""
    place.start = #line - #place.word
    place.before = line:sub(1, place.start):gsub("%s+$", "")
  end
  -- In a list that is a field's value, the field is the one that the list is of.
  place.key = top and top.key
  if not place.key and top and top.bracket == "{" and not top.callee and #path > 0 then
    local outer = frames[#frames - 1]
    place.key, place.in_list = outer and outer.key, true
  end
  return place
end

return M
