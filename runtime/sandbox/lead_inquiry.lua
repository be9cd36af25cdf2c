--- What a lead is looking for.

local json = require "native.json"
local wire = require "sandbox.wire"
local params = require "sandbox.params"

local M = {}

local function location(value)
  wire.demand(type(value) == "table" and not json.is_array(value), "INVALID_PARAMETER")
  local place = {}
  for _, name in ipairs { "stateCode", "city", "zipCode", "county", "streetAddress", "description" } do
    place[name] = params.field_text(value, name)
  end
  return place
end

--- The inquiry a body gives.
---@param given table
---@return table inquiry
function M.read(given)
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

--- Sets what the inquiry names; the rest stays.
---@param lead table the lead's own copy
---@param inquiry table from `read`
function M.apply(lead, inquiry)
  lead.inquiry = lead.inquiry or {}
  for name, value in pairs(inquiry) do
    lead.inquiry[name] = value
  end
end

return M
