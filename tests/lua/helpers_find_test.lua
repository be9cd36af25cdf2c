-- leads.find and find_all, against a server that matches too much, and what cannot be looked up.
local t = require "harness"
local small_lofty = require "small_lofty"
local transport = require "transport"
local lofty = require "lofty"
local leads = lofty.leads

local lofty_with = small_lofty.with
local ADA, BOB = small_lofty.ADA, small_lofty.BOB

t.test("find looks up exactly, with bare digits", function()
  lofty_with { ADA, BOB }
  t.equal(leads.find { email = " ADA@Example.com" }.leadId, 1)
  t.equal(transport.sent(), {
    "GET /v1.0/leads?email=ADA%40example.com&limit=100&preciseSearchFlag=true",
    "GET /v1.0/leads?email=ada%40example.com&limit=100&preciseSearchFlag=true",
  })
  lofty_with { ADA, BOB }
  t.equal(leads.find { phone = "+1 (207) 555-0112" }.leadId, 2)
  t.equal(transport.sent(), { "GET /v1.0/leads?limit=100&phone=2075550112&preciseSearchFlag=true" })
  t.equal(leads.find { email = "eve@example.com", phone = "2075550199" }, nil)
end)

t.test("a lead that has only a part of it is not taken", function()
  local near = { leadId = 3, emails = { "grenada@example.com", "ada@example.com.example" },
    phones = { "12075550111 x5" } }
  transport.reply(function()
    return { json = { leads = { near, ADA }, _metadata = { total = 2, limit = 100 } } }
  end)
  t.equal(leads.find { email = "ada@example.com", phone = "2075550111" }.leadId, 1)
  t.equal(#leads.find_all { email = "ada@example.com" }, 1)
end)

t.test("several leads are ambiguous, and find_all gives them", function()
  lofty_with { ADA, BOB }
  local err = t.fails("AMBIGUOUS", leads.find, { email = "ada@example.com", phone = { "2075550112", "2075550111" } })
  t.matches(err.message, "belong to 2 leads: 1 and 2")
  t.equal({ err.category, err.retryable, err.operation }, { "conflict", false, "leads.find" })
  t.ok(not tostring(err):find("example.com", 1, true) and not tostring(err):find("555", 1, true), tostring(err))
  local all = leads.find_all { email = { "ada@example.com", "bob@example.com" }, phone = "2075550112" }
  t.equal({ #all, all[1].leadId, all[2].leadId }, { 2, 1, 2 })
  t.equal(leads.find_all { email = "eve@example.com" }, {})
end)

t.test("what cannot be looked up is a mistake, and nothing is sent", function()
  transport.reply {}
  local where = "helpers_find_test.lua:%d+: "
  t.raises(where .. "leads.find: email or phone is required", function() leads.find {} end)
  t.raises(where .. "leads.find: an address in email or a number in phone is required", function()
    leads.find { email = {} }
  end)
  t.raises("leads.find: phone is not a phone number", function() leads.find { phone = "n/a" } end)
  t.raises("leads.find_all: email%[2%] is not an e%-mail address", function()
    leads.find_all { email = { "a@example.com", "x" } }
  end)
  for _, list in ipairs { { work = "a@example.com" }, { nil, "a@example.com" }, { "a@example.com", work = "x" } } do
    t.raises("leads.find: email must be an array without holes", function()
      leads.find { email = list, phone = "2075550111" }
    end)
  end
  t.raises("leads.find_or_create: an address in emails or a number in phones is required", function()
    leads.find_or_create { firstName = "Ada", emails = lofty.null, phones = {} }
  end)
  t.raises("leads.find: phone must be a string, got integer 2075550111", function()
    leads.find { phone = 2075550111 }
  end)
  t.raises("leads.find_or_create: tags would replace", function()
    leads.find_or_create { firstName = "Ada", emails = { "ada@example.com" }, tags = { "web" } }
  end)
  t.raises("leads.find_or_create: an address in emails or a number in phones is required", function()
    leads.find_or_create { firstName = "Ada" }
  end)
  t.raises("leads.find_or_create: timeout is no field of a lead; it goes into a table of its own", function()
    leads.find_or_create { firstName = "Ada", emails = { "ada@example.com" }, timeout = 5 }
  end)
  t.raises("leads.find_or_create: firstName is required", function()
    leads.find_or_create { emails = { "ada@example.com" } }
  end)
  t.raises('leads.find_or_create: unknown field "email"; did you mean "emails"', function()
    leads.find_or_create { firstName = "Ada", email = "ada@example.com" }
  end)
  t.raises("leads.find_or_create: emails%[1%] is not an e%-mail address", function()
    leads.find_or_create { firstName = "Ada", emails = { "ada" } }
  end)
  t.raises("leads.find_or_create: fields is required", function() leads.find_or_create() end)
end)

t.test("the lead is found on a later page of partial matches", function()
  local crowd = {}
  for id = 1, 150 do crowd[id] = { leadId = id, emails = { ("ada@example.community%d"):format(id) } } end
  crowd[140].emails = { "Ada@example.com" }
  local state = lofty_with({}, { GET = function(request)
    local first = request.target:find("scrollId=") and 101 or 1
    return { json = { leads = lofty.array { table.unpack(crowd, first, first + 99) },
      _metadata = { total = 150, limit = 100, scrollId = "next" } } }
  end })
  t.equal(leads.find_or_create { firstName = "Ada", emails = { "ada@example.com" } }.leadId, 140)
  t.equal({ #state.created, #transport.calls }, { 0, 2 })
end)

t.test("an address with + is looked up as it is", function()
  lofty_with {}
  leads.find { email = "ada+web@example.com" }
  t.equal(transport.sent(), { "GET /v1.0/leads?email=ada%2Bweb%40example.com&limit=100&preciseSearchFlag=true" })
end)

