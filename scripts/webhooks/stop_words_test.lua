-- What can be relied on in stop_words.lua. Run it with: loftyrun test
local lofty = require "lofty"
local t = require "lofty.test"
local it, expect = t.it, t.expect

t.use { seed = "demo", clock = "2026-03-09T08:00-07:00" }

local lead, handlers
t.before_each(function()
  for one in lofty.leads.each {} do
    if not one.cannotText then lead = one.leadId break end
  end
  handlers = t.serve "stop_words.lua"
  t.forget_calls()
end)

--- A text of that lead arrives.
local function receive(content, direction)
  t.stub("messages.get_text", { leadId = lead, direction = direction or "Inbound", textContent = content })
  handlers:event("text.created", { leadId = lead, timelineId = 1406700000000033 })
end

it("marks a lead who answers STOP, once", function()
  receive(" Stop! ")
  receive "STOP"
  expect(t.calls("leads.update")[1].body):equals { cannotText = true }
  local now = lofty.leads.get(lead)
  expect(now.cannotText):is_true()
  local names = {}
  for index, tag in ipairs(now.tags) do names[index] = type(tag) == "table" and tag.tagName or tag end
  expect(names):contains "STOP"
end)

for _, text in ipairs { "please do not stop by before noon", "ok", "" } do
  it(("leaves %q alone"):format(text), function()
    receive(text)
    expect(t.calls { method = "PUT" }):has_length(0)
  end)
end

it("leaves what we have sent alone", function()
  receive("STOP", "Outbound")
  expect(t.calls "leads.*"):has_length(0)
end)
