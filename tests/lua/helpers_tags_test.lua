-- leads.add_tags, remove_tags and set_tags, against servers that lag, forget or are somebody else's as well.
local t = require "harness"
local clock = require "standing_clock"
local transport = require "transport"
local json = require "native.json"
local lofty = require "lofty"
local leads = lofty.leads

local MISSING = { status = 404,
  json = { message = "BaseApplicationException:errorCode=20006,errorMsg=Lead not exist" } }

local function lead(...)
  local tags = lofty.array {}
  for index, name in ipairs { ... } do tags[index] = { tagId = index, tagName = name } end
  return { json = { lead = { leadId = 7, tags = tags } } }
end

local function script(replies)
  clock.reset()
  transport.reply(replies)
end

local UPDATED = { json = { leadId = 7 } }

--- The body of the call with that number.
local function body(number) return assert(json.decode(transport.calls[number].body)) end

t.test("add_tags sends what is missing, and nothing else", function()
  script { lead("buyer", "vip"), UPDATED }
  t.equal(leads.add_tags(7, { "vip", "hot", "hot" }), { "hot" })
  t.equal(transport.sent(), { "GET /v1.0/leads/7", "PUT /v1.0/leads/7" })
  t.equal(body(2), { tagsAdd = lofty.array { "hot" } })
end)

t.test("add_tags sends no update where there is nothing to add", function()
  script { lead("vip") }
  t.equal(leads.add_tags(7, { "vip" }), {})
  t.equal(#transport.calls, 1)
  script {}
  t.equal(leads.add_tags(7, {}), {})
end)

t.test("add_tags works in the gap after a create, and tells a lead that is none", function()
  script { MISSING, UPDATED }
  t.equal(leads.add_tags(7, { "vip" }), { "vip" })
  t.equal(body(2), { tagsAdd = lofty.array { "vip" } })
  script { MISSING, MISSING }
  t.fails("LEAD_NOT_EXIST", leads.add_tags, 7, { "vip" })
  t.equal(#transport.calls, 2)
  script { { status = 401, json = { code = 20004, message = "Bad credentials" } } }
  t.fails("BAD_CREDENTIALS", leads.add_tags, 7, { "vip" })
end)

t.test("remove_tags takes off what is there, and reads it back", function()
  script { lead("buyer", "vip"), UPDATED, lead("buyer") }
  t.equal(leads.remove_tags(7, { "vip", "hot" }), { "vip" })
  t.equal(body(2), { tagsRemove = lofty.array { "vip" } })
  script { lead("buyer") }
  t.equal(leads.remove_tags(7, { "vip" }), {})
  t.equal(#transport.calls, 1)
  script {}
  t.equal(leads.remove_tags(7, {}), {})
end)

t.test("remove_tags waits for a read that is late", function()
  script { lead("vip"), UPDATED, lead("vip"), lead("vip"), lead() }
  t.equal(leads.remove_tags(7, { "vip" }), { "vip" })
  t.equal(clock.slept, { 100, 200 })
end)

t.test("remove_tags raises where the server does not hear tagsRemove", function()
  script(function(request) return request.method == "GET" and lead("buyer", "vip") or UPDATED end)
  local err = t.fails("INVALID_RESPONSE", leads.remove_tags, 7, { "vip" })
  t.matches(err.message, "still there: vip")
  t.equal({ err.operation, err.outcome, err.retryable }, { "leads.remove_tags", "refused", false })
  t.equal(clock.total(), 10000)
  local puts = 0
  for _, line in ipairs(transport.sent()) do puts = puts + (line:find("^PUT") and 1 or 0) end
  t.equal(puts, 1, "it is written once")
  script(function(request) return request.method == "GET" and lead("vip") or UPDATED end)
  t.fails("INVALID_RESPONSE", leads.remove_tags, 7, { "vip" }, { timeout = 0 })
  t.equal(#transport.calls, 3)
end)

t.test("a tag that somebody adds meanwhile stays", function()
  local tags = { "vip" }
  script(function(request)
    if request.method == "GET" then return lead(table.unpack(tags)) end
    local wish = assert(json.decode(request.body))
    t.equal(wish, { tagsRemove = lofty.array { "vip" } })
    tags = { "added by somebody else" }
    return UPDATED
  end)
  t.equal(leads.remove_tags(7, { "vip" }), { "vip" })
  t.equal(tags, { "added by somebody else" })
end)

t.test("a lost reply is raised, with its outcome", function()
  script { lead("buyer"), { failure = { "TIMEOUT", "too slow", true } } }
  t.equal(t.fails("TIMEOUT", leads.add_tags, 7, { "vip" }).outcome, "unknown")
  script { lead("vip"), { failure = { "TIMEOUT", "too slow", true } } }
  t.equal(t.fails("TIMEOUT", leads.remove_tags, 7, { "vip" }).outcome, "unknown")
end)

t.test("set_tags replaces, and tells what there was", function()
  script { lead("buyer", "vip"), UPDATED, lead("hot") }
  t.equal(leads.set_tags(7, { "hot" }), { before = { "buyer", "vip" }, after = { "hot" } })
  t.equal(body(2), { tags = lofty.array { "hot" } })
  script { lead("buyer"), UPDATED, lead() }
  t.equal(leads.set_tags(7, {}), { before = { "buyer" }, after = {} })
  t.equal(body(2), { clearAllTags = true })
  script { lead("b", "a") }
  t.equal(leads.set_tags(7, { "a", "b" }), { before = { "b", "a" }, after = { "b", "a" } })
end)

t.test("set_tags raises where the lead has other tags afterwards, and writes nothing it cannot undo", function()
  script(function(request) return request.method == "GET" and lead("buyer") or UPDATED end)
  t.matches(t.fails("INVALID_RESPONSE", leads.set_tags, 7, {}).message, "the lead has buyer")
  script { MISSING }
  t.fails("LEAD_NOT_EXIST", leads.set_tags, 7, { "hot" })
end)

t.test("set_tags writes what is spelt otherwise, and lets Lofty keep its spelling", function()
  script { lead("VIP", "ÉTÉ"), UPDATED, lead("VIP", "ÉTÉ") }
  t.equal(leads.set_tags(7, { "vip", "été" }), { before = { "VIP", "ÉTÉ" }, after = { "VIP", "ÉTÉ" } })
  t.equal(body(2), { tags = lofty.array { "vip", "été" } })
  script { lead(), UPDATED, lead("ŽIVOT", "ПОКУПАТЕЛЬ", "ΠΕΛΑΤΗΣ", "Ёж", "Ÿ") }
  t.equal(#leads.set_tags(7, { "život", "покупатель", "πελατησ", "ёж", "ÿ" }).after, 5)
  for _, other in ipairs { "éte", "ètè", "×t×" } do
    script(function(request) return request.method == "GET" and lead("ÉTÉ") or UPDATED end)
    t.fails("INVALID_RESPONSE", leads.set_tags, 7, { other }, { timeout = 0 })
  end
end)

t.test("where set_tags fails, the error says which tags there were", function()
  local tags = { "buyer", "vip" }
  script(function(request)
    if request.method == "PUT" then tags = { "hot" } end
    return request.method == "GET" and lead(table.unpack(tags)) or UPDATED
  end)
  t.matches(t.fails("INVALID_RESPONSE", leads.set_tags, 7, { "cold" }, { timeout = 0 }).message,
    "the lead has hot; before, it had buyer, vip")
end)

t.test("tags that cannot be read are never taken for none", function()
  for _, call in ipairs { leads.add_tags, leads.remove_tags, leads.set_tags } do
    script { { json = { lead = { leadId = 7, tags = { { tagName = "vip" }, { tagId = 5 } } } } } }
    t.matches(t.fails("INVALID_RESPONSE", call, 7, { "hot" }).message, "tag 2 of the lead has no tagName")
    t.equal(#transport.calls, 1)
  end
  script { { json = { lead = { leadId = 7, tags = { "vip", "hot" } } } } }
  t.equal(leads.add_tags(7, { "vip" }), {}, "bare names")
end)

t.test("two hundred tags of 64 characters", function()
  local names = {}
  for index = 1, 200 do names[index] = ("é"):rep(61) .. ("%03d"):format(index) end
  script { lead(table.unpack(names, 1, 199)), UPDATED }
  t.equal(leads.add_tags(7, names), { names[200] })
end)

t.test("mistakes are found before anything is sent", function()
  script {}
  for _, case in ipairs {
    { { 7 }, "leads.add_tags: names is required" },
    { { 7, "vip" }, 'leads.add_tags: names must be an array, got string "vip"' },
    { { 7, { 5 } }, "leads.add_tags: names%[1%] must be a string, got integer 5" },
    { { 7, { " " } }, "leads.add_tags: names%[1%] must not be blank" },
    { { 7, { ("x"):rep(65) } }, "names%[1%] must be at most 64 characters long, got 65" },
    { { 0, { "vip" } }, "leads.add_tags: leadId must be at least 1" },
    { { { "vip" } }, "leads.add_tags: leadId must be an integer" },
    { { 7, { "vip" }, {} }, "leads.add_tags: takes at most 2 arguments, got 3" },
  } do
    t.raises("helpers_tags_test.lua:%d+: .*" .. case[2], function() leads.add_tags(table.unpack(case[1])) end)
  end
  t.raises('leads.remove_tags: unknown parameter "timout"; did you mean "timeout"', function()
    leads.remove_tags(7, { "vip" }, { timout = 5 })
  end)
  t.raises("leads.remove_tags: expected a table, got integer 5", function() leads.remove_tags(7, { "vip" }, 5) end)
end)

