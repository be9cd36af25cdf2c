--- What a spreadsheet makes of a cell when it opens a CSV file, and how to keep it from doing so.
---
--- Spreadsheets guess. A long integer becomes a float with 15 digits, and one of 12 digits is already shown, and saved
--- again, as 1.23457E+11; "01234" loses its zero, "3-4" and "Mar 5" become dates, "1e5" a number, and text that begins
--- with = + - or @ is run as a formula, whoever wrote it. ="text" is the one spelling that all of them take as the text.
local M = {}

--- The longest text that a formula may hold, and the longest formula.
local LITERAL_MAX, FORMULA_MAX = 255, 8000
--- From so many digits on a spreadsheet shows an integer in powers of ten.
local DIGITS_SHOWN = 11

local function set(words)
  local found = {}
  for word in words:gmatch("%S+") do found[word] = true end
  return found
end

--- Words that may stand in a date, a time, a number or an amount: English, and what is like it in the other languages
--- that Lofty offers. Any other word of plain letters makes a text a text.
local OF_VALUES = set [[
  january february march april may june july august september october november december
  jan feb mar apr jun jul aug sep sept oct nov dec
  monday tuesday wednesday thursday friday saturday sunday mon tue tues wed weds thu thur thurs fri sat sun
  januar februar mai juni juli oktober dezember okt dez montag dienstag mittwoch donnerstag freitag samstag sonntag
  mo di mi do fr sa so uhr
  enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre ene abr ago set dic
  lunes martes jueves viernes domingo lun mar jue vie dom
  janvier mars avril juin juillet septembre octobre novembre janv avr juil lundi mardi mercredi jeudi vendredi samedi
  dimanche lun mer jeu ven sam dim
  a p am pm t z e h m s st nd rd th ad bc de of the le el
  usd cad eur gbp chf mxn us ca kr rs r
]]

local BOOLEANS = set "true false wahr falsch vrai faux verdadero falso"

--- Full-width forms of = + - and @, which some spreadsheets take for the plain ones.
local FULL_WIDTH = { ["＝"] = true, ["＋"] = true, ["－"] = true, ["＠"] = true }

local function is_formula(text)
  return text:find("^[=+%-@\t\r\n]") ~= nil or FULL_WIDTH[text:sub(1, 3)] == true
end

--- Text without blanks around it, no-break spaces among them.
local function trimmed(text)
  return (text:gsub("\194\160", " "):match("^%s*(.-)%s*$"))
end

local function has_digit(text)
  return text:find("%d") ~= nil or text:find("\239\188[\144-\153]") ~= nil -- full-width digits
end

--- Whether some word in it can be nothing but a word.
local function has_plain_word(text)
  for word in text:gmatch("[%a\128-\255]+") do
    if not word:find("[\128-\255]") and not OF_VALUES[word:lower()] then return true end
  end
  return false
end

--- Whether a spreadsheet may make something else of a text than that text.
---@param text string
---@return boolean
function M.would_change(text)
  local inner = trimmed(text)
  if is_formula(text) or is_formula(inner) or inner:find("^#") then return true end
  if not has_digit(inner) then return BOOLEANS[inner:lower()] == true end
  return not has_plain_word(inner)
end

--- Cuts a text into pieces of so many characters that a formula may hold each.
local function pieces(text)
  local found, first = {}, 1
  while first <= #text do
    local next_first = utf8.offset(text, LITERAL_MAX + 1, first) or #text + 1
    found[#found + 1] = '"' .. text:sub(first, next_first - 1):gsub('"', '""') .. '"'
    first = next_first
  end
  return found
end

--- A text as a formula that gives just this text.
---@param text string
---@return string
function M.as_text(text)
  -- No formula holds a line break, and no number either.
  if text:find("[\r\n]") then return "'" .. text end
  local formula = "=" .. table.concat(pieces(text), "&")
  if (utf8.len(formula) or #formula) <= FORMULA_MAX then return formula end
  -- Too long for a formula; a text of this length is no number, so it is enough that it does not begin like one.
  return "'" .. text
end

--- What to write into a cell for a text.
---@param text string
---@return string
function M.text(text)
  return M.would_change(text) and M.as_text(text) or text
end

--- What to write into a cell for an integer.
---@param number integer
---@return string
function M.integer(number)
  local text = ("%d"):format(number)
  return #text:gsub("-", "") > DIGITS_SHOWN and M.as_text(text) or text
end

return M
