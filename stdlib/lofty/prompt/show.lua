--- Results as people read them: a list of records as a table that fits the screen, a record with its members below each
--- other, everything else as Lua would write it. Ids keep every digit, nothing of a text reaches the terminal that it
--- would act on, and what is long is cut and says so.
local json = require "native.json"
local lofty_error = require "lofty.error"
local table_layout = require "lofty.shell.table"
local paths = require "lofty.shell.paths"
local width = require "lofty.shell.width"
local wording = require "lofty.wording"

local M = {}

--- What is shown of one result, at most.
local MOST_ROWS, MOST_ITEMS, MOST_TEXT, DEEPEST = 500, 200, 20000, 6
--- And of all that is inside each other: values on one line, lines.
local MOST_VALUES, MOST_LINES = 2000, 2000
--- So many rows decide how wide the columns are, and what columns there are.
local SAMPLE = 100

local COLOURS = { head = "1", dim = "2", bad = "31" }

--- @param colour boolean
--- @param how "head"|"dim"|"bad"
--- @param text string
--- @return string
function M.paint(colour, how, text)
  return colour and ("\27[%sm%s\27[0m"):format(COLOURS[how], text) or text
end

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
local function told(value)
  local ok, text = pcall(tostring, value)
  if not ok then text = type(value) .. " whose __tostring failed" end
  return width.tame(text)
end

local function is_plain(value)
  local meta = debug.getmetatable(value)
  if meta == nil then return true end
  return type(meta) == "table" and (meta.__name == "json.array" or meta.__name == "lofty.Metadata")
end

local function is_name(key) return type(key) == "string" and key:find("^[%a_][%w_]*$") and load("local " .. key) ~= nil end

local function key_text(key)
  if is_name(key) then return key end
  if type(key) == "string" then return "[" .. M.quoted(key) .. "]" end
  return "[" .. (type(key) == "number" and number_text(key) or told(key)) .. "]"
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
  if kind == "table" and is_plain(value) then return inline_table(value, above, depth) end
  return told(value)
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
  if type(value) ~= "table" or not is_plain(value) or above[value] or #indent // 2 >= DEEPEST
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

--- Whether a table is an object as Lofty's replies have them: names, and no list.
local function is_record(value)
  if type(value) ~= "table" or not is_plain(value) or json.is_array(value) or rawlen(value) > 0 then return false end
  local count = 0
  for key in next, value do
    count = count + 1
    if type(key) ~= "string" or count > MOST_ITEMS then return false end
  end
  return count > 0
end

--- Whether it can be shown as JSON is: no cycle, nothing but data, not too deep.
local function is_data(value, above, depth)
  if type(value) ~= "table" then
    local kind = type(value)
    return kind == "string" or kind == "number" or kind == "boolean" or value == json.null
  end
  if above[value] or depth > 20 or not is_plain(value) then return false end
  above[value] = true
  local length = rawlen(value)
  for key, member in next, value do
    local fits = length > 0 and math.type(key) == "integer" and key >= 1 and key <= length
      or length == 0 and type(key) == "string"
    if not fits or not is_data(member, above, depth + 1) then return false end
  end
  above[value] = nil
  return true
end

local function is_table_of_records(value)
  if type(value) ~= "table" or not is_plain(value) or rawlen(value) == 0 then return false end
  for index = 1, math.min(rawlen(value), MOST_ROWS) do
    local item = rawget(value, index)
    if not is_record(item) or not is_data(item, {}, 0) then return false end
  end
  for key in next, value do
    if math.type(key) ~= "integer" then return false end
  end
  return true
end

--- Which member is a record's id: the one that is called so.
local function id_of(names)
  local known = {}
  for _, name in ipairs(names) do known[name] = true end
  for _, name in ipairs { "id", "leadId", "noteId", "taskId", "subscribeId", "transactionId", "userId" } do
    if known[name] then return name end
  end
end

local function split(text)
  local lines = {}
  for line in text:gmatch("([^\n]*)\n") do lines[#lines + 1] = line end
  return lines
end

--- Rows beside each other under their members' names.
local function record_table(value, columns, colour)
  local count, shown = rawlen(value), math.min(rawlen(value), MOST_ROWS)
  local names, tree = {}, paths.tree()
  for index = 1, math.min(shown, SAMPLE) do paths.extend(tree, value[index], names) end
  table.sort(names)
  names = table_layout.by_interest(names, id_of(names))
  tree = paths.tree_of(names)
  local rows = {}
  for index = 1, shown do
    local cells = {}
    paths.fill(tree, value[index], cells)
    rows[index] = cells
  end
  local layout, hidden = table_layout.layout(names, rows, columns)
  local lines = { M.paint(colour, "head", (table_layout.header(layout):gsub("\n$", ""))) }
  for index = 1, shown do lines[#lines + 1] = (table_layout.row(layout, rows[index]):gsub("\n$", "")) end
  local notes = {}
  if count > shown then notes[1] = ("%d of %d rows"):format(shown, count)
  elseif count > 5 then notes[1] = ("%d rows"):format(count) end
  if hidden > 0 then
    notes[#notes + 1] = ("%d more %s; _[1] shows them"):format(hidden, hidden == 1 and "column" or "columns")
  end
  if #notes > 0 then lines[#lines + 1] = M.paint(colour, "dim", "(" .. table.concat(notes, ", ") .. ")") end
  return lines
end

--- The members of one record below each other.
local function record_sheet(value, columns)
  local names = {}
  for name in next, value do names[#names + 1] = name end
  table.sort(names)
  names = table_layout.by_interest(names, id_of(names))
  local cells = {}
  for index, name in ipairs(names) do cells[index] = value[name] end
  for index, name in ipairs(names) do names[index] = width.tame(name) end
  return split(table_layout.sheet(names, cells, columns))
end

--- The metadata of a page, on one line.
local function metadata_line(value, colour)
  local parts = {}
  for _, name in ipairs(wording.sorted_keys(value)) do
    parts[#parts + 1] = name .. " = " .. width.cut(M.inline(value[name]), 24)
  end
  return M.paint(colour, "dim", "(" .. table.concat(parts, ", ") .. ")")
end

local function is_metadata(value)
  local meta = debug.getmetatable(value)
  return type(value) == "table" and type(meta) == "table" and meta.__name == "lofty.Metadata"
end

--- What there is to know of an error: the sentence, then its members.
local function error_lines(err, columns)
  local record = {}
  for name, member in next, err do
    if name ~= "traceback" and name ~= "message" then record[name] = member end
  end
  if record.cause ~= nil then record.cause = told(record.cause) end
  local lines = { told(err) }
  for _, line in ipairs(is_data(record, {}, 0) and record_sheet(record, columns - 2) or {}) do
    lines[#lines + 1] = "  " .. line
  end
  return lines
end

--- One value as lines for a terminal of that width.
---@param value any
---@param columns integer
---@param colour boolean
---@return string[]
function M.lines(value, columns, colour)
  if lofty_error.is_error(value) then return error_lines(value, columns) end
  if is_metadata(value) then return { metadata_line(value, colour) } end
  if is_table_of_records(value) then return record_table(value, columns, colour) end
  if is_record(value) and is_data(value, {}, 0) and width.of(M.inline(value)) > columns // 2 then
    return record_sheet(value, columns)
  end
  local lines = {}
  local above = { left = 0 }
  spread(value, lines, above, "", "", columns)
  if above.cut then lines[#lines + 1] = "(and more)" end
  return lines
end

return M
