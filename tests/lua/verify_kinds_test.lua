-- loftyrun: allow send_email, quiet none
-- loftyrun: allow notify_agents
-- { verify = true } at each create that can be looked for: their lists, times and forms differ.
local t = require "harness"
local clock = require "standing_clock"
local transport = require "transport"
local json = require "native.json"
local lofty = require "lofty"

local VERIFY = { verify = true }
local LOST = { failure = { "CONNECTION_LOST", "the connection broke", true } }

require("native.log").write = function() end

--- Answers the create with `fate` and every list with `reply`; returns what the create gives, or its error.
local function lost(reply, operation, ...)
  clock.reset()
  transport.reply(function(request, number)
    if request.method ~= "GET" then return LOST end
    local answer = type(reply) == "function" and reply(request, number) or reply
    return { json = answer, headers = { date = os.date("!%a, %d %b %Y %H:%M:%S GMT", clock.time // 1000) } }
  end)
  return lofty.try(operation, ...)
end

local function gmt(age) return os.date("!%Y-%m-%dT%H:%M:%SGMT", (clock.time - (age or 0)) // 1000) end

t.test("tasks: content, type and end, whatever the form of the time", function()
  local fields = { leadId = 7, content = "Call", type = "Call", assignedRole = "Agent", endAt = "2026-12-01T10:00:00-05:00" }
  local function task(id, changes)
    local shown = { id = id, leadId = 7, content = "Call", type = "Call", endAt = "2026-12-01T15:00:00GMT", createTime = gmt() }
    for name, value in pairs(changes or {}) do shown[name] = value end
    return shown
  end
  t.equal(lost({ tasks = { task(9001) } }, lofty.tasks.create, fields, VERIFY), { taskId = 9001 })
  local _, err = lost({ tasks = { task(9002, { endAt = "2026-12-02T15:00:00GMT" }) } }, lofty.tasks.create, fields, VERIFY)
  t.equal(err.outcome, "unknown", "one that ends at another time may be it")
  t.matches(err.message, "task 9002 may be")
  _, err = lost({ tasks = { task(9003, { leadId = 8 }), task(9004, { content = "Write" }) } }, lofty.tasks.create, fields, VERIFY)
  t.matches(err.message, "neither of the two", "one of another lead, or with another content, is not")
  fields = { leadId = 7, content = "Call", type = "Call", assignedRole = "Agent", deadline = 1796137200000 }
  t.equal(lost({ taskList = { task(9005, { deadline = "2026-12-01 15:00:00" }) } }, lofty.v1.tasks.create, fields, VERIFY),
    { taskId = 9005 })
end)

t.test("the calendar's things are found among the tasks, and share their ids", function()
  local fields = { leadId = 7, content = "Tour", type = "APPOINTMENT", timeZoneCode = "America/New_York",
    startAt = "2026-12-01T10:00:00-05:00", endAt = "2026-12-01T11:00:00-05:00" }
  local function shown(id, kind)
    return { id = id, leadId = 7, content = "Tour", type = kind, endAt = "2026-12-01T16:00:00GMT", createTime = gmt() }
  end
  t.equal(lost({ tasks = { shown(9101, "Call"), shown(9102, "Appointment") } }, lofty.calendar.create, fields, VERIFY),
    { id = "9102-appointment", type = "APPOINTMENT" })
  local task = { leadId = 7, content = "Tour", type = "TASK", taskWay = "Call", timeZoneCode = "America/New_York",
    startAtMs = 1796137200000, endAtMs = 1796140800000 }
  t.equal(lost({ tasks = { shown(9101, "Call"), shown(9102, "Appointment") } }, lofty.calendar.create, task, VERIFY),
    { id = "9101-task", type = "TASK" })
  local _, err = lost({ tasks = { shown(9101, "Call"), shown(9102, "Appointment") } }, lofty.tasks.create,
    { leadId = 7, content = "Tour", type = "Call", assignedRole = "Agent", endAt = fields.endAt }, VERIFY)
  t.equal(err.outcome, "unknown", "what the calendar made is no other call's task")
end)

t.test("transactions and manual logs come back whole", function()
  local deal = { transactionId = 9201, transactionName = "12 Elm", created = clock.time, transactionType = "Purchase" }
  t.equal(lost({ deal }, lofty.transactions.create, 7, { transactionName = "12 Elm " }, VERIFY), deal)
  t.equal(transport.sent()[2], "GET /v1.0/leads/7/transactions")
  local log = { id = 9301, leadId = 7, content = "Spoke", outboundOrInbound = "outbound", createTime = gmt() }
  t.equal(lost({ logType = { log } }, lofty.manual_logs.create,
    { leadId = 7, logType = "logText", content = "Spoke" }, VERIFY), log)
  t.equal(transport.sent()[2], "GET /v1.0/logType?leadId=7&limit=1000&logType=logText&order=desc")
end)

t.test("subscriptions have no time: those that were there before are read before", function()
  local function hook(id, url, listId) return { subscribeId = id, callbackUrl = url, listId = listId or 2 } end
  local url, fields = "https://a.example.com/x", { listId = 2, callbackUrl = "https://a.example.com/x" }
  local made = hook(9402, url)
  local function lists(later)
    return function(_, number) return number == 1 and json.array { hook(9401, url) } or json.array(later) end
  end
  t.equal(lost(lists { hook(9401, url), hook(9403, url, 3), made }, lofty.webhooks.create, fields, VERIFY), made)
  t.equal(transport.sent(), { "GET /v1.0/webhooks", "POST /v1.0/webhook", "GET /v1.0/webhooks" })
  local _, err = lost(lists { hook(9401, url) }, lofty.webhooks.create, fields, VERIFY)
  t.matches(err.message, "neither of the two attempts is there")
  _, err = lost(lists { hook(9404, url .. "/") }, lofty.webhooks.create, fields, VERIFY)
  t.matches(err.message, "subscription 9404 may be")
  transport.reply { { status = 403, json = { code = 20017, message = "no" } } }
  t.equal(t.fails("PERMISSION_DENIED", lofty.webhooks.create, fields, VERIFY).operation, "webhooks.list")
  t.equal(#transport.calls, 1, "nothing is created where the list cannot be read")
end)

-- Leads ---------------------------------------------------------------------------------------------------------------

local function people(...) return { leads = json.array { ... }, _metadata = { total = select("#", ...), limit = 100 } } end

local function ada(changes)
  local lead = { firstName = "Ada", emails = { "Ada@example.com" }, phones = { "2075550111" } }
  for name, value in pairs(changes or {}) do lead[name] = value end
  return lead
end

local function shown(id, changes)
  local lead = { leadId = id, firstName = "Ada", lastName = "", emails = { "ada@example.com" },
    phones = { "+1 (207) 555-0111" }, createTime = gmt() }
  for name, value in pairs(changes or {}) do lead[name] = value end
  return lead
end

t.test("a lead made since with all addresses and numbers is it", function()
  t.equal(lost(people(shown(9501)), lofty.leads.create, ada(), VERIFY), { leadId = 9501 })
  local long = ("x"):rep(30)
  t.equal(lost(people(shown(9502, { firstName = long })), lofty.leads.create, ada { firstName = long }, VERIFY), { leadId = 9502 })
end)

t.test("a lead of before, or of another name, took the call in or never got it: that stays unknown, and is said at once", function()
  for id, changes in pairs { [9511] = { createTime = "2020-01-01T00:00:00GMT" }, [9512] = { firstName = "Bob" },
    [9513] = { phones = {} } } do
    local _, err = lost(people(shown(id, changes)), lofty.leads.create, ada(), VERIFY)
    t.equal({ err.code, err.outcome, err.attempts }, { "CONNECTION_LOST", "unknown", 1 })
    t.matches(err.message, ("lead %d has such an address or number"):format(id))
    t.equal(clock.total(), 0)
  end
end)

t.test("two calls for one lead: the second was merged into the first's, or was not done", function()
  t.equal(lost(people(shown(9521)), lofty.leads.create, ada(), VERIFY), { leadId = 9521 })
  local _, err = lost(people(shown(9521)), lofty.leads.create, ada(), VERIFY)
  t.equal({ err.outcome, err.attempts }, { "unknown", 1 })
end)

t.test("a lead that does not show is made again, unless something of it would come twice", function()
  local posts, shows
  local function run(fields, ...)
    posts = 0
    local fates = { ... }
    clock.reset()
    transport.reply(function(request)
      if request.method == "GET" then
        return { json = posts > 1 and shows and people(shown(9531)) or people(),
          headers = { date = os.date("!%a, %d %b %Y %H:%M:%S GMT", clock.time // 1000) } }
      end
      posts = posts + 1
      return fates[posts]
    end)
    return lofty.try(lofty.leads.create, fields, VERIFY)
  end
  local answered = { json = { leadId = 9532 } }
  for _, name in ipairs { "content", "welcomeEmail", "leadAlert", "tags", "leadTransaction" } do
    local value = ({ content = "Hello", tags = { "web" }, leadTransaction = { transactionName = "12 Elm" } })[name] or true
    local _, err = run(ada { [name] = value }, LOST, answered)
    t.equal({ err.outcome, posts }, { "unknown", 1 }, name)
    t.matches(err.message, "what comes of " .. name .. " must not come twice")
  end
  local _, err = run(ada(), LOST, { status = 400, json = { code = 20012, message = "Invalid parameter" } })
  t.equal({ err.code, err.outcome, err.retryable }, { "INVALID_PARAMETER", "unknown", false },
    "the first may have made a lead that one cannot see")
  t.equal(run(ada(), LOST, answered), { leadId = 9532 })
  shows = true
  t.equal(run(ada(), LOST, answered), { leadId = 9531 }, "of two that were merged the one that shows")
  t.equal(posts, 2)
end)

t.test("a lead without address and number cannot be looked for", function()
  transport.reply {}
  for _, changes in ipairs { {}, { emails = {}, phones = lofty.null } } do
    changes.firstName = "Ada"
    t.raises("^[^:]+:%d+: leads.create: verify is not possible here: a lead is looked for by its e%-mail addresses and "
      .. "phone numbers, and there is neither$", lofty.leads.create, changes, VERIFY)
  end
  t.raises("phones%[1%] is not a phone number", lofty.leads.create, { firstName = "Ada", phones = { "call me" } }, VERIFY)
  t.equal(#transport.calls, 0)
end)

