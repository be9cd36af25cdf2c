-- Company and offices, permission profiles, vendors, ponds, and what a key that manages nothing is refused.
local t = require "harness"
local box = require "sandbox_box"
local refusal = require "sandbox_refusal"

local OFFICE, POND = "/v1.0/org/office", "/v1.0/team-features/lead-pond"

t.test("PUT makes an office and POST changes it", function()
  local b = box.new "empty"
  local made = b:ok("PUT", OFFICE, nil, { id = 5, name = "Old Port", city = "Portland" })
  t.equal(made.code, 0)
  t.ok(made.data.id ~= 5)
  b:ok("POST", OFFICE, nil, { id = made.data.id, name = "Old Port II", parentId = 511 })
  local visible = b:ok("GET", "/v1.0/org").enterpriseInfo.visibleOrgInfoList
  t.equal(#visible, 3)
  t.equal(visible[3], { groupId = made.data.id, groupName = "Old Port II", parentId = 511 })
end)

t.test("an office's change shows on its members, the company's too", function()
  local b = box.new "empty"
  b:ok("POST", OFFICE, nil, { id = 511, name = "Wharf Office" })
  b:ok("POST", "/v1.0/org/company", nil, { name = "Tideline Homes" })
  local me = b:ok("GET", "/v1.0/me")
  t.equal(me.groupName, "Wharf Office")
  t.equal(me.group.city, "Portland", "what was not named stays")
  t.equal(me.agentInfo.companyName, "Tideline Homes")
  t.equal(b:ok("GET", "/v1.0/org").enterpriseInfo.groupName, "Wharf Office")
end)

t.test("a member can be added to a new office", function()
  local b = box.new "empty"
  local id = b:ok("PUT", OFFICE, nil, { name = "Old Port" }).data.id
  t.equal((b:refused("GET", "/v1.0/members", { groupIds = id })), 404)
  b:ok("POST", "/v1.0/agent/profile/add", nil, { accountType = 1, accountInfo = { firstName = "W", lastName = "F",
    emailAddress = "w.f@example.com", phoneNumber = "2075550133", groupId = id } })
  t.equal(b:ok("GET", "/v1.0/members", { groupIds = id }).members[1].groupName, "Old Port")
end)

for _, case in ipairs {
  { "add_office", "PUT", "{}", "INVALID_PARAMETER", 400 },
  { "add_office", "PUT", '{"name":" "}', "INVALID_PARAMETER", 400 },
  { "add_office", "PUT", '{"name":"A","parentId":17}', "RESOURCE_NOT_EXIST", 200 },
  { "update_office", "POST", '{"name":"A"}', "INVALID_PARAMETER", 400 },
  { "update_office", "POST", '{"id":17,"name":"A"}', "RESOURCE_NOT_EXIST", 404 },
  { "update_office", "POST", '{"id":511,"parentId":511}', "RESOURCE_NOT_EXIST", 200 },
} do
  t.test(case[1] .. " is refused: " .. case[3], function()
    local b = box.new "empty"
    local before = b:ok("GET", "/v1.0/org")
    local code, status = refusal.code(b, "organization." .. case[1], case[2], OFFICE, nil, case[3])
    t.equal(code, case[4])
    t.equal(status, case[5])
    t.equal(b:ok("GET", "/v1.0/org"), before)
  end)
end

t.test("an empty office name is refused for the company too", function()
  local code = refusal.code(box.new "empty", "organization.update_company", "POST", "/v1.0/org/company", nil,
    { name = "" })
  t.equal(code, "INVALID_PARAMETER")
end)

t.test("profiles have the ids that the organization shows", function()
  local b = box.new "empty"
  local own, found = b:ok("GET", "/v1.0/org").enterpriseInfo, nil
  for _, profile in ipairs(b:ok("GET", "/v1.0/org/permission/profiles")) do
    found = found or profile.id == own.profileId and profile.name
  end
  t.equal(found, own.profileName)
end)

t.test("vendors are a bare array", function()
  local vendors = box.new("empty"):ok("GET", "/v1.0/vendor/list")
  t.equal(#vendors, 3)
  t.equal(vendors[1].phoneCode, "1")
end)

t.test("ponds are listed and read; hidden ones and none at all are refused alike", function()
  local b = box.new "empty"
  local ponds = b:ok("GET", POND .. "s")
  t.equal(box.pluck(ponds, "id"), { 20711, 20714, 20729 })
  t.equal(b:ok("GET", POND .. "/20714"), ponds[2])
  for _, id in ipairs { 20735, 17 } do
    t.equal({ refusal.code(b, "team.get_pond", "GET", POND .. "/" .. id) }, { "PERMISSION_DENIED", 400 })
  end
end)

t.test("listing ponds and custom fields needs a Content-Type, as seen live", function()
  local b = box.new "empty"
  for _, path in ipairs { POND .. "s", "/v1.0/teamFeatures/listCustomField" } do
    local status, _, message = b:refused("GET", path, nil, nil, { authorization = "token k" })
    t.equal(status, 415)
    t.matches(message, "Content%-Type")
  end
end)

for _, case in ipairs {
  { "organization.list_permission_profiles", "GET", "/v1.0/org/permission/profiles", nil, "VENDOR_HAS_NO_PERMISSION" },
  { "organization.add_office", "PUT", OFFICE, { name = "A" }, "PERMISSION_DENIED" },
  { "organization.update_office", "POST", OFFICE, { id = 511 }, "PERMISSION_DENIED" },
  { "organization.update_company", "POST", "/v1.0/org/company", { name = "A" }, "PERMISSION_DENIED" },
  { "vendors.list", "GET", "/v1.0/vendor/list", nil, "PERMISSION_DENIED" },
  { "team.get_pond", "GET", POND .. "/20711", nil, "PERMISSION_DENIED" },
} do
  t.test(case[1] .. " is refused to who manages nothing", function()
    local code, status = refusal.code(refusal.limited(box.new "empty"), case[1], case[2], case[3], nil, case[4])
    t.equal(code, case[5])
    t.equal(status, 400)
  end)
end

t.test("who manages nothing sees no offices and the own ponds only", function()
  local b = refusal.limited(box.new "empty")
  t.equal(#b:ok("GET", "/v1.0/org").enterpriseInfo.visibleOrgInfoList, 0)
  t.equal(box.pluck(b:ok("GET", POND .. "s"), "id"), { 20711, 20714 })
end)

t.test("an OAuth token issued for a limited key is limited, also when refreshed", function()
  local b = box.new "empty"
  local form = "grant_type=client_credentials&client_id=a&client_secret=b&customer_key=my-limited-key"
  local issued = b:ok("POST", "/oauth/token", nil, form)
  form = "grant_type=refresh_token&client_id=a&client_secret=b&refresh_token=" .. issued.refresh_token
  for _, token in ipairs { issued.access_token, b:ok("POST", "/oauth/token", nil, form).access_token } do
    b.headers = { authorization = "Bearer " .. token, ["content-type"] = "application/json" }
    t.equal((b:refused("GET", "/v1.0/vendor/list")), 400)
  end
end)

