--- What in a request or reply is personal or secret, by the names of the fields that Lofty's operations have. This is
--- the one list; what --record replaces is what stands here:
---
---   by name      the fields of KINDS below, in requests and replies alike
---   by value     e-mail addresses, phone numbers with + or with separators, signed tokens, user and password in a URL
---                and parameters of a URL that are called like secrets, in whatever field and inside other text
---   by company   `name` in an object that has an e-mail address or a phone too, `value` of a custom attribute
---
--- What stays: ids, codes, times, numbers, stages, tags, sources, pipelines, states and countries, since scripts
--- branch on them; what a refusal says, since names of codes are deduced from it; empty texts and "N/A".
local M = {}

---@alias lofty.traffic.Kind "name"|"email"|"phone"|"street"|"city"|"zip"|"date"|"text"|"url"|"secret"

--- Ends of field names, in lower case without underscores; the longest end that fits decides.
local KINDS = {
  email = "email emails emailaddress emailaddresses",
  phone = "phone phones phonenumber phonenumbers mobile virtualnumber boundnumber fixednumber usernumber",
  name = "firstname lastname middlename fullname nickname leadname agentname assistantname lendername creatorname "
    .. "editorname username displayname ownername contactname customername buyername sellername assigneduser "
    .. "assignee referredby paytoname",
  street = "address streetname street",
  city = "city",
  zip = "zip zipcode postalcode",
  date = "birthday birthdate",
  text = "content note notes comment comments description summary text subject body transactionname "
    .. "personalintroduction context querykey reason keyword filename descr "
    .. "detailsdescribe objectivesuggestion queryinfo reply unit",
  url = "headurl picture pictureurl picturelist urls link personalwebsite websiteurl siteurl listingurl recordingurl "
    .. "facebook twitter linkedin instagram",
  secret = "password passwd secret apikey accesstoken refreshtoken idtoken authorization credential customerkey",
}

--- Whole names that stand for something else than their end says; false: not personal.
local EXCEPTIONS = {
  error_description = false, permissionProfileName = false, ipaddress = "text", profileName = "name", title = "text",
  key = "text", url = "url", token = "secret",
}

--- In requests only: in a reply it is what Lofty says about how it went.
local OF_REQUESTS = { message = "text" }

local CONTACTS = { "email", "emails", "emailAddress", "phone", "phones", "phoneNumber", "firstName" }

local by_end = {}
for kind, ends in pairs(KINDS) do
  for ending in ends:gmatch("%S+") do by_end[ending] = kind end
end

local function find_kind(name)
  if EXCEPTIONS[name] ~= nil then return EXCEPTIONS[name] end
  local plain = name:lower():gsub("[_%-]", "")
  for first = 1, #plain do
    local kind = by_end[plain:sub(first)]
    if kind then return kind end
  end
  return false
end

local kinds = setmetatable({}, {
  __index = function(known, name)
    known[name] = find_kind(name)
    return known[name]
  end,
})

--- What a field holds; nil where only the value can tell.
---@param name string
---@param object table|nil that it is a member of
---@param parent string|nil the name under which the object stands
---@param request boolean|nil
---@return lofty.traffic.Kind|nil
function M.kind(name, object, parent, request)
  if request and OF_REQUESTS[name] then return OF_REQUESTS[name] end
  if name == "name" and object then
    for _, contact in ipairs(CONTACTS) do
      if object[contact] ~= nil then return "name" end
    end
  elseif name == "value" and (parent == "customAttributes" or parent == "customAttributeList") then
    return "text"
  end
  return kinds[name] or nil
end

---@alias lofty.traffic.Visitor fun(class: string, key: string, raw: string): string what stands in for one value

local EMAIL = "^[^%s<>\"',;:()/?=&@]+@[%w%-%.\128-\255]+%.[%a\128-\255]+$"
local EMAIL_INSIDE = "[^%s<>\"',;:()/?=&@]+@[%w%-\128-\255][%w%-%.\128-\255]*%.[%a\128-\255]+"
local PHONE_INSIDE = "%+%d[%d%s().%-]*%d"
local PHONE_DIGITS, TOKEN = 10, "eyJ[%w_%-]+%.[%w_%-%.]+"
local SECRET_PARAMETERS = "token key secret sig signature auth password pass code apikey accesstoken hash credential"

local secret_parameters = {}
for name in SECRET_PARAMETERS:gmatch("%S+") do secret_parameters[name] = true end

--- A phone number is told by its last ten digits, however it is written; the rest of the writing stays.
local function map_phone(text, visit)
  local _, digits = text:gsub("%d", "")
  if digits < 4 then return text end
  local skipped, core = math.max(digits - PHONE_DIGITS, 0), {}
  for digit in text:gmatch("%d") do core[#core + 1] = digit end
  local key = table.concat(core, "", skipped + 1)
  local replaced = visit("phone", key, key)
  if not replaced:find("^%d+$") or #replaced ~= #key then return replaced .. text:gsub("%d", "#") end
  local index = -skipped
  return (text:gsub("%d", function()
    index = index + 1
    return index > 0 and replaced:sub(index, index) or nil
  end))
end

local function looks_like_phone(text)
  if not text:find("^[%d%s()+%-]+$") or not text:find("[()+%-%s]") or text:find("^%d%d%d%d%-%d%d%-%d%d") then
    return false
  end
  local _, digits = text:gsub("%d", "")
  return digits >= PHONE_DIGITS and digits <= 15
end

local function map_contacts(text, visit)
  if text:find("@", 1, true) then
    text = text:gsub(EMAIL_INSIDE, function(email) return visit("email", email:lower(), email) end)
  end
  if looks_like_phone(text) then return map_phone(text, visit) end
  if text:find("+", 1, true) then
    text = text:gsub(PHONE_INSIDE, function(phone)
      local _, digits = phone:gsub("%d", "")
      return digits >= PHONE_DIGITS and digits <= 15 and map_phone(phone, visit) or nil
    end)
  end
  return text
end

--- User and password stand before the host; they would look like an e-mail address with it.
local function map_url(url, visit)
  local scheme, authority, rest = url:match("^(%w+://)([^/?#]*)(.*)$")
  authority = authority:gsub("^(.+)@", function(user) return visit("secret", user, user) .. "@" end)
  rest = rest:gsub("([?&])([^=&#]+)=([^&#]+)", function(mark, name, value)
    if not secret_parameters[name:lower():gsub("[_%-]", "")] then return nil end
    return ("%s%s=%s"):format(mark, name, visit("secret", value, value))
  end)
  return scheme .. authority .. map_contacts(rest, visit)
end

--- Any text: only what its own form gives away.
local function map_plain(text, visit)
  if text:find("eyJ", 1, true) then
    text = text:gsub(TOKEN, function(token) return visit("secret", token, token) end)
  end
  if not text:find("://", 1, true) then return map_contacts(text, visit) end
  local parts, at = {}, 1
  for first, url, after in text:gmatch("()(%w+://[^%s\"'<>]+)()") do
    parts[#parts + 1] = map_contacts(text:sub(at, first - 1), visit)
    parts[#parts + 1], at = map_url(url, visit), after
  end
  parts[#parts + 1] = map_contacts(text:sub(at), visit)
  return table.concat(parts)
end

--- Word by word, so that "Nora Ashby" is made of what "Nora" and "Ashby" become.
local function map_words(text, visit)
  return (text:gsub("[^%s,;<>()\"]+", function(word)
    if word:find(EMAIL) then return visit("email", word:lower(), word) end
    if not word:find("[%a\128-\255]") then return nil end
    return visit("name", word:lower(), word)
  end))
end

--- Most texts are seen again and again and have nothing in them; which, is remembered.
local MOST_REMEMBERED = 20000
local harmless, harmless_count = {}, 0

local function map_any(text, visit)
  if harmless[text] then return text end
  local visited = false
  local mapped = map_plain(text, function(...)
    visited = true
    return visit(...)
  end)
  if not visited and #text < 200 then
    if harmless_count == MOST_REMEMBERED then harmless, harmless_count = {}, 0 end
    harmless[text], harmless_count = true, harmless_count + 1
  end
  return mapped
end

--- A text with everything personal or secret in it replaced by what `visit` says.
---@param kind lofty.traffic.Kind|nil
---@param text string
---@param visit lofty.traffic.Visitor
---@return string
function M.map(kind, text, visit)
  if kind == nil then return map_any(text, visit) end
  if text == "" or text == "N/A" or not text:find("%S") then return text end
  if kind == "secret" then return visit("secret", text, text) end
  if kind == "name" or kind == "email" then return map_words(text, visit) end
  if text:find(EMAIL) then return visit("email", text:lower(), text) end
  if kind == "phone" or looks_like_phone(text) then
    return text:find("%d%d%d%d") and map_phone(text, visit) or map_words(text, visit)
  end
  return visit(kind, text, text)
end

--- Numbers are personal only where they stand for a phone number, a postcode or a day.
---@param kind lofty.traffic.Kind|nil
---@param number integer
---@param visit lofty.traffic.Visitor
---@return integer
function M.map_number(kind, number, visit)
  if kind == "secret" then return 0 end
  if kind ~= "phone" and kind ~= "zip" and kind ~= "date" or number <= 0 then return number end
  local key = ("%d"):format(number)
  if kind == "phone" then return math.tointeger(tonumber(map_phone(key, visit))) or number end
  -- A day as a number is one of epoch milliseconds; its stand-in has no form of its own.
  return math.tointeger(tonumber(visit("zip", key, key))) or number
end

--- Whether JSON of a request certainly holds no secret, so that nobody need take it apart to look: no member is called
--- like one, and no text has the form of one. Where a string is escaped that is not looked into.
---@param text string
---@return boolean
function M.holds_no_secret(text)
  if text:find("\\", 1, true) or text:find("eyJ", 1, true) or text:find("://", 1, true) then return false end
  for name, colon in text:gmatch('"([^"]*)"%s*(:?)') do
    if colon ~= "" and kinds[name] == "secret" then return false end
  end
  return true
end

--- A visitor that takes out secrets, also from inside longer texts, and leaves everything else as it is.
---@param found fun()|nil told of each
---@return lofty.traffic.Visitor
function M.secrets_only(found)
  local function visit(class, _, raw)
    if class == "secret" then
      if found then found() end
      return "[secret]"
    end
    return (class == "text" or class == "url") and map_plain(raw, visit) or raw
  end
  return visit
end

return M
