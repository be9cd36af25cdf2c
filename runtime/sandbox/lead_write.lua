--- Creating and updating leads. `read` checks a whole body before anything changes, so that a refusal leaves no trace.

local json = require "native.json"
local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local times = require "sandbox.times"
local params = require "sandbox.params"
local tags = require "sandbox.tags"
local view = require "sandbox.lead_view"
local lead_property = require "sandbox.lead_property"
local lead_inquiry = require "sandbox.lead_inquiry"
local custom_fields = require "sandbox.custom_fields"

local M = {}

local MAX_NAME, MAX_SEGMENT, MAX_PHONE, MAX_STAGE, MAX_FAMILY = 30, 30, 20, 19, 4
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

local function read_lists(body, wish)
  wish.emails = params.field_array(body, "emails", params.as_text)
  wish.phones = params.field_array(body, "phones", phone_text)
  wish.leadTypes = params.field_array(body, "leadTypes", lead_type)
  wish.segments = params.field_array(body, "segments", segment_text)
    or params.field_array(body, "groups", segment_text)
  wish.family = params.field_array(body, "leadFamilyMemberList", family_member)
  wire.demand(not wish.family or #wish.family <= MAX_FAMILY, "INVALID_PARAMETER")
  wish.customAttributes = params.field_array(body, "customAttributeList", custom_fields.read_value)
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
  local property, inquiry = params.field_object(body, "property"), params.field_object(body, "inquiry")
  return wish, {
    tags = tags.read(body), property = property and lead_property.read(property),
    inquiry = inquiry and lead_inquiry.read(inquiry),
  }
end

--- Applies what `read` gave. Refuses a property id of another lead before it changes anything.
---@param store table
---@param lead table the lead's own copy
---@param fields table
---@param extra table
function M.apply(store, lead, fields, extra)
  if extra.property then
    lead_property.find(lead, extra.property)
  end
  local attributes = fields.customAttributes
  fields.customAttributes = nil
  for name, value in pairs(fields) do
    lead[name] = value
  end
  if attributes then
    custom_fields.apply(store, lead, attributes)
  end
  if extra.property then
    lead_property.apply(store, lead, extra.property)
  end
  if extra.inquiry then
    lead_inquiry.apply(lead, extra.inquiry)
  end
  tags.apply(store, lead, extra.tags)
  lead.updated = store.now()
end

return M
