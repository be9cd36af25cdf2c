-- { verify = true }: a create whose reply was lost is looked for, and made again only where it was not done.
local t = require "harness"
local clock = require "standing_clock"
local transport = require "transport"
local json = require "native.json"
local lofty = require "lofty"
local operations = require "lofty.operations"
local retry = require "lofty.retry"

local VERIFY = { verify = true }
local HALF_MINUTE = { 0, 500, 1000, 2000, 4000, 8000, 15000 }

local LOST = { failure = { "CONNECTION_LOST", "the connection broke", true } }
local TIMEOUT = { failure = { "TIMEOUT", "no reply in 30 s", true } }

local logged ---@type string[]
require("native.log").write = function(level, text) logged[#logged + 1] = level .. " " .. text end

local function has_logged(pattern)
  for _, line in ipairs(logged) do
    if line:find(pattern) then return true end
  end
  error("not logged: " .. pattern .. "\n" .. table.concat(logged, "\n"), 2)
end

--- A small Lofty. `posts` says what becomes of each create: "answered", "lost" (done), "gone" (lost and not done), or a
--- reply of its own. `ahead` is how much its clock is ahead; `after` is called before each list, with its number.
local latest = 0 -- no id comes twice in a run

local function lofty_with(setup)
  clock.reset()
  logged = {}
  latest = latest + 100
  local state = { notes = {}, posts = 0, lists = 0, last = latest, base = latest }
  local ahead = setup.ahead or 0

  local function plain(ms) return os.date("!%Y-%m-%d %H:%M:%S", ms // 1000) end

  function state.add(content, age, id)
    if not id then
      state.last = state.last + 1
      id = state.last
    end
    table.insert(state.notes, { noteId = id, content = content, leadId = 7,
      createTime = plain(clock.time + ahead - (age or 0)) })
    return id
  end

  local function post(request)
    state.posts = state.posts + 1
    local fate = setup.posts[state.posts]
    if type(fate) == "table" then return fate end
    local id = fate ~= "gone" and state.add(setup.kept or json.decode(request.body).content)
    clock.time = clock.time + (setup.takes or 200)
    return fate == "answered" and { json = { noteId = id } } or fate == "timeout" and TIMEOUT or LOST
  end

  transport.reply(function(request)
    if request.method == "POST" then return post(request) end
    state.lists = state.lists + 1
    local reply = setup.list and setup.list(state, state.lists)
    reply = reply or { json = { notes = json.array(state.notes) } }
    local date = setup.date or os.date("!%a, %d %b %Y %H:%M:%S GMT", (clock.time + ahead) // 1000)
    reply.headers = date ~= "none" and { date = date } or {}
    return reply
  end)
  return state
end

local function create(content) return lofty.notes.create({ leadId = 7, content = content or "Called" }, VERIFY) end

t.test("a note whose reply was lost is found, and nothing is sent again", function()
  local state = lofty_with { posts = { "lost" } }
  t.equal(create(), { noteId = state.base + 1 })
  t.equal({ state.posts, state.lists }, { 1, 1 })
  t.equal(transport.sent()[2], "GET /v1.0/notes?leadId=7&limit=100")
  has_logged "^info notes.create: the reply was lost %(CONNECTION_LOST%)"
  has_logged "^info notes.create: it was done: note 101"
end)

t.test("an answered create is not looked for, nor one that was refused", function()
  local state = lofty_with { posts = { "answered", { status = 404, json = { code = 20006, message = "Lead not exist" } } } }
  t.equal(create(), { noteId = state.base + 1 })
  t.fails("LEAD_NOT_EXIST", create)
  t.equal({ state.posts, state.lists, #logged }, { 2, 0, 0 })
end)

t.test("an identical note of yesterday is not it: the new one is made again, once", function()
  local state = lofty_with { posts = { "gone", "answered" } }
  local old = state.add("Called", 86400000)
  local made = create()
  t.ok(made.noteId ~= old)
  t.equal({ state.posts, clock.slept }, { 2, HALF_MINUTE })
  has_logged "^warn notes.create: looked 7 times in 30.70 s, and it is not there: creating it again, this once"
  has_logged "^info notes.create: done at the second attempt"
end)

t.test("a list that lags shows it later", function()
  local state = lofty_with { posts = { "lost" }, list = function(_, number)
    return number < 3 and { json = { notes = json.array {} } } or nil
  end }
  t.equal(create(), { noteId = state.base + 1 })
  t.equal({ state.posts, clock.slept }, { 1, { 0, 500, 1000 } })
end)

t.test("the time is that of Lofty's clock, hours from this machine's", function()
  for _, ahead in ipairs { 3 * 3600000, -3 * 3600000 } do
    local state = lofty_with { posts = { "lost" }, ahead = ahead }
    t.equal(create(), { noteId = state.base + 1 })
    t.equal(state.posts, 1)
    state = lofty_with { posts = { "gone", "answered" }, ahead = ahead }
    local old = state.add("Called", 3600000)
    t.ok(create().noteId ~= old)
  end
end)

t.test("a note of some seconds before may be it, where clocks disagree: nothing is made again", function()
  for _, age in ipairs { 5000, 50000 } do
    local state = lofty_with { posts = { "gone" } }
    local near = state.add("Called", age)
    local err = t.fails("CONNECTION_LOST", create)
    t.equal({ err.outcome, err.attempts, err.retryable, state.posts, state.lists }, { "unknown", 1, false, 1, 7 })
    t.matches(err.message, ("note %d may be what it made, but is not certainly it"):format(near))
  end
end)

t.test("a note of times to come may be it, where clocks disagree", function()
  local state = lofty_with { posts = { "lost" }, list = function(state)
    state.notes[1].createTime = os.date("!%Y-%m-%d %H:%M:%S", clock.time // 1000 + 300)
  end }
  t.equal(t.fails("CONNECTION_LOST", create).outcome, "unknown")
  t.equal(state.posts, 1)
end)

t.test("without a Date nothing is certain but that there is none", function()
  local state = lofty_with { posts = { "lost" }, date = "none" }
  t.equal(t.fails("CONNECTION_LOST", create).outcome, "unknown")
  t.equal(state.posts, 1)
  state = lofty_with { posts = { "gone", "answered" }, date = "none" }
  t.ok(create().noteId)
  t.equal(state.posts, 2)
end)

t.test("a note that Lofty has changed in other ways than documented may be it", function()
  local state = lofty_with { posts = { "lost" }, kept = "<p>Called &amp; asked</p>" }
  local err = t.fails("CONNECTION_LOST", create, "Called & asked ")
  t.equal({ err.outcome, state.posts }, { "unknown", 1 })
  lofty_with { posts = { "lost" }, kept = "Called\nback" }
  t.ok(create("  Called\r\nback \n").noteId, "blanks at the ends and ends of lines are no change")
  state = lofty_with { posts = { "gone", "answered" } }
  state.add("Something else", -1000)
  t.ok(create().noteId, "another note of the same moment is not it")
end)

t.test("what was answered belongs to its call, and what was found to one only", function()
  local state = lofty_with { posts = { "answered", "gone", "answered" } }
  local first = create()
  local second = create()
  t.ok(first.noteId ~= second.noteId)
  t.equal(state.posts, 3, "the second is not the first's note")
  state = lofty_with { posts = { "lost", "lost" } }
  t.equal({ create().noteId, create().noteId }, { state.base + 1, state.base + 2 })
  state = lofty_with { posts = { "answered", "gone", "answered" } }
  lofty.notes.create { leadId = 7, content = "Called" }
  t.equal(create().noteId, state.base + 2, "also one that was created without the option")
end)

t.test("after a timeout or a gateway's failure it is waited for longer", function()
  for _, fate in ipairs { TIMEOUT, { status = 502, body = "" }, { status = 504, body = "" }, { status = 408, body = "" } } do
    local state = lofty_with { posts = { fate, "answered" } }
    create()
    t.equal({ state.posts, clock.total() }, { 2, 90500 })
  end
  for _, fate in ipairs { { status = 500, body = "" }, { body = "<html>" } } do
    local state = lofty_with { posts = { fate, "answered" } }
    create()
    t.equal({ state.posts, clock.total() }, { 2, 30500 })
  end
end)

t.test("a look-up that fails leaves it unknown, with its error as the cause", function()
  local state = lofty_with { posts = { "gone" }, list = function(_, number)
    return number == 2 and { status = 403, json = { code = 20017, message = "no" } } or nil
  end }
  local err = t.fails("CONNECTION_LOST", create)
  t.equal({ err.outcome, err.operation, err.cause.code, err.cause.operation, state.posts },
    { "unknown", "notes.create", "PERMISSION_DENIED", "notes.list", 1 })
  t.matches(tostring(err), "may or may not have been done")
end)

t.test("a list that is longer than one can read shows what is there, but not what is not", function()
  local many = json.array {}
  for index = 1, 100 do many[index] = { noteId = 100000 + index, content = "x", leadId = 7, createTime = "2020-01-01 00:00:00" } end
  local full = function() return { json = { notes = many } } end
  local state = lofty_with { posts = { "gone" }, list = full }
  local err = t.fails("CONNECTION_LOST", create)
  t.equal({ err.outcome, state.posts }, { "unknown", 1 })
  t.matches(err.message, "more notes than the 100")
  for _, count in ipairs { 10, 20, 25, 50 } do
    local short = json.array(table.move(many, 1, count, 1, {}))
    state = lofty_with { posts = { "gone" }, list = function() return { json = { notes = short } } end }
    t.matches(t.fails("CONNECTION_LOST", create).message, ("exactly %d notes"):format(count))
    t.equal(state.posts, 1)
  end
  many[100] = { noteId = 101500, content = "Called", leadId = 7, createTime = os.date("!%Y-%m-%d %H:%M:%S", clock.time // 1000) }
  lofty_with { posts = { "lost" }, list = full }
  t.equal(create().noteId, 101500)
end)

t.test("the second reply is lost as well: found, or unknown with all that is known", function()
  local state = lofty_with { posts = { "gone", "lost" } }
  t.equal(create(), { noteId = state.base + 1 })
  t.equal({ state.posts, state.lists }, { 2, 8 })
  state = lofty_with { posts = { "gone", TIMEOUT } }
  local err = t.fails("TIMEOUT", create)
  t.equal({ err.outcome, err.attempts, err.cause.code, state.posts, state.lists },
    { "unknown", 2, "CONNECTION_LOST", 2, 16 })
  t.matches(err.message, "looked 16 times, and neither of the two attempts is there")
end)

t.test("the second is refused: so was the first, as far as can be known", function()
  local state = lofty_with { posts = { "gone", { status = 404, json = { code = 20006, message = "Lead not exist" } } } }
  local err = t.fails("LEAD_NOT_EXIST", create)
  t.equal({ err.outcome, err.attempts, err.cause.code, state.posts }, { "refused", 2, "CONNECTION_LOST", 2 })
end)

t.test("the second is refused because the first came after all: that is the thing", function()
  local state
  state = lofty_with { posts = { "gone", { status = 400, json = { code = 20012, message = "Invalid parameter" } } },
    list = function(_, number)
      if number == 8 then state.add("Called", 0) end
    end }
  t.equal(create(), { noteId = state.base + 1 })
  t.equal(state.posts, 2)
end)

t.test("what was in doubt once stays in doubt where the list does not show it any more", function()
  local state = lofty_with { posts = { "gone" }, list = function(_, number)
    return number > 1 and { json = { notes = json.array {} } } or nil
  end }
  local near = state.add("Called", 5000)
  t.matches(t.fails("CONNECTION_LOST", create).message, ("note %d may be"):format(near))
  t.equal(state.posts, 1)
end)

t.test("a first one that comes after all is told of, and is not taken from another call", function()
  local state, late
  state = lofty_with { posts = { "gone", "answered", "gone" }, list = function(_, number)
    if number == 8 then late = state.add("Called", 0) end
  end }
  t.equal(create(), { noteId = state.base + 1 })
  has_logged(("^warn notes.create: it may have been done twice, if the first attempt came late: note %d"):format(late))
  t.equal(create(), { noteId = late })
  state = lofty_with { posts = { "gone", "lost" }, list = function(_, number)
    if number == 8 then late = state.add("Called", 0) end
  end }
  t.equal(create(), { noteId = state.base + 1 })
  has_logged(("^warn notes.create: it may have been done twice, if the first attempt came late: note %d"):format(late))
end)

-- The others, whose lists and times differ ------------------------------------------------------------------------------

--- Answers the create with `fate` and every list with `reply`; returns what the create gives, or its error.
local function lost(reply, operation, ...)
  clock.reset()
  logged = {}
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

-- The option ------------------------------------------------------------------------------------------------------------

t.test("every create can be verified, or says that Lofty offers no way to ask", function()
  local creates, refused = require "lofty.verify.creates", 0
  for _, name in ipairs(operations.names()) do
    local row = operations.find(name)
    t.equal(row.verify ~= nil, creates[name] ~= nil, name)
    if row.verify then t.equal(retry.safety(row), "once", name) end
    if retry.safety(row) == "once" and not row.verify then
      local ok, err = pcall(require("lofty.verify").call, row, {}, {}, VERIFY)
      t.ok(not ok)
      t.matches(err, name:gsub("%p", "%%%0") .. ": verify is not possible: Lofty offers no way to ask", name)
      refused = refused + 1
    end
  end
  t.ok(refused > 10)
  transport.reply {}
  t.raises("leads.list: verify is for creates; this changes nothing", lofty.leads.list, {}, VERIFY)
  t.raises("leads.each: verify is for creates", lofty.leads.each, {}, VERIFY)
  t.raises("leads.update: verify is for creates; this leaves, done twice", lofty.leads.update, 7, { stage = "Hot" }, VERIFY)
  t.raises("verify does not go with unchecked", lofty.notes.create, {}, { verify = true, unchecked = true })
  t.raises("verify must be true or false", lofty.notes.create, { leadId = 7, content = "x" }, { verify = 1 })
end)

t.finish()
