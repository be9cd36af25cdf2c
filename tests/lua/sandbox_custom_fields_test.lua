-- Custom fields: their definitions, and values on leads.
local t = require "harness"
local box = require "sandbox_box"
local refusal = require "sandbox_refusal"

local ADD, LIST, NORA = "/v1.0/teamFeatures/custom-field", "/v1.0/teamFeatures/listCustomField",
  "/v1.0/leads/651095960136641"

local function named(b, name)
  local found = {}
  for _, field in ipairs(b:ok("GET", LIST)) do
    found[#found + 1] = field.attributeName == name and field or nil
  end
  return found
end

local function values(b)
  return b:ok("GET", NORA).lead.customAttributes
end

t.test("a new field is listed once, its name trimmed", function()
  local b = box.new "empty"
  local body = { attributeName = " Boat Size ", attributeType = "single_select", value = "",
    params = '{"option":["Small","Large"]}' }
  t.equal(b:ok("POST", ADD, nil, body), "success")
  t.equal(b:ok("POST", ADD, nil, body), "success")
  t.equal(named(b, "Boat Size"), { { attributeName = "Boat Size", attributeType = "single_select", value = "",
    params = '{"option":["Small","Large"]}' } })
end)

for _, case in ipairs {
  { '{"attributeType":"text","value":""}', "ATTRIBUTE_NAME_EMPTY" },
  { '{"attributeName":"  ","attributeType":"text","value":""}', "ATTRIBUTE_NAME_EMPTY" },
  { '{"attributeName":"Boat","value":""}', "ATTRIBUTE_TYPE_EMPTY" },
  { '{"attributeName":"Boat","attributeType":"","value":""}', "ATTRIBUTE_TYPE_EMPTY" },
  { '{"attributeName":"Boat","attributeType":"dropdown","value":""}', "INVALID_PARAMETER" },
} do
  t.test("refused with " .. case[2] .. ": " .. case[1], function()
    local b = box.new "empty"
    t.equal({ refusal.code(b, "team.add_custom_field", "POST", ADD, nil, case[1]) }, { case[2], 400 })
    t.equal(#named(b, "Boat"), 0)
  end)
end

t.test("a value has the type of its field, and values not named stay", function()
  local b = box.new "demo"
  b:ok("PUT", NORA, nil, { customAttributeList = { { attributeName = "Commute Minutes", value = "25" } } })
  b:ok("PUT", NORA, nil, { customAttributeList = {
    { attributeName = "Must Have", attributeType = "text", value = '["Garage","Office"]' } } })
  t.equal(values(b), {
    { attributeName = "Commute Minutes", attributeType = "number", value = "25" },
    { attributeName = "Must Have", attributeType = "multi_select", value = '["Garage","Office"]',
      params = '{"option":["Garage","Garden","Office","Waterfront"]}' },
  })
  b:ok("PUT", NORA, nil, { customAttributeList = { { attributeName = "Commute Minutes", value = "30" } } })
  t.equal(box.pluck(values(b), "value"), { '["Garage","Office"]', "30" })
end)

t.test("values come with a new lead too, also of a field just made", function()
  local b = box.new "empty"
  b:ok("POST", ADD, nil, { attributeName = "Boat", attributeType = "currency", value = "" })
  local id = b:ok("POST", "/v1.0/leads", nil, { firstName = "Ada",
    customAttributeList = { { attributeName = "Boat", value = "9000" } } }).leadId
  b:wait(60000)
  t.equal(b:ok("GET", "/v1.0/leads/" .. id).lead.customAttributes,
    { { attributeName = "Boat", attributeType = "currency", value = "9000" } })
end)

t.test("a value without a name is refused", function()
  local b = box.new "demo"
  for _, body in ipairs { '{"customAttributeList":[{"value":"x"}]}', '{"customAttributeList":["x"]}',
    '{"customAttributeList":[{"attributeName":" ","value":"x"}]}' } do
    t.equal(refusal.code(b, "leads.update", "PUT", NORA, nil, body), "INVALID_PARAMETER")
  end
  t.equal(#values(b), 0)
end)

