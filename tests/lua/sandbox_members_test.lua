-- Members of the team: the caller, the list, one by account or id.
local t = require "harness"
local box = require "sandbox_box"
local refusal = require "sandbox_refusal"

t.test("one's own ids are short, unlike those on leads", function()
  local me = box.new("demo"):ok("GET", "/v1.0/me")
  t.equal(me.email, "dana.whitlock@example.com")
  t.ok(me.id < 1000000 and me.memberUserId < 1000000)
end)

t.test("members page by offset", function()
  local b = box.new "empty"
  local page = b:ok("GET", "/v1.0/members", { limit = 4 })
  t.equal(#page.members, 4)
  t.equal(page._metadata.total, 9)
  t.equal(#b:ok("GET", "/v1.0/members", { limit = 4, offset = 8 }).members, 1)
  t.equal(b:ok("GET", "/v1.0/members", { offset = -3 })._metadata.offset, 0)
  t.equal(#b:ok("GET", "/v1.0/members", { { "groupIds", "511" }, { "groupIds", "512" } }).members, 9)
  t.equal(#b:ok("GET", "/v1.0/members", { groupIds = 512 }).members, 4)
  local status, nobody = b:refused("GET", "/v1.0/members", { groupIds = 999 })
  t.equal(status, 404)
  t.equal(nobody, 20003)
  local _, oversize = b:refused("GET", "/v1.0/members", { limit = 1001 })
  t.equal(oversize, require("sandbox.wire").rows().LIMIT_PARAM_OVERSIZE.number)
end)

t.test("a member is found by account in any letter case, and by either id", function()
  local b = box.new "empty"
  local member = b:ok("GET", "/v1.0/members/Ines.Vidal@Example.com")
  t.equal(member.memberUserId, 48220)
  t.equal(member.group.name, "Lakeside Office")
  t.equal(member.accountStatus, "ACTIVE")
  t.equal(b:ok("GET", "/v1.0/users/48220"), member)
  t.equal(b:ok("GET", "/v1.0/users/844710023600037"), member)
end)

t.test("nobody of that account or id is USER_NOT_EXIST, nor is who has not joined yet", function()
  local b = box.new "empty"
  for _, account in ipairs { "nobody@example.com", "felix.brandao@example.com" } do
    t.equal({ refusal.code(b, "members.get", "GET", "/v1.0/members/" .. account) }, { "USER_NOT_EXIST", 404 })
  end
  t.equal({ refusal.code(b, "members.get_by_id", "GET", "/v1.0/users/5") }, { "USER_NOT_EXIST", 404 })
  t.equal(b:ok("GET", "/v1.0/users/48260").accountStatus, "PENDING")
end)

t.test("a limit beyond the largest is LIMIT_PARAM_OVERSIZE", function()
  local code, status = refusal.code(box.new "empty", "members.list", "GET", "/v1.0/members", { limit = 1001 })
  t.equal(code, "LIMIT_PARAM_OVERSIZE")
  t.equal(status, 400)
end)

