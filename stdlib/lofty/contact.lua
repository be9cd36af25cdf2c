--- `lofty.contact`: e-mail addresses and phone numbers as Lofty looks them up, from what people type, paste and export.
---
---   local digits, why = lofty.contact.phone("+1 (207) 555-0111")   --> "2075550111"
---   local address, why = lofty.contact.email(" Ada@Example.COM")   --> "Ada@example.com"
---
--- Nothing is guessed: what is not clearly an address or a number is nil and a message, which never repeats the text.
local misuse = require "lofty.misuse"
local wording = require "lofty.wording"

local M = {}

--- Characters that take no room and get pasted along: soft hyphen, zero-width and direction marks, byte order mark.
local INVISIBLE = {
  { 0x00AD, 0x00AD }, { 0x061C, 0x061C }, { 0x180E, 0x180E }, { 0x200B, 0x200F }, { 0x202A, 0x202E },
  { 0x2060, 0x206F }, { 0xFE00, 0xFE0F }, { 0xFEFF, 0xFEFF },
}

--- White space of all kinds, line and paragraph separators among it.
local SPACES = {
  { 0x00, 0x20 }, { 0x7F, 0x80 }, { 0x85, 0x85 }, { 0xA0, 0xA0 }, { 0x1680, 0x1680 }, { 0x2000, 0x200A },
  { 0x2028, 0x2029 }, { 0x202F, 0x202F }, { 0x205F, 0x205F }, { 0x3000, 0x3000 },
}

--- Hyphens and dashes that word processors put where "-" was typed.
local DASHES = { { 0x2010, 0x2015 }, { 0x2212, 0x2212 }, { 0xFE58, 0xFE58 }, { 0xFE63, 0xFE63 }, { 0xFF0D, 0xFF0D } }

local function within(ranges, code)
  for _, range in ipairs(ranges) do
    if code >= range[1] and code <= range[2] then return true end
  end
  return false
end

local function text_of(name, text)
  if type(text) ~= "string" then
    misuse(("lofty.contact.%s: expected a string, got %s"):format(name, wording.describe(text)))
  end
  return text
end

--- nil where the text is not UTF-8.
local function cleaned(text)
  if not text:find("[^ -~]") then return text:match("^ *(.-) *$") end -- as most are, and so much faster
  if not utf8.len(text) then return nil end
  local parts = {}
  for _, code in utf8.codes(text) do
    if within(SPACES, code) then
      parts[#parts + 1] = " "
    elseif not within(INVISIBLE, code) then
      parts[#parts + 1] = utf8.char(code)
    end
  end
  return table.concat(parts):match("^ *(.-) *$")
end

--- The text without what cannot be seen: invisible characters are dropped, white space of any kind is a blank, and
--- none is left at either end. nil and a message where the text is not UTF-8.
---@param text string
---@return string|nil
---@return string|nil message
function M.clean(text)
  local clean = cleaned(text_of("clean", text))
  if not clean then return nil, "is not valid UTF-8" end
  return clean
end

local function is_domain(domain)
  if #domain > 253 or not domain:find(".", 1, true) then return false end
  for label in (domain .. "."):gmatch("(.-)%.") do
    if #label > 63 or not label:find("^[%w\x80-\xFF-]+$") then return false end
    if label:find("^%-") or label:find("%-$") then return false end
  end
  return domain:find("%.[%a\x80-\xFF][%w\x80-\xFF-]+$") ~= nil
end

local function is_local_part(part)
  return #part > 0 and #part <= 64 and part:find("^[%w!#$%%&'*+/=?^_`{|}~.\x80-\xFF-]+$") ~= nil
    and not part:find("^%.") and not part:find("%.$") and not part:find("..", 1, true)
end

--- An e-mail address, cleaned of blanks around it and of invisible characters, its domain in lower case. What stands
--- before the @ keeps its case: what that means is up to the domain. To compare two addresses, use emails_equal.
---@param text string
---@return string|nil address nil where the text is not one plain address
---@return string|nil message what is wrong, worded to follow the field's name
function M.email(text)
  local clean = cleaned(text_of("email", text))
  if not clean then return nil, "is not valid UTF-8" end
  if clean == "" then return nil, "is blank" end
  if clean:find("[%s,;<>\"()]") then return nil, "is not one plain e-mail address: write the address alone" end
  local part, domain = clean:match("^([^@]*)@([^@]*)$")
  if not part then return nil, "is not an e-mail address: it must have one @" end
  if not is_local_part(part) then return nil, "is not an e-mail address: what stands before the @ cannot be" end
  if not is_domain(domain) then return nil, "is not an e-mail address: what stands after the @ is no domain" end
  return part .. "@" .. domain:lower()
end

--- Whether both are e-mail addresses, and the same but for upper and lower case.
---@param a string
---@param b string
---@return boolean
function M.emails_equal(a, b)
  local one, other = M.email(a), M.email(b)
  return one ~= nil and other ~= nil and one:lower() == other:lower()
end

local function plain_dashes(text)
  if not text:find("[\x80-\xFF]") then return text end
  return (text:gsub(utf8.charpattern, function(character)
    return within(DASHES, utf8.codepoint(character)) and "-" or nil
  end))
end

--- The ten digits of an American or Canadian number: neither the area nor the exchange begins with 0 or 1.
local function american(digits)
  local ten = #digits == 11 and digits:match("^1(.*)$") or digits
  if #ten ~= 10 then
    return nil, ("is not a phone number: it has %d digits, not 10; write a foreign one with + and its country code")
      :format(#digits)
  end
  if not ten:find("^[2-9]%d%d[2-9]") then return nil, "is not a phone number: there is no such area or exchange" end
  return ten
end

--- A phone number as the bare digits that Lofty's filter wants: ten for an American or Canadian one, with or without
--- its 1; for one that begins with + and another country's code, all digits with that code. Extensions, numbers spelt
--- in letters and a 0 in brackets after the country's code are refused: their digits are another number.
---@param text string
---@return string|nil digits nil where the text is not one whole number
---@return string|nil message what is wrong, worded to follow the field's name
function M.phone(text)
  local clean = cleaned(text_of("phone", text))
  if not clean then return nil, "is not valid UTF-8" end
  clean = plain_dashes(clean)
  if clean == "" then return nil, "is blank" end
  if clean:find("%a") or clean:find("[#*,;]") then
    return nil, "is not a phone number alone: it has letters or an extension"
  end
  local plus, rest = clean:gsub("^%(%+(%d+)%)", "+%1"):match("^(%+?)([%d%-./() ]+)$")
  if not plus then return nil, "is not a phone number: it has characters that do not belong there" end
  if plus ~= "" and rest:find("%( *0 *%)") then
    return nil, "is not a phone number to be dialled: leave out the (0), which goes in place of the country code only"
  end
  local digits = rest:gsub("%D", "")
  if plus == "" or digits:find("^1") then return american(digits) end
  if #digits < 8 or #digits > 15 or digits:find("^0") then
    return nil, "is not a phone number: after + come a country code and 8 to 15 digits in all"
  end
  return digits
end

--- Whether both are phone numbers, and the same however they are written.
---@param a string
---@param b string
---@return boolean
function M.phones_equal(a, b)
  local one, other = M.phone(a), M.phone(b)
  return one ~= nil and one == other
end

return M
