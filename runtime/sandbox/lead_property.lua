--- A lead's properties and mailing addresses: reading a property block, and finding the property that it means.

local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local params = require "sandbox.params"

local M = {}

local ADDRESS = { "streetAddress", "city", "state", "zipCode" }
local NUMBERS = { "price", "bedrooms", "squareFeet", "parkingSpace", "floors", "priceMin", "priceMax" }
local TEXTS = { "streetAddress", "city", "state", "zipCode", "county", "propertyType", "label", "note", "listingId",
  "listingStatus" }

--- The members of a property block that are known here, their types checked.
---@param given table
---@return table property
function M.read_fields(given)
  local property = { id = params.field_integer(given, "id") }
  for _, name in ipairs(TEXTS) do
    property[name] = params.field_text(given, name)
  end
  for _, name in ipairs(NUMBERS) do
    property[name] = params.field_integer(given, name)
  end
  for _, name in ipairs { "bathrooms", "lotSize" } do
    property[name] = tonumber(params.field_text(given, name))
  end
  property.mailAddress = params.field_boolean(given, "mailAddress")
  return property
end

--- The property a body gives; all of the address blank aborts the whole request (200057).
---@param given table
---@return table property
function M.read(given)
  local property, is_blank = M.read_fields(given), true
  for _, name in ipairs(ADDRESS) do
    is_blank = is_blank and codec.is_blank(property[name] or "")
  end
  wire.demand(not is_blank, "PROPERTY_ADDRESS_EMPTY")
  return property
end

local function address_key(property)
  local parts = {}
  for i, name in ipairs(ADDRESS) do
    parts[i] = (property[name] or ""):lower():match("^%s*(.-)%s*$")
  end
  return table.concat(parts, "|")
end

--- The lead's property that a block means: by id when that is above 0, else by its whole address, else none yet.
--- Refuses an id that is not this lead's.
---@param lead table
---@param wanted table from `read`
---@return table|nil property
function M.find(lead, wanted)
  local has_id = wanted.id and wanted.id > 0
  for _, property in ipairs(lead.properties or {}) do
    if has_id and property.id == wanted.id or not has_id and address_key(property) == address_key(wanted) then
      return property
    end
  end
  wire.demand(not has_id, "LEAD_PROPERTY_NOT_EXIST")
  return nil
end

--- Updates that property or adds a new one.
---@param store table
---@param lead table the lead's own copy
---@param wanted table from `read`
function M.apply(store, lead, wanted)
  local property = M.find(lead, wanted)
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

return M
