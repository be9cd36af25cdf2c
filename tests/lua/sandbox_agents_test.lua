-- Agents: adding, tagging, deactivating, reactivating. None of them tells a failure by its status.
local t = require "harness"
local json = require "native.json"
local box = require "sandbox_box"
local refusal = require "sandbox_refusal"

local ADD = "/v1.0/agent/profile/add"
local CALLER, OWNER, OFFICE_OWNER, AGENT = 844710023600001, 844710023600002, 844710023600037, 844710023600019
local INACTIVE, INACTIVE_TOO, PENDING = 844710023600091, 844710023600109, 844710023600127

local function path(id, verb)
  return ("/v2.0/agents/%d/%s"):format(id, verb)
end

local function profile(changes)
  local info = { firstName = "Wanda", lastName = "Ferris", emailAddress = "wanda.ferris@example.com",
    phoneNumber = "(207) 555-0133" }
  for name, value in pairs(changes or {}) do
    info[name] = value
  end
  return { accountType = 1, accountInfo = info, workInfo = { position = "Buyer agent" } }
end

t.test("a new agent is listed as invited, by a long id", function()
  local b = box.new "empty"
  local reply = b:ok("POST", ADD, nil, profile { roleName = "Nobody's role" })
  t.equal(reply.errorCode, 0)
  t.equal(#tostring(reply.data), 15)
  local member = b:ok("GET", "/v1.0/users/" .. reply.data)
  t.equal(member.email, "wanda.ferris@example.com")
  t.equal(member.phoneNumber, "+12075550133")
  t.equal(member.accountStatus, "PENDING")
  t.equal(member.agentInfo.position, "Buyer agent")
  t.equal((b:refused("GET", "/v1.0/members/wanda.ferris@example.com")), 404)
  t.equal(b:ok("GET", "/v1.0/members")._metadata.total, 10)
end)

t.test("an account that exists is no failure and gives no id", function()
  local b = box.new "empty"
  t.equal(b:ok("POST", ADD, nil, profile { emailAddress = "Marcus.Okafor@example.com" }),
    { data = 0, errorCode = 0, errorMsg = "" })
  t.equal(b:ok("GET", "/v1.0/members")._metadata.total, 9)
end)

for _, body in ipairs {
  {}, { accountType = 1 }, { accountInfo = profile().accountInfo }, profile { firstName = " " },
  profile { phoneNumber = json.null }, profile { emailAddress = "none" }, profile { groupId = 9 },
} do
  t.test("refused inside HTTP 200: " .. json.encode(body), function()
    local b = box.new "empty"
    local code, status = refusal.code(b, "agents.create", "POST", ADD, nil, body)
    t.equal(code, "INVALID_PARAMETER")
    t.equal(status, 200)
    t.equal(b:ok("GET", "/v1.0/members")._metadata.total, 9)
  end)
end

t.test("tags must be defined, unless they are to be made", function()
  local b = box.new "empty"
  local tags = ("/v1.0/agent/%d/tag/add"):format(AGENT)
  t.equal(b:ok("POST", tags, nil, { tagNames = { "Mentor" } }), { data = true, errorCode = 0, errorMsg = "" })
  t.equal(refusal.code(b, "agents.add_tags", "POST", tags, nil, { tagNames = { "Mentor", "New Kind" } }),
    "RESOURCE_NOT_EXIST")
  t.equal(b:ok("POST", tags, nil, { tagNames = { "New Kind" }, autoCreate = true }).data, true)
  t.equal(b:ok("POST", tags, nil, { tagNames = { "New Kind" } }).data, true, "defined by now")
end)

t.test("tags are refused in the envelope, with a status", function()
  local b = box.new "empty"
  local function code(id, body)
    local found, status = refusal.code(b, "agents.add_tags", "POST", "/v1.0/agent/" .. id .. "/tag/add", nil, body)
    return { found, status }
  end
  local many = {}
  for i = 1, 21 do
    many[i] = "t" .. i
  end
  for _, names in ipairs { json.array {}, many, { " " } } do
    t.equal(code(AGENT, { tagNames = names, autoCreate = true }), { "INVALID_PARAMETER", 400 })
  end
  t.equal(code(AGENT, {}), { "INVALID_PARAMETER", 400 })
  t.equal(code("x", { tagNames = { "Mentor" } }), { "INVALID_PARAMETER", 400 })
  t.equal(code(17, { tagNames = { "Mentor" } }), { "USER_NOT_EXIST", 404 })
  local _, reply = b:call("POST", "/v1.0/agent/17/tag/add", nil, { tagNames = { "Mentor" } })
  t.equal(reply.data, false)
end)

t.test("deactivating keeps the leads and can be undone", function()
  local b = box.new "demo"
  local before = b:ok("GET", "/v1.0/users/48216")
  t.ok(before.assignedLeadCount > 0)
  t.equal(b:ok("POST", path(AGENT, "deactivate")), { success = true })
  local member = b:ok("GET", "/v1.0/users/48216")
  t.equal(member.accountStatus, "INACTIVE")
  t.equal(member.assignedLeadCount, before.assignedLeadCount)
  t.equal(b:ok("POST", path(48216, "reactivate")), { success = true }, "by the short id too")
  t.equal(b:ok("GET", "/v1.0/users/48216"), before)
end)

for _, case in ipairs {
  { INACTIVE, "deactivate", 990105 }, { OWNER, "deactivate", 990106 }, { OFFICE_OWNER, "deactivate", 990106 },
  { CALLER, "deactivate", 990107 }, { PENDING, "deactivate", 990113 }, { AGENT, "reactivate", 990112 },
  { 17, "deactivate", "INVALID_PARAMETER" }, { 17, "reactivate", "INVALID_PARAMETER" },
  { PENDING, "reactivate", "INVALID_PARAMETER" },
} do
  t.test(("%s of %d is answered with %s and HTTP 200"):format(case[2], case[1], case[3]), function()
    local code, status = refusal.code(box.new "empty", "agents." .. case[2], "POST", path(case[1], case[2]))
    t.equal(code, case[3])
    t.equal(status, 200)
  end)
end

t.test("seats run out, and deactivating frees one", function()
  local b = box.new "empty"
  b:ok("POST", path(INACTIVE, "reactivate"))
  t.equal(refusal.code(b, "agents.reactivate", "POST", path(INACTIVE_TOO, "reactivate")), "SEAT_INSUFFICIENT")
  b:ok("POST", path(AGENT, "deactivate"))
  t.equal(b:ok("POST", path(INACTIVE_TOO, "reactivate")), { success = true })
end)

t.test("who manages nothing changes no agent", function()
  local b = refusal.limited(box.new "empty")
  for _, verb in ipairs { "deactivate", "reactivate" } do
    t.equal(refusal.code(b, "agents." .. verb, "POST", path(AGENT, verb)), 1900012)
  end
  t.equal(refusal.code(b, "agents.create", "POST", ADD, nil, profile()), "PERMISSION_DENIED")
  t.equal(refusal.code(b, "agents.add_tags", "POST", "/v1.0/agent/48216/tag/add", nil, { tagNames = { "Mentor" } }),
    "PERMISSION_DENIED")
end)

