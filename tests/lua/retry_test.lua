-- loftyrun: allow delete_notes
local t = require "harness"
local clock = require "standing_clock"
local transport = require "transport"
local lofty = require "lofty"
local operations = require "lofty.operations"
local retry = require "lofty.retry"

transport.retrying = true

local LOST = { failure = { "CONNECTION_LOST", "it ended", true } }
local REFUSED = { failure = { "CONNECT_FAILED", "nobody there", false } }
local LEAD = { json = { lead = { leadId = 7 } } }

--- Answers the next calls, on a clock that has not slept yet.
local function answers(replies)
  clock.reset()
  transport.reply(replies)
end

--- By hand from Lofty's description: what changes something, and what it leaves when it is done twice.
local ONCE = [[agents.add_tags agents.create ai.create_lead_analysis ai.generate_call_script ai.generate_call_summary
  ai.prepare_insight calendar.create leads.add_activity leads.add_inquiry leads.create manual_logs.create
  messages.send_email messages.send_sms notes.create notifications.email_to_agent notifications.push_task_reminder
  notifications.send_opportunity notifications.sms_to_agent organization.add_office sales_agent.add_working_leads
  sales_agent.create_plan_tasks sales_agent.send_sms_to_agent tasks.create team.add_custom_field transactions.create
  v1.tasks.create webhooks.create]]
local REPEATABLE = [[agents.deactivate agents.reactivate calendar.delete calendar.finish calendar.unfinish calendar.update
  leads.assign leads.delete leads.sync_brokermint leads.update leads.update_property manual_logs.delete notes.delete
  notes.update organization.update_company organization.update_office routing.update_default_rule routing.update_rule
  sales_agent.mute_lead sales_agent.update_settings tasks.delete tasks.finish tasks.unfinish tasks.update
  transactions.set_property_address transactions.sync_brokermint transactions.update v1.tasks.delete v1.tasks.update
  webhooks.delete]]

t.test("each operation is as safe to repeat as its description lets it be", function()
  local expected = {}
  for name in ONCE:gmatch("%S+") do expected[name] = "once" end
  for name in REPEATABLE:gmatch("%S+") do expected[name] = "repeatable" end
  for _, name in ipairs(operations.names()) do
    t.equal(retry.safety(operations.find(name)), expected[name] or "read", name)
    expected[name] = nil
  end
  t.equal(next(expected), nil)
end)

t.test("a read goes on until it succeeds, waiting longer each time", function()
  answers { LOST, { status = 500 }, { status = 200, body = "<html>" }, LEAD }
  t.equal(lofty.leads.get(7).leadId, 7)
  t.equal(#transport.calls, 4)
  t.equal(#clock.slept, 3)
  for index, most in ipairs { 100, 400, 1600 } do
    t.ok(clock.slept[index] >= 0 and clock.slept[index] <= most, "wait " .. index)
  end
end)

t.test("six attempts are the end of it, and the error counts them and their time", function()
  answers { LOST, LOST, LOST, LOST, { status = 500 }, LOST }
  local err = t.fails("CONNECTION_LOST", lofty.leads.get, 7)
  t.equal(err.attempts, 6)
  t.equal(err.elapsed, clock.total() / 1000)
  t.equal(err.outcome, nil)
  t.equal(err.retryable, true)
end)

t.test("retries = N is for one call", function()
  answers { { status = 500 }, { status = 500 } }
  t.equal(t.fails("SERVER_ERROR", lofty.leads.get, 7, {}, { retries = 1 }).attempts, 2)
  answers { { status = 500 } }
  t.equal(t.fails("SERVER_ERROR", lofty.tasks.get, 7, { retries = 0 }).attempts, 1)
  for _, wrong in ipairs { -1, 21, 1.5, "2", true } do
    t.raises("retry_test%.lua:%d+: leads%.get: retries must be a whole number from 0 to 20", function()
      lofty.leads.get(7, {}, { retries = wrong })
    end)
  end
end)

t.test("a well-formed reply of another shape would be so again", function()
  answers { { json = { other = 1 } } }
  t.equal(t.fails("INVALID_RESPONSE", lofty.leads.get, 7).retryable, false)
end)

t.test("once in doubt, a write stays so, unless it succeeds", function()
  answers { LOST, { json = { leadId = 7 } } }
  t.equal(lofty.leads.update(7, { stage = "Contacted" }).leadId, 7)
  answers { LOST, REFUSED, REFUSED }
  local err = t.fails("CONNECT_FAILED", lofty.leads.update, 7, { stage = "Contacted" }, { retries = 2 })
  t.equal(err.outcome, "unknown")
  t.equal(err.retryable, true)
  t.equal(err.cause.code, "CONNECTION_LOST")
  answers { REFUSED, { status = 404, json = { code = 20006, message = "Lead not exist" } } }
  err = t.fails("LEAD_NOT_EXIST", lofty.leads.update, 7, { stage = "Contacted" })
  t.equal(err.outcome, "refused")
  t.equal(err.cause, nil)
end)

t.test("a create that never left is made again, one that may have is not", function()
  answers { REFUSED, REFUSED, { json = { noteId = 9 } } }
  t.equal(lofty.notes.create({ leadId = 7, content = "once" }).noteId, 9)
  answers { REFUSED, LOST }
  local err = t.fails("CONNECTION_LOST", lofty.notes.create, { leadId = 7, content = "once" })
  t.equal(err.outcome, "unknown")
  t.equal(err.retryable, false)
  t.equal(err.attempts, 2)
end)

t.test("neither is an update that may have added something", function()
  local deal = { leadTransaction = { transactionName = "12 Elm Street" } }
  answers { LEAD, LOST, LEAD, LOST, LEAD }
  lofty.leads.get(7)
  local err = t.fails("CONNECTION_LOST", lofty.leads.update, 7, deal)
  t.equal({ err.outcome, err.retryable, err.operation, #transport.calls }, { "unknown", false, "leads.update", 2 })
  lofty.leads.get(7)
  t.fails("CONNECTION_LOST", lofty.once, "deal", function() return lofty.leads.update(7, deal) end)
  err = t.fails("ONCE_UNSETTLED", lofty.once, "deal", error)
  t.ok(err.message:find("leads.update", 1, true))
  lofty.leads.get(7)
end)

t.test("a DELETE that never left is not done by a 404", function()
  answers { REFUSED, { status = 404, json = { code = 20007, message = "Resource not exist" } } }
  t.equal(t.fails("RESOURCE_NOT_EXIST", lofty.notes.delete, 7).outcome, "refused")
end)

t.test("the limit's reset is waited for, and the last attempt gets what is left of the time", function()
  local limited = { status = 429, json = { message = "Too Many Requests" },
    headers = { ["x-ratelimit-limit"] = "20", ["x-ratelimit-remaining"] = "0", ["x-ratelimit-reset"] = "21000" } }
  answers { limited, LEAD }
  lofty.leads.get(7)
  t.ok(clock.total() >= 21000 and clock.total() <= 23100, "waited " .. clock.total())
  limited.headers["retry-after"] = "100"
  answers { limited, LEAD }
  lofty.leads.get(7)
  t.equal(transport.calls[2].timeout, math.min(30000, 120000 - clock.total()))
end)

t.test("an outage is waited out, but not for longer than the call may take", function()
  answers { REFUSED, REFUSED, REFUSED, REFUSED, REFUSED }
  for _ = 1, 5 do t.fails("CONNECT_FAILED", lofty.notes.delete, 7, { retries = 0 }) end
  -- The clock of the circuit is the machine's own, which stands as good as still here.
  answers {}
  local err = t.fails("CIRCUIT_OPEN", lofty.leads.update, 7, { stage = "Contacted" })
  t.equal(err.outcome, "not_sent")
  t.equal(err.attempts, 0)
  t.ok(clock.total() > 100000 and clock.total() <= 120000, "waited " .. clock.total())
  t.fails("CIRCUIT_OPEN", lofty.leads.get, 7, {}, { retries = 0 })
end)

