-- What can be relied on in tag_hygiene.lua. Run it with: loftyrun test
local lofty = require "lofty"
local t = require "lofty.test"
local it, expect = t.it, t.expect

t.use { seed = "empty", clock = "2026-03-09T08:00-07:00" }

local usual, odd

t.before_each(function()
  usual = lofty.leads.create({ firstName = "Ada", tagsAdd = { "VIP", "Newsletter" } }).leadId
  lofty.leads.create { firstName = "Bea", tagsAdd = { "VIP", "Newsletter" } }
  odd = lofty.leads.create({ firstName = "Cal", tagsAdd = { "vip", "Newsleter", "Buyer" } }).leadId
  t.clock.advance(1) -- what was just made cannot be read at once
  t.forget_calls()
end)

--- The tags of a lead in order, a moment after they were changed.
local function tags(lead)
  t.clock.advance(1)
  local names = {}
  for index, tag in ipairs(lofty.leads.get(lead).tags) do names[index] = tag.tagName end
  table.sort(names)
  return names
end

it("merges the spellings of one tag, and leaves a lead its other tags", function()
  local run = t.run_script("tag_hygiene.lua", "--apply")
  expect(run.exit_code):equals(0)
  expect(run.output):contains 'same    "VIP" (2): "vip" (1)'
  expect(run.output):contains "changed 1 leads, 0 failed"
  expect(tags(odd)):equals { "Buyer", "Newsleter", "VIP" }
end)

it("writes nothing without --apply", function()
  expect(t.run_script("tag_hygiene.lua").output):contains "would change 1 tags of leads"
  expect(t.calls { method = "PUT" }):has_length(0)
  expect(t.calls { method = "POST" }):has_length(0)
end)

it("does nothing the second time", function()
  t.run_script("tag_hygiene.lua", "--apply")
  t.clock.advance(1)
  t.forget_calls()
  expect(t.run_script("tag_hygiene.lua", "--apply").output):contains "changed 0 leads, 0 failed"
  expect(t.calls "leads.update"):has_length(0)
end)

it("merges what may be a typing error only where it is told to", function()
  expect(t.run_script("tag_hygiene.lua").output):contains '--merge "Newsleter=Newsletter"'
  t.run_script("tag_hygiene.lua", "--apply", "--leave", "vip", "--merge", "Newsleter=Newsletter")
  expect(tags(odd)):equals { "Buyer", "Newsletter", "vip" }
end)

it("keeps the spelling that it is told to keep", function()
  t.run_script("tag_hygiene.lua", "--apply", "--keep", "vip")
  expect(tags(usual)):equals { "Newsletter", "vip" }
  expect(tags(odd)):equals { "Buyer", "Newsleter", "vip" }
end)

it("says which leads could not be changed", function()
  t.stub("leads.update", t.refuse "PERMISSION_DENIED")
  local run = t.run_script("tag_hygiene.lua", "--apply")
  expect(run.exit_code):equals(8)
  expect(run.output):contains "changed 0 leads, 1 failed"
end)

it("takes no tag off where the one to keep did not come", function()
  t.stub("leads.update", true) -- says yes, and does nothing
  expect(t.run_script("tag_hygiene.lua", "--apply").exit_code):equals(8)
  for _, call in ipairs(t.calls "leads.update") do expect(call.body.tagsRemove):is_nil() end
end)

it("refuses to merge a tag that there is not", function()
  expect(t.run_script("tag_hygiene.lua", "--apply", "--merge", "Byuer=Buyer").exit_code):equals(2)
  expect(t.calls "leads.update"):has_length(0)
end)
