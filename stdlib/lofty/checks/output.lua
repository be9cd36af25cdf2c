--- How findings are written: for people with the line and a caret, for programs as JSON, one object a line.
local json = require "native.json"
local width = require "lofty.shell.width"

local M = {}

local MOST_SHOWN = 160 -- characters of a line

local KEYS = { "file", "line", "column", "end_column", "level", "code", "message", "suggestion" }

--- A finding for programs.
---@param finding lofty.checks.Finding
---@return string a line without its end
function M.json(finding)
  local members = {}
  for _, key in ipairs(KEYS) do
    local value = finding[key]
    if type(value) == "string" then value = width.valid(value) end
    if value ~= nil then members[#members + 1] = ("%s:%s"):format(json.encode(key), (json.encode(value))) end
  end
  return "{" .. table.concat(members, ",") .. "}"
end

--- The characters of a line; bytes where it is no UTF-8.
local function characters_of(line)
  local list = {}
  if utf8.len(line, 1, -1, true) then
    for _, code in utf8.codes(line, true) do list[#list + 1] = utf8.char(code) end
  else
    for byte in line:gmatch(".") do list[#list + 1] = byte end
  end
  return list
end

--- The line as it is shown, and what stands below it: blanks where it has letters, tabs where it has tabs.
---@param line string
---@param column integer
---@return string shown
---@return string below
function M.marked(line, column)
  local characters = characters_of(line)
  local first = 1
  if column > MOST_SHOWN then first = column - MOST_SHOWN // 2 end
  local shown, below = { first > 1 and "..." or "" }, { first > 1 and "   " or "" }
  local last = math.min(#characters, first + MOST_SHOWN - 1)
  for place = first, last do
    local character = characters[place]
    local is_tab = character == "\t"
    if not is_tab then character = width.tame(character) end -- which may be nothing
    shown[#shown + 1] = character
    if place < column then below[#below + 1] = is_tab and "\t" or (" "):rep(width.of(character)) end
  end
  if last < #characters then shown[#shown + 1] = "..." end
  return table.concat(shown), table.concat(below) .. "^"
end

local function line_of(text, number)
  local at = 1
  for _ = 2, number do
    local stop = text:find("\n", at, true)
    if not stop then return nil end
    at = stop + 1
  end
  local line = text:match("^[^\n]*", at):gsub("\r$", "")
  return number == 1 and line:gsub("^\xEF\xBB\xBF", "") or line
end

--- A finding for people.
---@param finding lofty.checks.Finding
---@param text string of the script
---@return string with line ends
function M.text(finding, text)
  local note = finding.level == "note" and "note: " or ""
  local head = ("%s:%d:%d: %s%s\n"):format(width.tame(finding.file), finding.line, finding.column, note,
    width.tame(finding.message))
  local line = line_of(text, finding.line)
  if not line or not line:find("%S") then return head end
  local shown, below = M.marked(line, finding.column)
  local number = ("%d"):format(finding.line)
  return ("%s  %s | %s\n  %s | %s\n"):format(head, number, shown, (" "):rep(#number), below)
end

return M
