--- The team's own fields of a lead: their definitions, and how a lead's values are kept.

local json = require "native.json"
local wire = require "sandbox.wire"
local codec = require "sandbox.codec"
local params = require "sandbox.params"

local M = {}

local TYPES = {
  text = true, number = true, date = true, anniversary_date = true, single_select = true, multi_select = true,
  percentage = true, currency = true,
}

local function definitions(store)
  return store:part("custom_fields", function()
    return {
      { attributeName = "Lead Magnet", attributeType = "text" },
      { attributeName = "Commute Minutes", attributeType = "number" },
      { attributeName = "Lease Ends", attributeType = "date" },
      { attributeName = "Heating", attributeType = "single_select", params = '{"option":["Gas","Oil","Heat pump"]}' },
      { attributeName = "Must Have", attributeType = "multi_select",
        params = '{"option":["Garage","Garden","Office","Waterfront"]}' },
    }
  end)
end

local function find(store, name)
  for _, field in ipairs(definitions(store)) do
    if field.attributeName == name then
      return field
    end
  end
  return nil
end

local function trimmed(body, name)
  local text = params.field_text(body, name) or ""
  return text:match("^%s*(.-)%s*$")
end

--- GET /v1.0/teamFeatures/listCustomField: a bare array, values empty.
function M.list(store)
  local fields = json.array({})
  for i, field in ipairs(definitions(store)) do
    fields[i] = {
      attributeName = field.attributeName, attributeType = field.attributeType, value = "", params = field.params,
    }
  end
  return fields
end

--- POST /v1.0/teamFeatures/custom-field: answers with a plain text. A name that is taken stays as it is; what Lofty
--- does then is not documented.
function M.create(store, request)
  local body = request.body
  local name, kind = trimmed(body, "attributeName"), trimmed(body, "attributeType")
  wire.demand(name ~= "", "ATTRIBUTE_NAME_EMPTY")
  wire.demand(kind ~= "", "ATTRIBUTE_TYPE_EMPTY")
  wire.demand(TYPES[kind], "INVALID_PARAMETER")
  if not find(store, name) then
    local fields = definitions(store)
    fields[#fields + 1] = {
      attributeName = name, attributeType = kind, params = params.field_text(body, "params"),
    }
  end
  return "success"
end

--- One value of a lead's, as a body of create or update gives it.
---@param value any an item of customAttributeList
---@return table attribute
function M.read_value(value)
  wire.demand(type(value) == "table" and not json.is_array(value), "INVALID_PARAMETER")
  local name = params.field_text(value, "attributeName")
  return {
    attributeName = wire.demand(name and not codec.is_blank(name) and name, "INVALID_PARAMETER"),
    attributeType = params.field_text(value, "attributeType"),
    value = params.field_text(value, "value") or "", params = params.field_text(value, "params"),
  }
end

-- A value of a field the team has defined has that field's type and options.
local function completed(store, attribute)
  local field = find(store, attribute.attributeName) or {}
  return {
    attributeName = attribute.attributeName, value = attribute.value,
    attributeType = field.attributeType or attribute.attributeType or "text",
    params = field.params or attribute.params,
  }
end

--- Sets the named values of a lead; others stay (whether they do in the real system is not documented).
---@param store table
---@param lead table the lead's own copy
---@param attributes table[] from read_value
function M.apply(store, lead, attributes)
  local kept, named = json.array({}), {}
  for _, attribute in ipairs(attributes) do
    named[attribute.attributeName] = true
  end
  for _, attribute in ipairs(lead.customAttributes or {}) do
    kept[#kept + 1] = not named[attribute.attributeName] and attribute or nil
  end
  for _, attribute in ipairs(attributes) do
    kept[#kept + 1] = completed(store, attribute)
  end
  lead.customAttributes = kept
end

return M
