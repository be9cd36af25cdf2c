-- What can be relied on in birthday_greetings.lua. Run it with: loftyrun test
local lofty = require "lofty"
local t = require "lofty.test"
local it, expect = t.it, t.expect

t.use { seed = "empty", clock = "2026-06-05T12:00-04:00" }

--- A lead born on 5 June, unless the fields say otherwise.
local function lead(fields)
  fields.emails = { fields.firstName:lower() .. "@example.com" }
  fields.birthday = fields.birthday or "Jun 5, 1990"
  local id = lofty.leads.create(fields).leadId
  t.clock.advance(1) -- what was just made cannot be read at once
  t.forget_calls()
  return id
end

local function greet(...) return t.run_script("birthday_greetings.lua", "--apply", ...) end

it("mails those whose birthday it is, and nobody else", function()
  local ada = lead { firstName = "Ada" }
  lead { firstName = "Bea", birthday = "Jun 4, 1990" }
  local run = greet("--content", "Cheers <3 {firstName}")
  expect(run.exit_code):equals(0)
  expect(run.output):contains "greeted 1, 0 greeted before, 0 later, passed over 0, 0 failed"
  local mails = t.calls "messages.send_email"
  expect(mails):has_length(1)
  expect(mails[1].body):contains { leadId = ada, subject = "Happy birthday, Ada!", content = "Cheers &lt;3 Ada" }
end)

it("greets nobody twice in a year, and again in the next", function()
  lead { firstName = "Ada" }
  greet()
  t.clock.advance "1h"
  expect(greet().output):contains "greeted 0, 1 greeted before"
  expect(t.calls "messages.send_email"):has_length(1)
  t.clock.set "2027-06-05T12:00-04:00"
  expect(greet().output):contains "greeted 1, 0 greeted before"
end)

it("sends nothing without --apply", function()
  lead { firstName = "Ada" }
  expect(t.run_script("birthday_greetings.lua").output):contains "would greet 1,"
  expect(t.calls "messages.*"):has_length(0)
end)

it("leaves alone who must not be mailed", function()
  lead { firstName = "Ada", unsubscription = true }
  lead { firstName = "Bea", cannotEmail = true }
  lead { firstName = "Cal", tagsAdd = { "dnc" } }
  expect(greet().output):contains "passed over 3"
  expect(t.calls "messages.*"):has_length(0)
end)

it("waits for the hours in which it may be sent", function()
  lead { firstName = "Ada" }
  t.clock.set "2026-06-05T20:00-04:00"
  expect(greet().output):contains "greeted 0, 0 greeted before, 1 later"
  expect(t.calls "messages.*"):has_length(0)
end)

it("sends a text with --by text", function()
  local ada = lead { firstName = "Ada", phones = { "2075550171" } }
  greet("--by", "text", "--content", "Cheers {firstName}")
  expect(t.calls "messages.send_email"):has_length(0)
  expect(t.calls("messages.send_sms")[1].body):contains { leadId = ada, content = "Cheers Ada" }
end)

it("says who could not be greeted, and tries that one again", function()
  lead { firstName = "Ada" }
  t.stub("messages.send_email", t.refuse "PERMISSION_DENIED")
  local run = greet()
  expect(run.exit_code):equals(8)
  expect(run.output):contains "1 failed"
  greet()
  expect(t.calls "messages.send_email"):has_length(2)
end)

it("knows e-mails and texts only", function()
  expect(greet("--by", "pigeon").exit_code):equals(2)
  expect(t.calls()):has_length(0)
end)
