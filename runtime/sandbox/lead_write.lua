--- Creating and updating leads. `read` checks a whole body before anything changes, so that a refusal leaves no trace.

local json = require "native.json"
local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local times = require "sandbox.times"
local params = require "sandbox.params"
local tags = require "sandbox.tags"
local view = require "sandbox.lead_view"

local M = {}

local MAX_NAME, MAX_SEGMENT, MAX_PHONE, MAX_STAGE, MAX_FAMILY = 30, 30, 20, 19, 4
local ADDRESS = { "streetAddress", "city", "state", "zipCode" }
local LEAD_TYPES = { [-1] = true, [1] = true, [2] = true, [5] = true, [6] = true, [7] = true, [8] = true, [9] = true }
local SCOPES = { TEAM = true, OFFICE = true, PERSONAL = true }

local function demand_object(value)
  wire.demand(type(value) == "table" and not json.is_array(value), "INVALID_PARAMETER")
end

local function phone_text(value)
  local text = params.as_text(value)
  wire.demand(utf8.len(text) and utf8.len(text) <= MAX_PHONE, "INVALID_PARAMETER")
  return text
end

local function segment_text(value)
  return params.cut(params.as_text(value), MAX_SEGMENT)
end

local function lead_type(value)
  local number = type(value) == "string" and params.parse_integer(value) or math.tointeger(value)
  return wire.demand(LEAD_TYPES[number] and number, "INVALID_PARAMETER")
end

local function family_member(value)
  demand_object(value)
  local first = params.field_text(value, "firstName", MAX_NAME)
  wire.demand(first and not codec.is_blank(first), "INVALID_PARAMETER")
  return {
    firstName = first, lastName = params.field_text(value, "lastName", MAX_NAME),
    relationship = params.field_text(value, "relationship"), birthday = params.field_text(value, "birthday"),
    emails = params.field_array(value, "emails", params.as_text),
    phones = params.field_array(value, "phones", phone_text),
  }
end

local function custom_attribute(value)
  demand_object(value)
  return {
    attributeName = wire.demand(params.field_text(value, "attributeName"), "INVALID_PARAMETER"),
    attributeType = params.field_text(value, "attributeType") or "text",
    value = params.field_text(value, "value") or "", params = params.field_text(value, "params"),
  }
end

local PROPERTY_NUMBERS = { "price", "bedrooms", "squareFeet", "parkingSpace", "floors", "priceMin", "priceMax" }
local PROPERTY_TEXTS = { "streetAddress", "city", "state", "zipCode", "county", "propertyType", "label", "note",
  "listingId", "listingStatus" }

-- The property block; all of the address blank aborts the whole request (200057).
local function read_property(body)
  local given = params.field_object(body, "property")
  if not given then
    return nil
  end
  local property, is_blank = { id = params.field_integer(given, "id") }, true
  for _, name in ipairs(PROPERTY_TEXTS) do
    property[name] = params.field_text(given, name)
  end
  for _, name in ipairs(PROPERTY_NUMBERS) do
    property[name] = params.field_integer(given, name)
  end
  for _, name in ipairs { "bathrooms", "lotSize" } do
    property[name] = tonumber(params.field_text(given, name))
  end
  property.mailAddress = params.field_boolean(given, "mailAddress")
  for _, name in ipairs(ADDRESS) do
    is_blank = is_blank and codec.is_blank(property[name] or "")
  end
  wire.demand(not is_blank, "PROPERTY_ADDRESS_EMPTY")
  return property
end

local function location(value)
  demand_object(value)
  local place = {}
  for _, name in ipairs { "stateCode", "city", "zipCode", "county", "streetAddress", "description" } do
    place[name] = params.field_text(value, name)
  end
  return place
end

local function read_inquiry(body)
  local given = params.field_object(body, "inquiry")
  if not given then
    return nil
  end
  local inquiry = {}
  for _, name in ipairs { "priceMin", "priceMax", "bedroomsMin", "bedroomsMax" } do
    inquiry[name] = params.field_integer(given, name)
  end
  for _, name in ipairs { "bathroomsMin", "bathroomsMax" } do
    inquiry[name] = params.field_text(given, name)
  end
  inquiry.propertyType = params.field_array(given, "propertyType", params.as_text)
  inquiry.locations = params.field_array(given, "locations", location)
  return inquiry
end

local function read_lists(body, wish)
  wish.emails = params.field_array(body, "emails", params.as_text)
  wish.phones = params.field_array(body, "phones", phone_text)
  wish.leadTypes = params.field_array(body, "leadTypes", lead_type)
  wish.segments = params.field_array(body, "segments", segment_text)
    or params.field_array(body, "groups", segment_text)
  wish.family = params.field_array(body, "leadFamilyMemberList", family_member)
  wire.demand(not wish.family or #wish.family <= MAX_FAMILY, "INVALID_PARAMETER")
  wish.customAttributes = params.field_array(body, "customAttributeList", custom_attribute)
end

local function read_texts(body, wish)
  wish.firstName = params.field_text(body, "firstName", MAX_NAME)
  wish.lastName = params.field_text(body, "lastName", MAX_NAME)
  for _, name in ipairs { "birthday", "source", "stage", "referredBy", "language", "ownershipScope" } do
    wish[name] = params.field_text(body, name)
  end
  for _, name in ipairs(view.QUALIFICATION) do
    wish[name] = params.field_text(body, name)
  end
  wire.demand(not wish.firstName or not codec.is_blank(wish.firstName), "INVALID_PARAMETER")
  wire.demand(not wish.birthday or times.is_birthday(wish.birthday), "INVALID_PARAMETER")
  wire.demand(not wish.stage or #params.cut(wish.stage, MAX_STAGE) == #wish.stage, "INVALID_PARAMETER")
  wire.demand(not wish.ownershipScope or SCOPES[wish.ownershipScope], "INVALID_PARAMETER")
end

--- Everything a body of create or update asks for, checked. Unknown members are ignored, null ones count as absent.
---@param body table
---@return table fields as kept in a lead
---@return table extra { tags, property, inquiry }: what does not simply overwrite
function M.read(body)
  local wish = {}
  read_texts(body, wish)
  read_lists(body, wish)
  for _, name in ipairs { "cannotText", "cannotCall", "cannotEmail", "unsubscription" } do
    wish[name] = params.field_boolean(body, name)
  end
  wish.hiddenFlag = params.field_boolean(body, "isHidden")
  wish.assignedUserId = params.field_integer(body, "assignedUserId")
  wish.ownershipId = params.field_integer(body, "ownershipId")
  return wish, { tags = tags.read(body), property = read_property(body), inquiry = read_inquiry(body) }
end

local function address_key(property)
  return ((property.streetAddress or "") .. "|" .. (property.zipCode or "")):lower()
end

-- The lead's property that a property block means: by id, else by address, else none yet.
local function find_property(lead, wanted)
  local has_id = wanted.id and wanted.id > 0
  for _, property in ipairs(lead.properties or {}) do
    if has_id and property.id == wanted.id or not has_id and address_key(property) == address_key(wanted) then
      return property
    end
  end
  wire.demand(not has_id, "LEAD_PROPERTY_NOT_EXIST")
  return nil
end

local function apply_property(store, lead, wanted)
  local property = find_property(lead, wanted)
  if not property then
    property = { id = store:next_id("property") }
    lead.properties = lead.properties or {}
    lead.properties[#lead.properties + 1] = property
  end
  wanted.id = property.id
  for name, value in pairs(wanted) do
    property[name] = value
  end
end

-- Values of the named custom fields; others stay (whether they do in the real system is not documented).
local function apply_attributes(lead, attributes)
  local kept = json.array({})
  local named = {}
  for _, attribute in ipairs(attributes) do
    named[attribute.attributeName] = true
  end
  for _, attribute in ipairs(lead.customAttributes or {}) do
    kept[#kept + 1] = not named[attribute.attributeName] and attribute or nil
  end
  lead.customAttributes = table.move(attributes, 1, #attributes, #kept + 1, kept)
end

--- Applies what `read` gave. Refuses a property id of another lead before it changes anything.
---@param store table
---@param lead table the lead's own copy
---@param fields table
---@param extra table
function M.apply(store, lead, fields, extra)
  if extra.property then
    find_property(lead, extra.property)
  end
  local attributes = fields.customAttributes
  fields.customAttributes = nil
  for name, value in pairs(fields) do
    lead[name] = value
  end
  if attributes then
    apply_attributes(lead, attributes)
  end
  if extra.property then
    apply_property(store, lead, extra.property)
  end
  if extra.inquiry then
    lead.inquiry = lead.inquiry or {}
    for name, value in pairs(extra.inquiry) do
      lead.inquiry[name] = value
    end
  end
  tags.apply(store, lead, extra.tags)
  lead.updated = store.now()
end

return M
