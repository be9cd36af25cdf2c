--- Writes items as CSV (RFC 4180: lines end with CR LF, quotes where they are needed).
---
---   csv        for spreadsheets: what they would change is written so that they cannot (lofty.shell.spreadsheet), and a
---              byte order mark tells them that it is UTF-8; an array of texts is joined by "; "
---   csv-plain  for programs: every value bare, arrays as JSON
local json = require "lofty.shell.json"
local paths = require "lofty.shell.paths"
local spreadsheet = require "lofty.shell.spreadsheet"

local M = {}

local NULL = require("native.json").null

M.BYTE_ORDER_MARK = "\239\187\191"

local function quoted(text)
  if not text:find('[",\r\n]') and not text:find("^%s") and not text:find("%s$") then return text end
  return '"' .. text:gsub('"', '""') .. '"'
end

--- An array of texts and numbers as one text; JSON where that could not be told apart again.
local function joined(array, column)
  local parts = {}
  for index, value in ipairs(array) do
    if type(value) == "table" then return json.compact(array, nil, column) end
    parts[index] = type(value) == "string" and value or json.compact(value)
    if parts[index]:find("[;\n]") then return json.compact(array, nil, column) end
  end
  return table.concat(parts, "; ")
end

local function bare(value, column)
  return quoted(type(value) == "string" and value or json.compact(value, nil, column))
end

--- Cells of texts as they are written. The same ones come again and again, and looking at each takes long.
local CELLS_MOST, LONGEST_KEPT = 5000, 60
local cells_kept, kept_count = {}, 0

local function text_cell(text)
  local cell = cells_kept[text]
  if cell then return cell end
  cell = quoted(spreadsheet.text(text))
  if #text <= LONGEST_KEPT then
    if kept_count == CELLS_MOST then cells_kept, kept_count = {}, 0 end
    cells_kept[text], kept_count = cell, kept_count + 1
  end
  return cell
end

local function for_spreadsheet(value, column)
  local kind = math.type(value) or type(value)
  if kind == "integer" then return quoted(spreadsheet.integer(value)) end
  if kind == "string" then return text_cell(value) end
  if paths.is_array(value) then return text_cell(joined(value, column)) end
  return bare(value, column)
end

--- One line of values, by column; nil leaves a cell empty.
---@param cells table<integer, any>
---@param count integer how many columns
---@param plain boolean for programs
---@return string
function M.line(cells, count, plain)
  local written, texts = plain and bare or for_spreadsheet, {}
  for column = 1, count do
    local value = cells[column]
    texts[column] = value ~= nil and value ~= NULL and written(value, column) or ""
  end
  -- A line of one empty cell would be an empty line, which readers skip.
  if count == 1 and texts[1] == "" then texts[1] = '""' end
  return table.concat(texts, ",") .. "\r\n"
end

--- The line of the columns' names.
---@param names string[]
---@return string
function M.header(names)
  return M.line(names, #names, true)
end

return M
