-- Leads one at a time: reading, creating with its merges and delays, tags, property, trash, assignment.
local t = require "harness"
local json = require "native.json"
local box = require "sandbox_box"

local NORA, BIG = "/v1.0/leads/651095960136641", "/v1.0/leads/9007199254740993"

-- The lead as the API shows it.
local function read(b, id)
  return b:ok("GET", "/v1.0/leads/" .. id).lead
end

local function tag_names(lead)
  local names = box.pluck(lead.tags, "tagName")
  table.sort(names)
  return table.concat(names, ",")
end

t.test("a read is wrapped and shows Lofty's habits", function()
  local lead = box.new("demo"):ok("GET", NORA).lead
  t.equal(lead.leadId, 651095960136641)
  t.matches(lead.createTime, "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dGMT$")
  t.equal(#lead.customRoleList, 11)
  t.equal(lead.customRoleList[2].assigneeId, 0)
  t.equal(lead.leadSource, -1)
  t.equal(lead.buyingTimeFrame, "N/A")
  t.equal(lead.phones, { "+12075550111" })
end)

t.test("ids beyond 2^53 are exact", function()
  local b = box.new "demo"
  t.equal(b:ok("GET", BIG).lead.leadId, 9007199254740993)
  t.equal((b:refused("GET", "/v1.0/leads/9007199254740992")), 404)
end)

t.test("unknown ids are 404 with the number inside the text", function()
  local b = box.new "demo"
  local status, reply = b:call("GET", "/v1.0/leads/1")
  t.equal(status, 404)
  t.equal(reply.code, nil)
  t.matches(reply.message, "^BaseApplicationException:errorCode=20006,errorMsg=")
  for _, id in ipairs { "abc", "1.5", "9223372036854775808", "1e3" } do
    local _, number = b:refused("GET", "/v1.0/leads/" .. id)
    t.equal(number, 20012, id)
  end
end)

t.test("names, segments and tags are cut in silence, by characters", function()
  local b = box.new "empty"
  local id = b:ok("POST", "/v1.0/leads", nil, {
    firstName = ("é"):rep(31), lastName = ("x"):rep(40), segments = { ("s"):rep(31) }, tags = { ("t"):rep(65) },
  }).leadId
  local lead = read(b, id)
  t.equal(lead.firstName, ("é"):rep(30))
  t.equal(#lead.lastName, 30)
  t.equal(#lead.segments[1], 30)
  t.equal(#lead.tags[1].tagName, 64)
end)

t.test("bodies Lofty cannot read are INVALID_PARAMETER and change nothing", function()
  local b = box.new "empty"
  for _, body in ipairs {
    {}, { firstName = " " }, { firstName = "A", emails = "a@example.com" }, { firstName = "A", leadTypes = { 3 } },
    { firstName = "A", phones = { ("1"):rep(21) } }, { firstName = "A", birthday = "2001-06-05" },
    { firstName = "A", stage = ("s"):rep(20) }, { firstName = "A", leadFamilyMemberList = { { lastName = "B" } } },
    { firstName = { "A" } }, { firstName = "A", cannotText = "maybe" },
  } do
    local _, number = b:refused("POST", "/v1.0/leads", nil, body)
    t.equal(number, 20012, json.encode(body))
  end
  t.equal(b:ok("GET", "/v1.0/leads")._metadata.total, 0)
end)

t.test("unknown members are tolerated, null ones count as absent", function()
  local b = box.new "empty"
  local body = '{"firstName":"Ada","lastName":null,"notes":"x","assigneeId":5,"birthday":"Jun 5, 2001"}'
  local lead = read(b, b:ok("POST", "/v1.0/leads", nil, body).leadId)
  t.equal(lead.lastName, "")
  t.equal(lead.birthday, "Jun 5, 2001")
end)

-- A duplicate is found by e-mail in any case, or by the digits of the phone.
for _, body in ipairs {
  { emails = { "NORA.Ashby@Example.com" } }, { phones = { "207-555-0111" } }, { phones = { "+1 (207) 555 0111" } },
} do
  t.test("a duplicate merges: " .. json.encode(body), function()
    local b = box.new "demo"
    local before = b:ok("GET", "/v1.0/leads")._metadata.total
    body.firstName, body.tags, body.tagsAdd = "Eleonora", { "Fresh" }, nil
    local id = b:ok("POST", "/v1.0/leads", nil, body).leadId
    for _, method in ipairs { "GET", "GET", "PUT" } do
      local status, number = b:refused(method, "/v1.0/leads/" .. id, nil, {})
      t.equal(status, 404)
      t.equal(number, 20006)
    end
    t.equal((b:refused("POST", "/v1.0/notes", nil, { leadId = id, content = "x" })), 404)
    t.equal(b:ok("GET", "/v1.0/leads")._metadata.total, before)
    local survivor = read(b, 651095960136641)
    t.equal(survivor.firstName, "Nora")
    t.equal(tag_names(survivor), "Fresh")
  end)
end

t.test("tagsAdd on a duplicate keeps the survivor's tags", function()
  local b = box.new "demo"
  b:ok("POST", "/v1.0/leads", nil, { firstName = "N", emails = { "nora.ashby@example.com" }, tagsAdd = { "Fresh" } })
  t.equal(tag_names(read(b, 651095960136641)), "Buyer,Fresh")
end)

-- Nora has the tag Buyer. Body, and what she has afterwards.
for _, case in ipairs {
  { '{"tags":["A","B"]}', "A,B" },
  { '{"tags":[]}', "" },
  { '{"tagsAdd":["A","Buyer"]}', "A,Buyer" },
  { '{"tagsRemove":["Buyer","Nothing"]}', "" },
  { '{"tags":["A"],"tagsAdd":["C"],"tagsRemove":["A","Buyer"]}', "A,C" },
  { '{"tags":["A","Buyer"],"tagsRemove":["Buyer"]}', "A" },
  { '{"tags":["A"],"clearAllTags":true}', "" },
  { '{"tagsAdd":[770100000000001]}', "770100000000001,Buyer" },
  { '{"stage":"Hot"}', "Buyer" },
} do
  t.test("tags after " .. case[1], function()
    local b = box.new "demo"
    b:ok("PUT", NORA, nil, case[1])
    t.equal(tag_names(read(b, 651095960136641)), case[2])
  end)
end

t.test("an update changes what it names, nothing else", function()
  local b = box.new "demo"
  local before = read(b, 651095960138541)
  b:wait(5000)
  t.equal(b:ok("PUT", "/v1.0/leads/651095960138541", nil, { stage = "Qualified", isHidden = true }),
    { leadId = 651095960138541 })
  local after = read(b, 651095960138541)
  t.equal(after.stage, "Qualified")
  t.equal(after.hiddenFlag, true)
  t.ok(after.stageId ~= before.stageId and after.lastUpdateTime > before.lastUpdateTime)
  for _, name in ipairs { "firstName", "emails", "phones", "score", "createTime", "buyingTimeFrame" } do
    t.equal(after[name], before[name], name)
  end
end)

t.test("a property without an address aborts the whole write", function()
  local b = box.new "demo"
  local status, number = b:refused("PUT", NORA, nil, { stage = "Hot", property = { city = " ", bedrooms = 3 } })
  t.equal(status, 400)
  t.equal(number, 200057)
  t.equal(read(b, 651095960136641).stage, "New Lead")
  local _, other = b:refused("POST", "/v1.0/leads", nil, { firstName = "A", property = {} })
  t.equal(other, 200057)
end)

t.test("properties merge by address, and ids of other leads are refused", function()
  local b = box.new "demo"
  local address = { streetAddress = "5 Elm Street", zipCode = "04101", price = 300000 }
  b:ok("PUT", NORA, nil, { property = address })
  address.price = 310000
  b:ok("PUT", NORA, nil, { property = address })
  local list = read(b, 651095960136641).leadPropertyList
  t.equal(box.pluck(list, "price"), { 310000 })
  local status, number = b:refused("PUT", BIG, nil, { stage = "Hot", property = { id = list[1].id, city = "Bath" } })
  t.equal(status, 404)
  t.equal(number, 200108)
  t.equal(read(b, 9007199254740993).stage, "New Lead")
end)

t.test("delete needs a reason, trashes, and answers with the id as text", function()
  local b = box.new "demo"
  local _, number = b:refused("DELETE", NORA)
  t.equal(number, 20012)
  t.equal(b:ok("DELETE", NORA, { reason = "spam" }), { deleted = true, leadId = "651095960136641" })
  t.equal((b:refused("GET", NORA)), 404)
  t.equal((b:refused("DELETE", NORA, { reason = "spam" })), 404)
  t.equal(b:ok("GET", NORA, { withTrash = "true" }).lead.leadId, 651095960136641)
  t.equal(b:ok("GET", "/v1.0/leads")._metadata.total, 29)
end)

t.test("assignment takes an array", function()
  local b = box.new "demo"
  local path = NORA .. "/assignment"
  b:ok("POST", path, nil, { { role = "Agent", assignee = "Marcus.Okafor@example.com" },
    { role = "Lender", assignee = "priya.nambiar@example.com" } })
  local lead = read(b, 651095960136641)
  t.equal(lead.assignedUser, "Marcus Okafor")
  t.equal(lead.customRoleList[3].assignee, "priya.nambiar@example.com")
  t.equal(lead.lenderUserId, lead.customRoleList[3].assigneeId)
  for _, body in ipairs { '{"role":"Agent","assignee":"ines.vidal@example.com"}', "[]", '[{"role":"Boss"}]', "[1]" } do
    local _, number = b:refused("POST", path, nil, body)
    t.equal(number, 20012, body)
  end
  local _, number = b:refused("POST", path, nil, { { role = "Agent", assignee = "nobody@example.com" } })
  t.equal(number, 20003)
end)

t.test("an activity needs all its members", function()
  local b = box.new "demo"
  local activity = { type = "Browse", text = "t", link = "https://example.com", picture = "p", created = box.START }
  t.equal(b:ok("POST", NORA .. "/activity", nil, activity).leadId, 651095960136641)
  t.equal(read(b, 651095960136641).lastVisit, "2026-02-25T06:13:20GMT")
  for name in pairs(activity) do
    local short = {}
    for other, value in pairs(activity) do
      short[other] = other ~= name and value or nil
    end
    local _, number = b:refused("POST", NORA .. "/activity", nil, short)
    t.equal(number, 20012, name)
  end
end)

