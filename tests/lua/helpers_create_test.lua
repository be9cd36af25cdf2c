-- leads.find_or_create, against servers that merge, lag and lose replies.
local t = require "harness"
local small_lofty = require "small_lofty"
local transport = require "transport"
local clock = require "standing_clock"
local json = require "native.json"
local lofty = require "lofty"
local leads = lofty.leads

local lofty_with = small_lofty.with
local ADA, BOB, MISSING, LOST = small_lofty.ADA, small_lofty.BOB, small_lofty.MISSING, small_lofty.LOST

t.test("a lead that is there is left as it is, but for tagsAdd", function()
  local state = lofty_with { ADA, BOB }
  t.equal(leads.find_or_create { firstName = "A", phones = { "207-555-0111" }, tagsAdd = { "old", "web" } },
    { leadId = 1, created = false, merged = false })
  t.equal(#state.created, 0)
  t.equal(state.updated, { { "/v1.0/leads/1", { tagsAdd = lofty.array { "web" } } } })
  state = lofty_with { ADA }
  leads.find_or_create { firstName = "A", emails = { "ada@example.com" }, tagsAdd = { "old" } }
  t.equal({ #state.created, #state.updated }, { 0, 0 })
end)

t.test("null is nothing", function()
  local state = lofty_with {}
  local fields = { firstName = "Ada", emails = { "ada@example.com" }, phones = lofty.null, tagsAdd = lofty.null }
  t.equal(leads.find_or_create(fields).created, true)
  t.equal(leads.find_or_create(fields).created, false)
  t.equal({ #state.created, #state.updated, state.created[1].phones }, { 1, 0 })
end)

t.test("addresses of two leads make none", function()
  local state = lofty_with { ADA, BOB }
  t.fails("AMBIGUOUS", leads.find_or_create,
    { firstName = "A", emails = { "ada@example.com" }, phones = { "2075550112" } })
  t.equal({ #state.created, #state.updated }, { 0, 0 })
end)

t.test("a new lead is made once, cleaned, and waited for", function()
  local reads = 0
  local state = lofty_with({ BOB }, {
    GET = function(request)
      if not request.target:find("^/v1.0/leads/") then
        return reads > 0 and { json = { leads = lofty.array {}, _metadata = { total = 0, limit = 100 } } } or nil
      end
      reads = reads + 1
      return reads < 3 and MISSING or nil
    end,
  })
  local result = leads.find_or_create {
    firstName = "Ada", emails = { "\u{200B}ada@Example.com " }, phones = { "+1 207 555 0111\u{2028}" },
  }
  t.equal(result, { leadId = 901, created = true, merged = false })
  t.equal(#state.created, 1)
  t.equal(state.created[1].emails, lofty.array { "ada@example.com" })
  t.equal(state.created[1].phones, lofty.array { "+1 207 555 0111" })
  t.equal(clock.slept, { 100, 200 })
end)

t.test("a lead that a search shows lives, though it cannot be read", function()
  lofty_with({}, { GET = function(request) return request.target:find("^/v1.0/leads/") and MISSING or nil end })
  t.equal(leads.find_or_create { firstName = "Ada", emails = { "ada@example.com" } },
    { leadId = 901, created = true, merged = false })
  t.equal(clock.total(), 30000)
end)

--- Somebody else makes Ada between the looking and the creating, and Lofty merges.
local function merging(people)
  return lofty_with(people, {
    POST = function(request, _, state)
      state.created[#state.created + 1] = assert(json.decode(request.body))
      state.people[#state.people + 1] = ADA
      return { json = { leadId = 666 } }
    end,
  })
end

t.test("a create that merged gives the survivor, not the dead id", function()
  local state = merging {}
  t.equal(leads.find_or_create { firstName = "Ada", emails = { "ada@example.com" } },
    { leadId = 1, created = false, merged = true })
  t.equal(#state.created, 1)
  t.equal(clock.total(), 5000, "it makes sure first")
  merging {}
  t.equal(leads.find_or_create({ firstName = "Ada", emails = { "ada@example.com" } }, { timeout = 0 }),
    { leadId = 1, created = false, merged = true })
end)

t.test("a second lead beside it that shows late is no merge", function()
  local state = lofty_with({}, {
    POST = function(_, usual, state)
      state.people[#state.people + 1] = ADA
      usual { body = '{"firstName":"Ada"}' }
      state.people[2].late = true
      return { json = { leadId = 901 } }
    end,
    GET = function(request, _, state)
      if request.target:find("/901$") and clock.total() > 2000 then state.people[2].late = nil end
    end,
  })
  t.equal(leads.find_or_create { firstName = "Ada", emails = { "ada@example.com" } },
    { leadId = 901, created = true, merged = false })
  t.equal(#state.created, 1)
end)

t.test("an id that stays dead with no survivor in sight is raised, with the id", function()
  local state = lofty_with({}, { POST = function(request, _, state)
    state.created[1] = assert(json.decode(request.body))
    return { json = { leadId = 1187300000000003 } }
  end })
  local err = t.fails("LEAD_NOT_EXIST", leads.find_or_create, { firstName = "Ada", emails = { "ada@example.com" } })
  t.matches(err.message, "id 1187300000000003 .* after 30 s")
  t.equal({ err.outcome, err.retryable, err.operation, err.cause.code },
    { "unknown", false, "leads.find_or_create", "LEAD_NOT_EXIST" })
  t.equal(clock.total(), 30000)
  t.equal(#state.created, 1)
end)

t.test("what fails after the create says so, with the id", function()
  local function failing(on_read, on_search)
    local posted = false
    return lofty_with({}, {
      POST = function() posted = true; return { json = { leadId = 1187300000000003 } } end,
      GET = function(request)
        if request.target:find("^/v1.0/leads/") then return on_read end
        return posted and on_search or nil
      end,
    })
  end
  local broken = { status = 500, json = { message = "BaseApplicationException:errorCode=20005,errorMsg=internal" } }
  for _, case in ipairs { { broken, nil }, { MISSING, broken },
    { MISSING, { json = {
      leads = { ADA, { leadId = 3, emails = ADA.emails } }, _metadata = { total = 2, limit = 100 },
    } } },
  } do
    failing(case[1], case[2])
    local _, err = lofty.try(leads.find_or_create, { firstName = "Ada", emails = { "ada@example.com" } })
    t.matches(err.message, "^Lofty returned id 1187300000000003 for the new lead, but what became of it")
    t.equal({ err.outcome, err.retryable, err.operation, err.cause.code == err.code },
      { "unknown", false, "leads.find_or_create", true })
  end
end)

t.test("ids that are no integers are raised as Lofty's doing", function()
  lofty_with({}, { POST = function() return { json = { leadId = "901" } } end })
  local err = t.fails("INVALID_RESPONSE", leads.find_or_create, { firstName = "Ada", emails = { "ada@example.com" } })
  t.equal({ err.outcome, err.operation }, { "unknown", "leads.find_or_create" })
  t.matches(err.message, 'string "901"')
  lofty_with { { leadId = "1", emails = { "ada@example.com" } } }
  t.matches(t.fails("INVALID_RESPONSE", leads.find, { email = "ada@example.com" }).message, 'string "1"')
end)

t.test("where the look-up fails, nothing is made", function()
  local state = lofty_with({}, { GET = function() return { status = 502, body = "<html>" } end })
  t.fails("SERVER_ERROR", leads.find_or_create, { firstName = "Ada", emails = { "ada@example.com" } })
  t.equal({ #state.created, #transport.calls }, { 0, 1 })
end)

t.test("two leads that show after a lost reply are ambiguous, and the create's outcome stays unknown", function()
  lofty_with({}, { POST = function(_, _, state)
    state.people = { ADA, { leadId = 3, emails = { "ada@example.com" } } }
    return LOST
  end })
  t.equal(t.fails("AMBIGUOUS", leads.find_or_create, { firstName = "A", emails = { "ada@example.com" } }).outcome,
    "unknown")
end)

t.test("a create whose reply is lost is looked for, not repeated", function()
  local searches = 0
  local state = lofty_with({}, {
    POST = function(request, usual)
      usual(request)
      return LOST
    end,
    GET = function()
      searches = searches + 1
      if searches < 4 then return { json = { leads = lofty.array {}, _metadata = { total = 0, limit = 100 } } } end
    end,
  })
  t.equal(leads.find_or_create { firstName = "Ada", emails = { "ada@example.com" } },
    { leadId = 901, created = true, merged = false })
  t.equal(#state.created, 1)
  t.equal(clock.slept, { 100, 200 })
end)

t.test("a create whose reply is lost, and which was not done, is raised", function()
  for _, reply in ipairs { LOST, { failure = { "TIMEOUT", "slow", true } }, { status = 502, body = "<html>" } } do
    local posts = 0
    lofty_with({}, { POST = function()
      posts = posts + 1
      return reply
    end })
    local err = t.fails(reply.failure and reply.failure[1] or "SERVER_ERROR", leads.find_or_create,
      { firstName = "Ada", emails = { "ada@example.com" } })
    t.equal({ err.outcome, err.operation, posts, clock.total() }, { "unknown", "leads.create", 1, 30000 })
  end
end)

t.test("where Lofty cannot be asked either, the create's failure is the one raised", function()
  local gone = false
  lofty_with({}, {
    POST = function()
      gone = true
      return LOST
    end,
    GET = function() return gone and { failure = { "CONNECT_FAILED", "no route", false } } or nil end,
  })
  t.fails("CONNECTION_LOST", leads.find_or_create, { firstName = "Ada", emails = { "ada@example.com" } })
end)

t.test("what was refused or not sent is raised at once", function()
  for _, reply in ipairs { { status = 400, json = { code = 20012, message = "Invalid parameter" } },
    { failure = { "CONNECT_FAILED", "no route", false } } } do
    lofty_with({}, { POST = function() return reply end })
    local err = t.fails(reply.failure and "CONNECT_FAILED" or "INVALID_PARAMETER", leads.find_or_create,
      { firstName = "Ada", emails = { "ada@example.com" } })
    t.equal(err.outcome, reply.failure and "not_sent" or "refused")
    t.equal(clock.slept, {})
  end
end)

t.test("killed after the create and run again, it makes no second lead", function()
  local state = lofty_with({}, { POST = function(request, usual)
    usual(request)
    error("killed", 0)
  end })
  local fields = { firstName = "Ada", emails = { "ada@example.com" }, phones = { "2075550111" } }
  t.raises("killed", leads.find_or_create, fields)
  t.equal(leads.find_or_create(fields), { leadId = 901, created = false, merged = false })
  t.equal(#state.created, 1)
end)

t.test("try gives the result and no error", function()
  lofty_with { ADA }
  local result, err = lofty.try(leads.find_or_create, { firstName = "A", emails = { "ada@example.com" } })
  t.equal({ result.leadId, err }, { 1, nil })
end)

