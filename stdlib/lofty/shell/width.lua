--- How wide text is on a terminal, and cutting it to fit. Letters of East Asia and pictures take two columns, marks that
--- sit on another letter take none.
local M = {}

--- First and last code point of what takes no column, and of what takes two; both in order.
local NONE = {
  { 0x0300, 0x036F }, { 0x0483, 0x0489 }, { 0x0591, 0x05BD }, { 0x0610, 0x061A }, { 0x064B, 0x065F },
  { 0x0900, 0x0902 }, { 0x093C, 0x093C }, { 0x0E31, 0x0E31 }, { 0x0E34, 0x0E3A }, { 0x0E47, 0x0E4E },
  { 0x1AB0, 0x1AFF }, { 0x1DC0, 0x1DFF }, { 0x200B, 0x200F }, { 0x2028, 0x202E }, { 0x2060, 0x2064 },
  { 0x20D0, 0x20FF }, { 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F }, { 0xFEFF, 0xFEFF }, { 0xE0100, 0xE01EF },
}
local TWO = {
  { 0x1100, 0x115F }, { 0x231A, 0x231B }, { 0x23E9, 0x23EC }, { 0x2614, 0x2615 }, { 0x2648, 0x2653 },
  { 0x26A1, 0x26A1 }, { 0x26BD, 0x26BE }, { 0x2705, 0x2705 }, { 0x2728, 0x2728 }, { 0x274C, 0x274C },
  { 0x2753, 0x2755 }, { 0x2795, 0x2797 }, { 0x2B50, 0x2B50 }, { 0x2E80, 0x303E }, { 0x3041, 0x33FF },
  { 0x3400, 0x4DBF }, { 0x4E00, 0x9FFF }, { 0xA000, 0xA4CF }, { 0xA960, 0xA97C }, { 0xAC00, 0xD7A3 },
  { 0xF900, 0xFAFF }, { 0xFE30, 0xFE6F }, { 0xFF00, 0xFF60 }, { 0xFFE0, 0xFFE6 }, { 0x1F300, 0x1F64F },
  { 0x1F680, 0x1F6FF }, { 0x1F900, 0x1F9FF }, { 0x1FA70, 0x1FAFF }, { 0x20000, 0x3FFFD },
}

local function is_in(ranges, code)
  local low, high = 1, #ranges
  while low <= high do
    local middle = (low + high) // 2
    if code < ranges[middle][1] then high = middle - 1
    elseif code > ranges[middle][2] then low = middle + 1
    else return true end
  end
  return false
end

local function width_of(code)
  if code < 0x300 then return 1 end
  if is_in(NONE, code) then return 0 end
  return is_in(TWO, code) and 2 or 1
end

--- UTF-8 of any bytes, such as those of a file's name.
---@param text string
---@return string
function M.valid(text)
  local _, wrong = utf8.len(text)
  while wrong do
    text = text:sub(1, wrong - 1) .. "\u{FFFD}" .. text:sub(wrong + 1)
    _, wrong = utf8.len(text, wrong)
  end
  return text
end

--- A text on one line without anything that a terminal would act on: control characters, and those that turn the
--- direction of writing.
---@param text string
---@return string
function M.tame(text)
  text = M.valid(text):gsub("[\r\n\t]+", " "):gsub("[%c\127]", "?")
  return (text:gsub("\194[\128-\159]", "?"):gsub("\226\128[\170-\174]", ""):gsub("\226\129[\166-\169]", ""))
end

---@param text string UTF-8
---@return integer columns
function M.of(text)
  if not text:find("[\128-\255]") then return #text end
  local width = 0
  for _, code in utf8.codes(text) do width = width + width_of(code) end
  return width
end

--- At most so many columns of a text; the last of them is an ellipsis where something was cut.
---@param text string UTF-8
---@param columns integer
---@return string
function M.cut(text, columns)
  if M.of(text) <= columns then return text end
  local width = 0
  for position, code in utf8.codes(text) do
    width = width + width_of(code)
    if width > columns - 1 then return text:sub(1, position - 1) .. "…" end
  end
  return text
end

--- Fills a text up with blanks.
---@param text string
---@param columns integer
---@param right boolean|nil the blanks come first
---@return string
function M.pad(text, columns, right)
  local blanks = (" "):rep(columns - M.of(text))
  return right and blanks .. text or text .. blanks
end

return M
