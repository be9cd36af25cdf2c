-- What can be relied on in lead_index.lua. Run it with: loftyrun test
local lofty = require "lofty"
local t = require "lofty.test"
local it, expect = t.it, t.expect

t.use { seed = "empty", clock = "2026-03-09T08:00-07:00" }

local ada

t.before_each(function()
  ada = lofty.leads.create({ firstName = "Ada", lastName = "Winter", phones = { "2075550171" } }).leadId
  lofty.leads.create { firstName = "Bea", lastName = "Winter" }
  t.clock.advance(1) -- what was just made cannot be read at once
  t.forget_calls()
end)

local function index(...) return t.run_script("lead_index.lua", ...) end

it("finds leads that have all the words, without a call", function()
  expect(index("rebuild").exit_code):equals(0)
  t.forget_calls()
  local run = index("find", "WINTER", "(207) 555")
  expect(run.exit_code):equals(0)
  expect(run.output):matches(("^%d  Ada Winter [^\n]*\n$"):format(ada))
  expect(t.calls()):has_length(0)
end)

it("only reads", function()
  index "rebuild"
  expect(t.calls { method = "GET" }):has_length(#t.calls())
end)

it("writes JSON for programs", function()
  index "rebuild"
  expect(lofty.json.decode(index("find", "--json", "ada").output)):contains { leadId = ada, name = "Ada Winter" }
end)

it("says so where nobody is found, or there is no index yet", function()
  expect(index("find", "ada").exit_code):equals(2)
  index "rebuild"
  expect(index("find", "nobody").exit_code):equals(1)
end)

it("follows what events tell", function()
  index "rebuild"
  lofty.leads.update(ada, { lastName = "Summer" })
  t.clock.advance(1)
  local handlers = t.serve "lead_index.lua"
  handlers:event("lead.updated", { leadId = ada })
  expect(index("find", "summer").output):contains "Ada Summer"
  expect(index("find", "ada", "winter").exit_code):equals(1)
end)

it("forgets a lead that is deleted", function()
  index "rebuild"
  t.stub("leads.get", t.refuse "LEAD_NOT_EXIST")
  t.serve("lead_index.lua"):event("lead.deleted", { leadId = ada })
  expect(index("find", "ada").exit_code):equals(1)
end)

it("finds on Sunday what no event told of", function()
  index "rebuild"
  lofty.leads.create { firstName = "Cal" }
  t.serve("lead_index.lua"):job("lead-index-rebuild", { at = "2026-03-15T03:00-07:00" })
  expect(index("find", "cal").exit_code):equals(0)
end)

it("knows find and rebuild only", function()
  expect(index("fnid").exit_code):equals(2)
  expect(index("rebuild", "ada").exit_code):equals(2)
  expect(t.calls()):has_length(0)
end)
