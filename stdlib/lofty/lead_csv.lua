--- Leads from the rows of a CSV file: which column holds which field of leads.create, and what its cells mean.
---
---   local lead_csv = require "lofty.lead_csv"
---   local columns, why = lead_csv.columns(header, { "emails=Mail" }, { "Remarks" })
---   local lead, why = lead_csv.read(cells, columns)
---
--- Nothing is guessed: a cell that is not clearly what its field needs makes a bad row, and the message, which never
--- repeats the cell, says what is wrong with it.
local contact = require "lofty.contact"
local formats = require "lofty.formats"
local nearest = require("native.text").nearest
local wording = require "lofty.wording"

local M = {}

local LEAD_TYPES = { other = -1, seller = 1, buyer = 2, renter = 5, investor = 6, agent = 7, homeowner = 8,
  landlord = 9 }
local FLAGS = { yes = true, y = true, ["true"] = true, ["1"] = true, x = true, no = false, n = false, ["false"] = false,
  ["0"] = false }
local LANGUAGES = { en = "en", fr = "fr", de = "de", es = "es", ["zh-cn"] = "zh-CN", ["zh-tw"] = "zh-TW", ja = "ja" }

local function text_of(most)
  return function(text)
    if utf8.len(text) > most then return nil, ("has more than the %d characters that Lofty keeps"):format(most) end
    return text
  end
end

local function split(text)
  local parts = {}
  for part in text:gmatch("[^;\r\n]+") do
    part = contact.clean(part)
    if part ~= "" then parts[#parts + 1] = part end
  end
  return parts
end

--- A reader of a cell with several values.
local function several(read)
  return function(text)
    local values = {}
    for _, part in ipairs(split(text)) do
      local value, why = read(part)
      if value == nil then return nil, why end
      values[#values + 1] = value
    end
    return values
  end
end

local function read_phone(text)
  local digits, why = contact.phone(text)
  if not digits then return nil, why end
  return #text <= 20 and text or (text:find("^%+") and "+" or "") .. digits
end

local function read_birthday(text)
  local year, month, day = text:match("^(%d%d%d%d)%-(%d%d?)%-(%d%d?)$")
  if year then
    local name = ("JanFebMarAprMayJunJulAugSepOctNovDec"):sub(tonumber(month) * 3 - 2, tonumber(month) * 3)
    text = ("%s %d, %s"):format(name, tonumber(day), year)
  end
  local wrong = formats.birthday(text)
  if not wrong then return text end
  return nil, year and "is a day that does not exist" or "is no birthday as 2001-06-05 or Jun 5, 2001"
end

local function one_of(values, what)
  return function(text)
    local value = values[text]
    if value == nil then value = values[text:lower()] end
    return value, "is none of " .. what
  end
end

local function read_id(text)
  return text:find("^%d+$") and math.tointeger(tonumber(text)) or nil, "is no id"
end

local read_flag = one_of(FLAGS, "yes, no, true, false, 1, 0, y, n and x")
local any_text = text_of(255)

-- How the cells of a field are read, and the names under which columns with it are known. `list` fields may come from
-- several columns, those of `part` go into one member of the lead.
local FIELDS = {
  firstName = { read = text_of(30), names = "firstname givenname forename" },
  lastName = { read = text_of(30), names = "lastname surname familyname" },
  emails = { read = several(contact.email), list = true, names = "email emails emailaddress email1 email2 email3 "
    .. "primaryemail secondaryemail homeemail workemail personalemail" },
  phones = { read = several(read_phone), list = true, names = "phone phones phonenumber phone1 phone2 phone3 mobile "
    .. "mobilephone cell cellphone homephone workphone primaryphone secondaryphone" },
  tagsAdd = { read = several(text_of(64)), list = true, names = "tag tags tagsadd" },
  stage = { read = text_of(19), names = "stage leadstage pipelinestage" },
  source = { read = any_text, names = "source leadsource" },
  birthday = { read = read_birthday, names = "birthday birthdate dateofbirth dob" },
  referredBy = { read = any_text, names = "referredby referral referrer" },
  language = { read = one_of(LANGUAGES, "en, fr, de, es, zh-CN, zh-TW and ja"), names = "language" },
  content = { read = text_of(2000), names = "note notes comment comments content" },
  leadTypes = { read = several(one_of(LEAD_TYPES, "buyer, seller, renter, investor, agent, homeowner, landlord and "
    .. "other")), list = true, names = "leadtype leadtypes type" },
  assignedUserId = { read = read_id, names = "assigneduserid" },
  cannotCall = { read = read_flag, names = "cannotcall donotcall dnc" },
  cannotText = { read = read_flag, names = "cannottext donottext" },
  cannotEmail = { read = read_flag, names = "cannotemail donotemail" },
  unsubscription = { read = read_flag, names = "unsubscription unsubscribed optout optedout" },
  streetAddress = { read = any_text, part = "property", names = "streetaddress street address address1 mailingaddress" },
  city = { read = any_text, part = "property", names = "city town mailingcity" },
  state = { read = any_text, part = "property", names = "state province mailingstate" },
  zipCode = { read = any_text, part = "property", names = "zip zipcode postalcode postcode mailingzip" },
}

local field_of_name = {} ---@type table<string, string>

local names_of_fields = wording.sorted_keys(FIELDS)

for field, what in pairs(FIELDS) do
  for name in what.names:gmatch("%S+") do field_of_name[name] = field end
end

--- A cell as people mean it: without blanks around it, and as spreadsheets keep digits: ="00123".
local function cell_text(text)
  local literal = text:match('^="(.*)"$')
  return contact.clean(literal and literal:gsub('""', '"') or text)
end

--- Where a header has a column; nil and what is wrong where it has none, or two.
local function place_of(header, name)
  local found
  for index, title in ipairs(header) do
    if title == name and found then return nil, ('the file has two columns "%s"; rename one'):format(name) end
    if title == name then found = index end
  end
  if found then return found end
  return nil, ('the file has no column "%s"; it has %s'):format(name, table.concat(header, ", "))
end

local function unknown_field(field)
  local near = nearest(field, names_of_fields)
  return ('no field is called "%s"; %s'):format(field, near and ('did you mean "%s"?'):format(near)
    or "there are " .. wording.listed(names_of_fields, "and"))
end

--- The columns that were named, by place: their field, or false where they are left out.
local function named(header, map, ignore)
  local columns, taken = {}, {}
  for _, name in ipairs(ignore) do
    local place, why = place_of(header, name)
    if not place then return nil, why end
    columns[place] = false
  end
  for _, text in ipairs(map) do
    local field, name = text:match("^([^=]+)=(.+)$")
    if not field then return nil, ('"%s" is not FIELD=COLUMN'):format(text) end
    if not FIELDS[field] then return nil, unknown_field(field) end
    if taken[field] and not FIELDS[field].list then return nil, field .. " can be in one column only" end
    local place, why = place_of(header, name)
    if not place then return nil, why end
    if columns[place] ~= nil then return nil, ('the column "%s" is named twice'):format(name) end
    columns[place], taken[field] = field, true
  end
  return columns, nil, taken
end

local function check_needed(columns)
  local mapped = {}
  for _, field in pairs(columns) do mapped[field] = true end
  if not mapped.firstName then return nil, "no column holds the first name: map firstName" end
  if not mapped.emails and not mapped.phones then
    return nil, "no column holds addresses or numbers: map emails or phones"
  end
  return columns
end

--- Which field each column holds: those that are named, and for other fields the columns whose names are known.
---@param header string[] the first row
---@param map string[] FIELD=COLUMN
---@param ignore string[] names of columns to leave out
---@return table<integer, string|false>|nil columns the fields by place; nil where that cannot be told
---@return string|nil message what is wrong
function M.columns(header, map, ignore)
  local columns, why, taken = named(header, map, ignore)
  if not columns then return nil, why end
  local first = {}
  for index, title in ipairs(header) do
    local field = field_of_name[title:lower():gsub("%W", "")]
    if field and columns[index] == nil and not taken[field] then
      if first[field] and not FIELDS[field].list then
        return nil, ('"%s" and "%s" may both be %s: map one of them'):format(first[field], title, field)
      end
      columns[index], first[field] = field, title
    end
  end
  return check_needed(columns)
end

local function put(lead, field, value)
  local what = FIELDS[field]
  local into = lead
  if what.part then
    lead[what.part] = lead[what.part] or {}
    into = lead[what.part]
  end
  if what.list and into[field] then
    table.move(value, 1, #value, #into[field] + 1, into[field])
  else
    into[field] = value
  end
end

--- The lead that a row describes, as leads.create takes it.
---@param cells string[]
---@param columns table<integer, string|false>
---@return table|nil lead nil where the row is bad
---@return string|nil message what is wrong with it
function M.read(cells, columns)
  local lead = {}
  for index, cell in ipairs(cells) do
    local field, text = columns[index], cell_text(cell)
    if field and text ~= "" then
      local value, why = FIELDS[field].read(text)
      if value == nil then return nil, ("%s %s"):format(field, why) end
      put(lead, field, value)
    end
  end
  if not lead.firstName then return nil, "firstName is empty" end
  if #(lead.emails or {}) + #(lead.phones or {}) == 0 then return nil, "has neither an address nor a number" end
  return lead
end

return M
