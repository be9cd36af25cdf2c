--- Names that people spell in several ways, compared: in capitals or not, with blanks and punctuation or without, and
--- with one typing error.
---
---   local spelling = require "lofty.spelling"
---   spelling.key("Past-Client ") == spelling.key("past client")   --> true
---   spelling.is_near("Newsletter", "Newsleter")                   --> true
local contact = require "lofty.contact"

local M = {}

--- Ranges of capitals outside ASCII, how far away the small letters are, and whether the two alternate.
local CAPITALS = {
  { 0xC0, 0xD6, 32 }, { 0xD8, 0xDE, 32 }, { 0x100, 0x137, 1, true }, { 0x139, 0x148, 1, true },
  { 0x14A, 0x177, 1, true }, { 0x178, 0x178, -121 }, { 0x179, 0x17E, 1, true }, { 0x391, 0x3A9, 32 },
  { 0x400, 0x40F, 80 }, { 0x410, 0x42F, 32 },
}

local function small_letter(letter)
  local code = utf8.codepoint(letter)
  for _, range in ipairs(CAPITALS) do
    local first, last, distance, alternate = table.unpack(range)
    if code >= first and code <= last and (not alternate or (code - first) % 2 == 0) then
      return utf8.char(code + distance)
    end
  end
end

--- A text in small letters, as far as Latin, Greek and Cyrillic ones go.
---@param text string
---@return string
function M.lower(text)
  return (text:lower():gsub("[\xC3-\xD1][\x80-\xBF]", small_letter))
end

--- What is the same for all spellings of a name that differ only in capitals, blanks and punctuation. A sign that
--- stands alone means something ("A+" is not "A-", "#1" not "1"), and so does what stands between two digits ("1-3" is
--- not "13").
---@param text string
---@return string
function M.key(text)
  local plain = M.lower(contact.clean(text) or text)
  plain = plain:gsub("[%s_.,;:/'\"()%-]+", " "):gsub("\226\128[\144-\157]", " ") -- dashes and quotes of word processors
  if not plain:find("[^ ]") then return text end
  local first, last = text:match("^%s*(%-?)"), text:match("(%-?)%s*$")
  plain = plain:gsub("^ +", ""):gsub(" +$", ""):gsub("%f[%d](%d+) +%f[%d]", "%1\0"):gsub(" +", ""):gsub("%z", " ")
  return first .. plain .. last
end

local function letters_of(text)
  local letters = {}
  for _, code in utf8.codes(text) do letters[#letters + 1] = code end
  return letters
end

local function numbers_in(text)
  local numbers = text:gsub("%D+", " ")
  return numbers:match("^ ?(.-) ?$")
end

--- So short a name is another one with one letter changed.
local SHORTEST = 5

--- Whether one typing error makes one key of the other: a letter too many, too few, wrong, or two that changed places.
--- Names with other digits are other names, and so are short ones.
---@param a string
---@param b string
---@return boolean
function M.is_near(a, b)
  local one, other = M.key(a), M.key(b)
  if one == other or numbers_in(one) ~= numbers_in(other) then return false end
  local x, y = letters_of(one), letters_of(other)
  if #x > #y then x, y = y, x end
  if #x < SHORTEST or #y - #x > 1 then return false end
  local head, tail = 0, 0
  while head < #x and x[head + 1] == y[head + 1] do head = head + 1 end
  while tail < #x - head and x[#x - tail] == y[#y - tail] do tail = tail + 1 end
  local left = #x - head - tail
  if left <= 1 then return true end
  return #x == #y and left == 2 and x[head + 1] == y[head + 2] and x[head + 2] == y[head + 1]
end

return M
