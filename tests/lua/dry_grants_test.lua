-- sandbox: empty
-- loftyrun: allow send_email, at most 30 a run, quiet 10:00-11:00
-- loftyrun: allow notify_agents, at most 3 a run
-- What a plan's application may send: what the script of the dry run might, within what holds for the application itself.
local t = require "harness"
local native = require "native.guard"
local take = require("lofty.dry.grants").take

local EVENING = { from = 1260, to = 480 }

t.test("what is granted by the plan alone has the plan's caps and hours", function()
  take { send_sms = { run = 500, day = 900, quiet = {} }, delete_notes = { run = 7 } }
  local sms, notes = native.grants().send_sms, native.grants().delete_notes
  t.equal({ sms.held, sms.run, sms.day, sms.quiet }, { true, 500, 900, {} })
  t.equal({ notes.held, notes.run, notes.day, notes.quiet }, { true, 7 })
end)

t.test("what has been said since lowers caps and adds hours, and the plan's own hold too", function()
  take { send_email = { run = 500, day = 20, quiet = { EVENING } }, notify_agents = { run = 2, day = 5 } }
  local email, agents = native.grants().send_email, native.grants().notify_agents
  t.equal({ email.run, email.day, email.quiet }, { 30, 20, { EVENING, { from = 600, to = 660 } } })
  t.equal({ agents.run, agents.day }, { 2, 5 })
end)

t.test("what is denied stays denied", function()
  local grant = native.grants().delete_leads
  grant.denied = true
  take { delete_leads = { run = 5 } }
  t.equal(grant.held, false)
end)

