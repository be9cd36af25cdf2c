--- Results as people read them: a list of records as a table that fits the screen, a record with its members below each
--- other, everything else as Lua would write it. Ids keep every digit, nothing of a text reaches the terminal that it
--- would act on, and what is long is cut and says so.
local arrays = require "lofty.arrays"
local json = require "native.json"
local lofty_error = require "lofty.error"
local table_layout = require "lofty.shell.table"
local paths = require "lofty.shell.paths"
local values = require "lofty.prompt.value"
local width = require "lofty.shell.width"
local wording = require "lofty.wording"

local M = {}

--- So many rows are shown of one list, at most.
local MOST_ROWS = 500
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

--- Whether a table is an object as Lofty's replies have them: names, and no list.
local function is_record(value)
  if type(value) ~= "table" or not values.is_plain(value) or json.is_array(value) or rawlen(value) > 0 then return false end
  local count = 0
  for key in next, value do
    count = count + 1
    if type(key) ~= "string" or count > values.MOST_ITEMS then return false end
  end
  return count > 0
end

--- Whether it can be shown as JSON is: no cycle, nothing but data, not too deep.
local function is_data(value, above, depth)
  if type(value) ~= "table" then
    local kind = type(value)
    return kind == "string" or kind == "number" or kind == "boolean" or value == json.null
  end
  if above[value] or depth > 20 or not values.is_plain(value) then return false end
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
  if type(value) ~= "table" or not values.is_plain(value) or rawlen(value) == 0 then return false end
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
  local known = arrays.set(names)
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
    parts[#parts + 1] = name .. " = " .. width.cut(values.inline(value[name]), 24)
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
  if record.cause ~= nil then record.cause = values.told(record.cause) end
  local lines = { values.told(err) }
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
  if is_record(value) and is_data(value, {}, 0) and width.of(values.inline(value)) > columns // 2 then
    return record_sheet(value, columns)
  end
  return values.lines(value, columns)
end

return M
