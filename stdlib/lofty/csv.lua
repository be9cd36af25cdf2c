--- Reads CSV as RFC 4180 has it, strictly: what could be read in two ways is refused with its line, since a cell that
--- slips into the next column is somebody else's phone number.
---
---   local csv = require "lofty.csv"
---   local file <close> = assert(io.open("leads.csv", "rb"))
---   for cells, line in csv.rows(file) do print(line, cells[1]) end
---
--- Text is UTF-8, with or without a byte order mark. Lines end with CR LF, LF or CR. Cells are separated by a comma, a
--- semicolon or a tab, whichever the first row has most of. In quotes, a cell may hold separators, line breaks and
--- quotes written twice. Lines that are empty are passed over. A row is in memory at a time, never the file.
local misuse = require "lofty.misuse"
local shell_csv = require "lofty.shell.csv"
local wording = require "lofty.wording"

local M = {}

local CHUNK = 65536

--- So much is looked at to tell encoding and separator.
local START = 8192

--- A longer row comes of a quote that is missing, and would else take the rest of the file.
local LONGEST_ROW = 1048576

local SEPARATORS = { [","] = "comma", [";"] = "semicolon", ["\t"] = "tab" }

---@class lofty.csv.Reader
---@field private source { read: fun(self: any, size: integer): string|nil }
---@field private separator string|nil
---@field private buffer string what was read and is not taken yet
---@field private place integer the next byte of it
---@field private ended boolean
---@field private line integer of that byte
---@field private row_bytes integer taken of the row so far
local Reader = {}
Reader.__index = Reader

local function refuse(line, message) error(("line %d: %s"):format(line, message), 0) end

--- Reads on; false at the end of the file.
---@return boolean
---@private
function Reader:fill()
  if self.ended then return false end
  local chunk, why = self.source:read(CHUNK)
  if why then error("it cannot be read: " .. why, 0) end
  if not chunk then
    self.ended = true
    return false
  end
  if self.row_bytes + #self.buffer - self.place > LONGEST_ROW then
    refuse(self.row_line, "the row that begins here is longer than 1 MiB; a quote is probably missing")
  end
  self.buffer, self.place = self.buffer:sub(self.place) .. chunk, 1
  return true
end

--- The byte at an offset from the place; "" at the end of the file.
---@param offset integer
---@return string
---@private
function Reader:peek(offset)
  while self.place + offset > #self.buffer do
    if not self:fill() then return "" end
  end
  return self.buffer:sub(self.place + offset, self.place + offset)
end

---@param count integer bytes
---@private
function Reader:skip(count)
  self.place, self.row_bytes = self.place + count, self.row_bytes + count
end

--- The offset at which one of the bytes of a set comes next; nil where none does.
---@param set string a pattern
---@return integer|nil
---@private
function Reader:find(set)
  local from = 0
  while true do
    local found = self.buffer:find(set, self.place + from)
    if found then return found - self.place end
    from = #self.buffer - self.place + 1
    if not self:fill() then return nil end
  end
end

---@param length integer
---@return string
---@private
function Reader:take(length)
  local text = self.buffer:sub(self.place, self.place + length - 1)
  self:skip(length)
  return text
end

local function count_lines(text)
  local _, breaks = text:gsub("\r\n?", "\n"):gsub("\n", "")
  return breaks
end

--- A cell in quotes, without them.
---@return string
---@private
function Reader:quoted()
  local opened, parts = self.line, {}
  self:skip(1)
  repeat
    local length = self:find('"')
    if not length then refuse(opened, "a quote that opens in this line is never closed") end
    parts[#parts + 1] = self:take(length)
    self:skip(1)
    local doubled = self:peek(0) == '"'
    if doubled then
      parts[#parts + 1] = '"'
      self:skip(1)
    end
  until not doubled
  local text = table.concat(parts)
  self.line = self.line + count_lines(text)
  local after = self:peek(0)
  if after ~= "" and after ~= self.separator and after ~= "\r" and after ~= "\n" then
    refuse(self.line, "something follows a closing quote; a quote inside a cell is written twice")
  end
  return text
end

--- A cell without quotes.
---@return string
---@private
function Reader:bare()
  local length = self:find(self.ends)
  if not length then return self:take(#self.buffer - self.place + 1) end
  if self:peek(length) == '"' then
    refuse(self.line, "a quote inside a cell that does not begin with one; put the cell in quotes, its own written twice")
  end
  return self:take(length)
end

--- Takes the end of a line, if it is there.
---@return boolean
---@private
function Reader:end_of_line()
  local first = self:peek(0)
  if first ~= "\r" and first ~= "\n" then return false end
  self:skip(first == "\r" and self:peek(1) == "\n" and 2 or 1)
  self.line = self.line + 1
  return true
end

local function check_text(line, cells)
  for _, cell in ipairs(cells) do
    if cell:find("\0", 1, true) then refuse(line, "it holds a zero byte, which no text has") end
    if not utf8.len(cell) then
      refuse(line, "it is not UTF-8: save it as \"CSV UTF-8\", or convert it, as with "
        .. "iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW")
    end
  end
end

--- The next row that is not an empty line.
---@return string[]|nil cells nil at the end
---@return integer|nil line where it begins, the first line being 1
function Reader:next()
  while self:end_of_line() do end
  if self:peek(0) == "" then return nil end
  local cells, line = {}, self.line
  self.row_bytes, self.row_line = 0, line
  repeat
    cells[#cells + 1] = self:peek(0) == '"' and self:quoted() or self:bare()
    local more = self:peek(0) == self.separator
    if more then self:skip(1) end
  until not more
  self:end_of_line()
  check_text(line, cells)
  return cells, line
end

--- What the first row has most of outside quotes.
local function guess_separator(text)
  local row = text:gsub('"[^"]*"', ""):match("^[\r\n]*([^\r\n]*)")
  local best, most, tie = ",", 0, false
  for _, separator in ipairs { ",", ";", "\t" } do
    local _, count = row:gsub(separator, "")
    if count > most then
      best, most, tie = separator, count, false
    elseif count == most and count > 0 then
      tie = true
    end
  end
  if tie then refuse(1, "the separator cannot be told, since several are there equally often; name it") end
  return best
end

--- Refuses what is not UTF-8 from its first bytes on, and passes over a byte order mark.
local function check_start(reader)
  while #reader.buffer < START and reader:fill() do end
  local start = reader.buffer
  if start:find("^\xFF\xFE") or start:find("^\xFE\xFF") or start:sub(1, 4):find("\0", 1, true) then
    refuse(1, 'it is UTF-16: save it as "CSV UTF-8", or convert it, as with iconv -f UTF-16 -t UTF-8 OLD > NEW')
  end
  if start:find("^" .. shell_csv.BYTE_ORDER_MARK) then reader.place = 4 end
end

--- A reader of CSV. It and its `next` raise a text that names the line where the file is not CSV or not UTF-8.
---@param source { read: fun(self: any, size: integer): string|nil } a file opened with "rb", or what reads like one
---@param separator string|nil "," ";" or "\t"; without it, what the first row has most of
---@return lofty.csv.Reader
function M.reader(source, separator)
  if separator ~= nil and not SEPARATORS[separator] then
    misuse('lofty.csv.reader: the separator must be ",", ";" or "\\t", got ' .. wording.describe(separator))
  end
  local reader = setmetatable({ source = source, buffer = "", place = 1, ended = false, line = 1, row_bytes = 0,
    row_line = 1 }, Reader)
  check_start(reader)
  reader.separator = separator or guess_separator(reader.buffer:sub(reader.place))
  reader.ends = ('["\r\n%s]'):format(reader.separator)
  return reader
end

--- All rows of a source, as reader does it: `for cells, line in csv.rows(file) do`.
---@param source any
---@param separator string|nil
---@return fun(): string[]|nil, integer|nil
function M.rows(source, separator)
  local reader = M.reader(source, separator)
  return function() return reader:next() end
end

--- A row as a line of CSV that `reader` gives back as it is: values bare, in quotes where they need them.
---@param values (string|integer)[] no nil among them
---@return string line with its CR LF
function M.line(values)
  return shell_csv.line(values, #values, true)
end

return M
