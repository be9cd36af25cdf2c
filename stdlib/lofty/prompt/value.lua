--- A value as Lua would write it, on one line or over several: nothing of a text reaches the terminal that it would act
--- on, what contains itself says so, and what is long is cut and says so.
local json = require "native.json"
local width = require "lofty.shell.width"

local M = {}

--- What is shown of one table, of one text, and how deep inside each other.
M.MOST_ITEMS = 200
local MOST_ITEMS, MOST_TEXT, DEEPEST = M.MOST_ITEMS, 20000, 6
--- And of all that is inside each other: values on one line, lines.
local MOST_VALUES, MOST_LINES = 2000, 2000

local ESCAPES = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\\"] = "\\\\", ['"'] = '\\"' }

local function escape_byte(byte) return ESCAPES[byte] or ("\\x%02X"):format(byte:byte()) end

--- Characters that a terminal acts on, or that turn the direction of what follows.
local function escape_wide(text)
  text = text:gsub("\194[\128-\159]", function(bytes) return ("\\u{%X}"):format(utf8.codepoint(bytes)) end)
  for _, pattern in ipairs { "\226\128[\142\143\168-\174]", "\226\129[\166-\169]", "\239\187\191" } do
    text = text:gsub(pattern, function(bytes) return ("\\u{%X}"):format(utf8.codepoint(bytes)) end)
  end
  return text
end

--- A text as Lua would write it; bytes that are no UTF-8 as \x.
---@param text string
---@return string
function M.quoted(text)
  local cut = #text > MOST_TEXT
  local shown = cut and text:sub(1, MOST_TEXT) or text
  local parts, position = {}, 1
  while position <= #shown do
    local _, wrong = utf8.len(shown, position)
    local good = shown:sub(position, (wrong or #shown + 1) - 1):gsub('[%c"\\\127]', escape_byte)
    parts[#parts + 1] = escape_wide(good)
    if not wrong then break end
    parts[#parts + 1] = escape_byte(shown:sub(wrong, wrong))
    position = wrong + 1
  end
  return '"' .. table.concat(parts) .. '"' .. (cut and (" ... (%d bytes in all)"):format(#text) or "")
end

local function number_text(value)
  if math.type(value) == "integer" then return ("%d"):format(value) end
  -- In the fewest digits that read back as the same number.
  for digits = 14, 17 do
    local text = ("%%.%dg"):format(digits):format(value)
    if tonumber(text) == value then return text:find("[.einn]") and text or text .. ".0" end
  end
  return tostring(value)
end

--- What an object says of itself; the __tostring of a script may fail.
function M.told(value)
  local ok, text = pcall(tostring, value)
  if not ok then text = type(value) .. " whose __tostring failed" end
  return width.tame(text)
end

---@param value any
---@return boolean
function M.is_plain(value)
  local meta = debug.getmetatable(value)
  if meta == nil then return true end
  return type(meta) == "table" and (meta.__name == "json.array" or meta.__name == "lofty.Metadata")
end

local function is_name(key) return type(key) == "string" and key:find("^[%a_][%w_]*$") and load("local " .. key) ~= nil end

local function key_text(key)
  if is_name(key) then return key end
  if type(key) == "string" then return "[" .. M.quoted(key) .. "]" end
  return "[" .. (type(key) == "number" and number_text(key) or M.told(key)) .. "]"
end

local RANK = { number = 1, string = 2, boolean = 3 }

local function sort_keys(keys)
  table.sort(keys, function(a, b)
    local first, second = type(a), type(b)
    if first ~= second then return (RANK[first] or 9) < (RANK[second] or 9) end
    if first == "number" or first == "string" then return a < b end
    return tostring(a) < tostring(b)
  end)
end

--- The length of the list a table begins with, and its other keys in order; no more of either than are shown.
local function contents(value)
  local length, keys, more = rawlen(value), {}, 0
  for key in next, value do
    if math.type(key) ~= "integer" or key < 1 or key > length then
      if #keys < MOST_ITEMS then keys[#keys + 1] = key else more = more + 1 end
    end
  end
  sort_keys(keys)
  return length, keys, more
end

--- `above` has what a value stands in, by the value, and as `left` how many more values there is room for.
local inline -- function(value, above, depth) -> text

local function inline_table(value, above, depth)
  if above[value] then return "(itself)" end
  local length, keys, more = contents(value)
  if length == 0 and #keys == 0 then return json.is_array(value) and "[]" or "{}" end
  if depth >= DEEPEST then return "{...}" end
  above[value] = true
  local parts, room = {}, MOST_ITEMS
  for index = 1, math.min(length, room) do
    if above.left <= 0 then room = index - 1 break end
    parts[index] = inline(rawget(value, index), above, depth + 1)
  end
  for _, key in ipairs(keys) do
    if above.left <= 0 then break end
    parts[#parts + 1] = key_text(key) .. " = " .. inline(rawget(value, key), above, depth + 1)
  end
  above[value] = nil
  local left = more + math.max(0, length - room)
  if left > 0 then parts[#parts + 1] = ("... %d more"):format(left) end
  return "{ " .. table.concat(parts, ", ") .. " }"
end

function inline(value, above, depth)
  local kind = type(value)
  above.left = above.left - 1
  if above.left < 0 then return "..." end
  if kind == "string" then return M.quoted(value) end
  if kind == "number" then return number_text(value) end
  if kind == "nil" or kind == "boolean" then return tostring(value) end
  if value == json.null then return "null" end
  if kind == "table" and M.is_plain(value) then return inline_table(value, above, depth) end
  return M.told(value)
end

--- A value on one line.
---@param value any
---@return string
function M.inline(value)
  return inline(value, { left = MOST_VALUES }, 0)
end

--- A table over several lines where it is too wide for one.
local function spread(value, lines, above, indent, lead, columns)
  if #lines >= MOST_LINES then
    above.cut = true
    return
  end
  above.left = columns
  local one = inline(value, above, #indent // 2)
  if type(value) ~= "table" or not M.is_plain(value) or above[value] or #indent // 2 >= DEEPEST
    or width.of(indent .. lead .. one) <= columns then
    lines[#lines + 1] = indent .. lead .. one
    return
  end
  local length, keys, more = contents(value)
  lines[#lines + 1] = indent .. lead .. "{"
  above[value] = true
  for index = 1, math.min(length, MOST_ITEMS) do
    spread(rawget(value, index), lines, above, indent .. "  ", "", columns)
  end
  for _, key in ipairs(keys) do
    spread(rawget(value, key), lines, above, indent .. "  ", key_text(key) .. " = ", columns)
  end
  above[value] = nil
  local left = more + math.max(0, length - MOST_ITEMS)
  if left > 0 then lines[#lines + 1] = ("%s  ... %d more"):format(indent, left) end
  lines[#lines + 1] = indent .. "}"
end

--- A value as lines for a terminal of that width.
---@param value any
---@param columns integer
---@return string[]
function M.lines(value, columns)
  local lines, above = {}, { left = 0 }
  spread(value, lines, above, "", "", columns)
  if above.cut then lines[#lines + 1] = "(and more)" end
  return lines
end

return M
