--- What only a few of the demo seed's leads have: custom values, segments, family, places they look at, a birthday.
--- Read by demo.lua.

local json = require "native.json"
local custom_fields = require "sandbox.custom_fields"
local lead_inquiry = require "sandbox.lead_inquiry"

local M = {}

-- Lead's last name -> what it has.
local DETAILS = {
  Larkin = {
    birthday = "Jun 5, 1984", segments = { "Downtown", "Investors" },
    custom = { { attributeName = "Heating", value = "Heat pump" },
      { attributeName = "Must Have", value = '["Garden","Office"]' } },
    inquiry = { propertyType = { "Single Family Home", "Townhouse" }, priceMin = 400000, priceMax = 520000,
      bedroomsMin = 3, locations = { { city = "Portland", stateCode = "ME" }, { city = "South Portland", stateCode = "ME" } } },
    family = { firstName = "June", lastName = "Larkin", relationship = "Spouse", emails = { "june.larkin@example.com" },
      phones = { "+12075550161" } },
  },
  Johnston = {
    segments = { "Downtown" }, custom = { { attributeName = "Commute Minutes", value = "25" } },
    inquiry = { propertyType = { "Condo" }, priceMax = 420000, locations = { { zipCode = "04101" } } },
  },
  Greer = { birthday = "Nov 21, 1977", custom = { { attributeName = "Lease Ends", value = "2026-08-31" } } },
}

local function family_of(member)
  local family = {}
  for name, value in pairs(member) do
    family[name] = type(value) == "table" and json.array(value) or value
  end
  return json.array { family }
end

local function inquiry_of(given)
  local inquiry = {}
  for name, value in pairs(given) do
    inquiry[name] = type(value) == "table" and json.array(value) or value
  end
  return inquiry
end

--- Fills the store.
---@param store table with the demo seed's leads
---@param by_name table<string, table> leads by last name
function M.fill(store, by_name)
  for name, details in pairs(DETAILS) do
    local lead = by_name[name]
    lead.birthday = details.birthday
    lead.segments = details.segments and json.array(details.segments) or lead.segments
    lead.family = details.family and family_of(details.family)
    custom_fields.apply(store, lead, details.custom)
    if details.inquiry then
      lead_inquiry.apply(lead, inquiry_of(details.inquiry))
    end
  end
end

return M
