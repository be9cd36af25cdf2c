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
--- reply of its own. `ahead` is how much its clock is ahead; `put` is by how much this machine's clock is put after each list is answered.
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
    clock.put = clock.put + (setup.put and setup.put[state.lists] or 0)
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

t.test("a clock that is put between question and answer tells nothing: Lofty is asked again", function()
  for _, by in ipairs { 180000, -180000 } do
    local state = lofty_with { posts = { "gone", "answered" }, put = { by } }
    local other = state.add("Called", 120000)
    t.ok(create().noteId ~= other, "what was there before")
    t.equal(state.posts, 2)
    state = lofty_with { posts = { "lost" }, put = { by } }
    t.equal(create(), { noteId = state.base + 1 })
    t.equal({ state.posts, state.lists }, { 1, 2 })
  end
end)

t.test("a clock that is put again and again leaves it unknown", function()
  local put = {}
  for number = 1, 30 do put[number] = 180000 end
  local state = lofty_with { posts = { "lost" }, put = put }
  local err = t.fails("CONNECTION_LOST", create)
  t.equal({ err.outcome, state.posts, state.lists }, { "unknown", 1, 21 })
  t.matches(err.message, "note %d+ may be what it made, but is not certainly it")
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

