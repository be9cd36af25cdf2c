-- The operations on parts of a lead: inquiry, property, and the contact Brokermint tells about.
local t = require "harness"
local json = require "native.json"
local box = require "sandbox_box"
local refusal = require "sandbox_refusal"

local NORA, JOAN, FOREIGN = 651095960136641, 651095960141274, 651095960142540

local function path(id, part)
  return "/v1.0/leads/" .. id .. (part and "/" .. part or "")
end

local function read(b, id)
  return b:ok("GET", path(id)).lead
end

t.test("an inquiry changes what it names and leaves the rest", function()
  local b = box.new "demo"
  t.equal(b:ok("POST", path(NORA, "inquiry"), nil, { priceMin = 100000, bedroomsMin = 2, bathroomsMin = "1.5",
    propertyType = { "Condo" }, locations = { { city = "Portland", stateCode = "ME" } } }), { leadId = NORA })
  b:ok("POST", path(NORA, "inquiry"), nil, { bedroomsMin = 3 })
  local inquiry = read(b, NORA).leadInquiry
  t.equal({ inquiry.priceMin, inquiry.priceMax, inquiry.bedroomsMin, inquiry.bathroomsMin }, { 100000, -1, 3, "1.5" })
  t.equal(inquiry.propertyType, { "Condo" })
  t.equal(inquiry.locations, { { city = "Portland", stateCode = "ME" } })
  t.equal(inquiry.defaultValue, false)
end)

t.test("an inquiry is refused whole", function()
  local b = box.new "demo"
  local before = read(b, NORA)
  for _, body in ipairs { '{"priceMin":"many","bedroomsMin":3}', '{"bedroomsMin":1.5}', '{"locations":["Portland"]}' } do
    t.equal(refusal.code(b, "leads.add_inquiry", "POST", path(NORA, "inquiry"), nil, body), "INVALID_PARAMETER")
  end
  t.equal(read(b, NORA), before)
  for _, id in ipairs { 1, FOREIGN } do
    t.equal({ refusal.code(b, "leads.add_inquiry", "POST", path(id, "inquiry"), nil, {}) }, { "LEAD_NOT_EXIST", 404 })
  end
end)

local function address(changes)
  local body = { streetAddress = "5 Elm Street", city = "Bath", state = "ME", zipCode = "04530", price = 300000 }
  for name, value in pairs(changes or {}) do
    body[name] = value
  end
  return body
end

t.test("a property merges by its whole address, unless an id above 0 names it", function()
  local b = box.new "demo"
  local function put(changes)
    t.equal(b:ok("POST", path(NORA, "property"), nil, address(changes)), { leadId = NORA })
    return read(b, NORA).leadPropertyList
  end
  t.equal(box.pluck(put(), "price"), { 300000 })
  t.equal(box.pluck(put { price = 310000, streetAddress = "5 ELM street " }, "price"), { 310000 })
  t.equal(box.pluck(put { id = 0, bedrooms = 3 }, "bedrooms"), { 3 })
  t.equal(#put { id = -1, city = "Brunswick" }, 2, "another city is another address")
  local list = put { id = read(b, NORA).leadPropertyList[2].id, city = "Topsham" }
  t.equal(box.pluck(list, "city"), { "Bath", "Topsham" })
end)

t.test("a property that is not the lead's is LEAD_PROPERTY_NOT_EXIST", function()
  local b = box.new "demo"
  b:ok("POST", path(NORA, "property"), nil, address())
  local id = read(b, NORA).leadPropertyList[1].id
  for _, wrong in ipairs { { JOAN, id }, { NORA, 17 } } do
    t.equal({ refusal.code(b, "leads.update_property", "POST", path(wrong[1], "property"), nil, address { id = wrong[2] }) },
      { "LEAD_PROPERTY_NOT_EXIST", 404 })
  end
end)

t.test("a property without an address is PROPERTY_ADDRESS_EMPTY", function()
  local b = box.new "demo"
  for _, body in ipairs { "{}", '{"price":5}', '{"city":" ","state":"","zipCode":null,"streetAddress":" "}' } do
    t.equal({ refusal.code(b, "leads.update_property", "POST", path(NORA, "property"), nil, body) },
      { "PROPERTY_ADDRESS_EMPTY", 400 })
  end
  t.equal({ refusal.code(b, "leads.update_property", "POST", path(FOREIGN, "property"), nil, address()) },
    { "LEAD_NOT_EXIST", 404 })
end)

t.test("a linked contact takes over what Brokermint knows", function()
  local b = box.new "demo"
  t.equal(b:ok("PUT", "/v1.0/brokermint/lead", nil, { externalId = "bm-20417", lastName = "Petrakis-Long",
    email = "joan@example.com", phone = "207-555-0177", leadSource = " " }), { code = 0, message = "success" })
  local lead = read(b, JOAN)
  t.equal({ lead.firstName, lead.lastName, lead.source }, { "Joan", "Petrakis-Long", "Referral" })
  t.equal(lead.emails, { "joan.petrakis@example.com", "joan@example.com" })
  t.equal(#lead.phones, 2)
  local found = b:ok("GET", "/v1.0/leads", { email = "joan@example.com", preciseSearchFlag = true })
  t.equal(found._metadata.total, 1)
  b:ok("POST", "/v1.0/leads", nil, { firstName = "J", emails = { "JOAN@example.com" }, tagsAdd = { "Met" } })
  t.equal(#read(b, JOAN).tags, 2, "the new address is known to a create")
end)

t.test("a property's range of prices is never shown", function()
  local b = box.new "demo"
  b:ok("POST", path(NORA, "property"), nil, address { priceMin = 1, priceMax = 2 })
  local property = read(b, NORA).leadPropertyList[1]
  t.equal({ property.price, property.priceMin, property.priceMax }, { 300000 })
end)

t.test("inquiry, property, visits and routing work on a computed lead", function()
  local b = box.new "large:1000"
  local id = b:ok("GET", "/v1.0/leads", { limit = 1, offset = 500 }).leads[1].leadId
  b:ok("POST", path(id, "inquiry"), nil, { priceMax = 5 })
  b:ok("POST", path(id, "property"), nil, address())
  b:ok("POST", path(id, "activity"), nil, { type = "Browse", text = "t", link = "l", picture = "p", created = 1 })
  local lead = read(b, id)
  t.equal({ lead.leadInquiry.priceMax, #lead.leadPropertyList }, { 5, 1 })
  t.equal(#b:ok("GET", path(id, "activities")), 1)
  local known = b:ok("POST", "/v1.0/leads/assignee", nil, { firstName = "A", email = lead.emails[1] })
  t.equal({ known[1].leadId, known[1].customRoleAssignees[1].assigneeId }, { id, lead.assignedUserId })
end)

t.test("a contact that nobody linked is refused inside HTTP 200", function()
  local b = box.new "demo"
  for _, body in ipairs { { externalId = "bm-1", lastName = "X" }, { email = "joan.petrakis@example.com" } } do
    local code, status = refusal.code(b, "leads.sync_brokermint", "PUT", "/v1.0/brokermint/lead", nil, body)
    t.equal({ code, status }, { "LEAD_NOT_EXIST", 200 }, json.encode(body))
  end
end)

