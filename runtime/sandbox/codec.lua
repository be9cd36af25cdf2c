--- Small text codecs the pretend Lofty needs: base64, form bodies, cutting text by characters.

local M = {}

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local VALUE = {}
for i = 1, #ALPHABET do
  VALUE[ALPHABET:byte(i)] = i - 1
end

--- Standard base64 with padding.
---@param text string any bytes
---@return string
function M.base64_encode(text)
  local out = {}
  for i = 1, #text, 3 do
    local a, b, c = text:byte(i, i + 2)
    local bits = (a << 16) | ((b or 0) << 8) | (c or 0)
    for shift = 18, 0, -6 do
      local digit = ((bits >> shift) & 63) + 1
      out[#out + 1] = ALPHABET:sub(digit, digit)
    end
    if not c then
      out[#out] = "="
      if not b then
        out[#out - 1] = "="
      end
    end
  end
  return table.concat(out)
end

--- Inverse of base64_encode; padding may be missing.
---@param text string
---@return string|nil bytes nil when a character is outside the alphabet
function M.base64_decode(text)
  local out, bits, count = {}, 0, 0
  for i = 1, #(text:gsub("=+$", "")) do
    local value = VALUE[text:byte(i)]
    if not value then
      return nil
    end
    bits, count = ((bits << 6) | value) & 0xffffff, count + 6
    if count >= 8 then
      count = count - 8
      out[#out + 1] = string.char((bits >> count) & 255)
    end
  end
  return table.concat(out)
end

local function unescape(text)
  return (text:gsub("+", " "):gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

--- Fields of an application/x-www-form-urlencoded body; the last of duplicates wins.
---@param text string
---@return table<string, string>
function M.form_decode(text)
  local fields = {}
  for pair in text:gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=?(.*)$")
    fields[unescape(name)] = unescape(value)
  end
  return fields
end

--- The first `max` characters (not bytes) of a text, as Lofty keeps them.
---@param text string UTF-8; bytes are counted when it is not
---@param max integer characters to keep
---@return string
function M.truncate(text, max)
  if #text <= max then
    return text
  end
  if not utf8.len(text) then
    return text:sub(1, max)
  end
  local stop = utf8.offset(text, max + 1)
  return stop and text:sub(1, stop - 1) or text
end

--- Digits of a phone number without the leading 1 of an American one: how numbers are compared.
---@param phone string
---@return string
function M.phone_digits(phone)
  local digits = phone:gsub("%D", "")
  if #digits == 11 and digits:sub(1, 1) == "1" then
    digits = digits:sub(2)
  end
  return digits
end

--- True for text of nothing but white space.
---@param text string
---@return boolean
function M.is_blank(text)
  return not text:find("%S")
end

return M
