--- Whether something that Lofty shows may be what was sent to it. Lofty changes what it is given, partly as documented:
--- it cuts long texts and names, writes times and numbers in forms of its own. What is the same but for that is "same".
--- What agrees in its letters and digits only is "near": it may be the same after a change that nobody documented, and
--- must not be taken for another thing either.
local contact = require "lofty.contact"
local parse = require("lofty.time.reading").parse

local M = {}

---@alias lofty.Likeness "same"|"near"|nil nil: another thing

local function cut(text, max)
  local last = max and utf8.len(text) and utf8.offset(text, max + 1)
  return last and text:sub(1, last - 1) or text
end

--- Without blanks at the ends, lines ended alike, no longer than Lofty keeps it.
local function plain(text, max)
  local lines = text:gsub("\r\n?", "\n"):match("^%s*(.-)%s*$")
  return cut(lines, max):match("^(.-)%s*$")
end

--- Letters and digits alone: tags, entities, punctuation, blanks and what is no ASCII are what gets changed.
local function bones(text)
  return text:gsub("<[^>]*>", ""):gsub("&#?%w+;", ""):gsub("[^%w]", ""):lower()
end

--- So much of a text that what follows may have been cut, somewhere else than documented.
local LONG = 60

--- Whether nothing tells them apart for sure.
local function may_be_one(a, b)
  local length = math.min(#a, #b)
  return a == b or length == 0 or length >= LONG and a:sub(1, length) == b:sub(1, length)
end

--- Texts, of which Lofty keeps the first `max` characters. Where nothing is left but what may get changed, any text may
--- be the one.
---@param sent any
---@param shown any
---@param max integer|nil
---@return lofty.Likeness
function M.text(sent, shown, max)
  if type(sent) ~= "string" or type(shown) ~= "string" then return "near" end
  if plain(sent, max) == plain(shown, max) then return "same" end
  return may_be_one(bones(sent), bones(shown)) and "near" or nil
end

--- Names, as texts of 30 characters; one that was not given is shown as an empty one.
---@param sent string|nil
---@param shown string|nil
---@return lofty.Likeness
function M.name(sent, shown)
  if (sent or "") == "" and (shown or "") == "" then return "same" end
  return M.text(sent or "", shown or "", 30) == "same" and "same" or "near"
end

--- Moments, to the second.
---@param sent string|integer|nil
---@param shown string|integer|nil
---@return lofty.Likeness
function M.moment(sent, shown)
  local one, other = parse(sent), parse(shown)
  return one and other and one // 1000 == other // 1000 and "same" or "near"
end

--- One word out of a list.
---@param sent any
---@param shown any
---@return lofty.Likeness
function M.word(sent, shown)
  return tostring(sent):lower() == tostring(shown):lower() and "same" or "near"
end

--- URLs: exactly the same; near where only upper and lower case or a slash at the end tell them apart.
---@param sent any
---@param shown any
---@return lofty.Likeness
function M.url(sent, shown)
  if sent == shown then return "same" end
  local one, other = tostring(sent):lower():gsub("/$", ""), tostring(shown):lower():gsub("/$", "")
  return one == other and "near" or nil
end

local function all_in(wanted, list, equal)
  for _, one in ipairs(wanted) do
    local found = false
    for _, other in ipairs(list or {}) do found = found or equal(one, other) end
    if not found then return false end
  end
  return true
end

--- A lead that has one of the addresses or numbers: the one that was sent where it has all of them, and the name.
---@param wanted lofty.Wanted
---@param fields table
---@param lead table
---@return lofty.Likeness
function M.lead(wanted, fields, lead)
  local complete = all_in(wanted.emails, lead.emails, contact.emails_equal)
    and all_in(wanted.phones, lead.phones, contact.phones_equal)
  local named = M.name(fields.firstName, lead.firstName) == "same" and M.name(fields.lastName, lead.lastName) == "same"
  return complete and named and "same" or "near"
end

return M
