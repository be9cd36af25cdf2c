-- Helpers that read first or wait: notes.edit, pin and unpin, wait of leads, notes and manual logs.
local t = require "harness"
local clock = require "standing_clock"
local transport = require "transport"
local json = require "native.json"
local lofty = require "lofty"
local notes = lofty.notes

local LEAD_MISSING = { status = 404,
  json = { message = "BaseApplicationException:errorCode=20006,errorMsg=Lead not exist" } }
local MISSING = { status = 404, json = { code = 20007, message = "Resource not exist" } }

local function note(fields)
  local one = { id = 1, noteId = 5, leadId = 7, content = "Hello", isPin = false }
  for name, value in pairs(fields or {}) do one[name] = value end
  return { json = { note = one } }
end

local function script(replies)
  clock.reset()
  transport.reply(replies)
end

local function written() return assert(json.decode(transport.calls[2].body)) end

t.test("edit keeps the pin, or the content, and the lead", function()
  script { note { isPin = true }, {} }
  t.equal(notes.edit(5, { content = "New" }).content, "Hello", "it returns the note before")
  t.equal(transport.sent(), { "GET /v1.0/notes/5", "PUT /v1.0/notes/5" })
  t.equal(written(), { content = "New", isPin = true, leadId = 7 })
  script { note { isPin = true }, {} }
  notes.edit(5, { isPin = false })
  t.equal(written(), { content = "Hello", isPin = false, leadId = 7 })
  script { note(), {} }
  notes.edit(5, { content = "New", isPin = true })
  t.equal(written(), { content = "New", isPin = true, leadId = 7 })
end)

t.test("edit sends nothing where the note is so already", function()
  script { note() }
  t.equal(notes.edit(5, { content = "Hello", isPin = false }).noteId, 5)
  script { { json = { note = { noteId = 5, leadId = 7, content = "Hello" } } } }
  notes.edit(5, { isPin = false })
end)

t.test("the pin is as it was just before, not as the script saw it", function()
  local pinned, seen = false, nil
  script(function(request)
    if request.method == "PUT" then
      seen = assert(json.decode(request.body)).isPin
      return {}
    end
    return note { isPin = pinned }
  end)
  t.equal(notes.get(5).isPin, false)
  pinned = true -- by somebody else, after the script read it
  notes.edit(5, { content = "New" })
  t.equal(seen, true)
end)

t.test("pin and unpin say whether they changed anything", function()
  script { note(), {} }
  t.equal(notes.pin(5), true)
  t.equal(written(), { content = "Hello", isPin = true, leadId = 7 })
  script { note { isPin = true } }
  t.equal(notes.pin(5), false)
  script { note { isPin = true }, {} }
  t.equal(notes.unpin(5), true)
  t.equal(written().isPin, false)
  script { note() }
  t.equal(notes.unpin(5), false)
end)

t.test("a note that cannot be written back is left alone, and the script is not blamed", function()
  for _, content in ipairs { ("x"):rep(2001), "  ", lofty.null } do
    script { note { content = content } }
    local err = t.fails("INVALID_RESPONSE", notes.pin, 5)
    t.matches(err.message, "cannot be written back as it is: notes.update: content")
    t.equal({ err.operation, err.outcome, err.retryable, #transport.calls }, { "notes.pin", "not_sent", false, 1 })
  end
  script { note { content = ("x"):rep(2001) }, {} }
  notes.edit(5, { content = "New" })
  t.equal(written().content, "New")
end)

t.test("a note that is not there, and mistakes", function()
  script { MISSING }
  t.fails("RESOURCE_NOT_EXIST", notes.edit, 5, { content = "New" })
  script {}
  t.raises("helpers_notes_test.lua:%d+: notes.edit: content or isPin is required", function() notes.edit(5, {}) end)
  t.raises("notes.edit: content or isPin is required", function() notes.edit(5) end)
  t.raises("content must be at most 2000 characters long", function() notes.edit(5, { content = ("x"):rep(2001) }) end)
  t.raises("notes.edit: content must not be blank", function() notes.edit(5, { content = " " }) end)
  t.raises('notes.edit: unknown parameter "pin"; did you mean "isPin"', function() notes.edit(5, { pin = true }) end)
  t.raises("notes.edit: noteId must be an integer, got a table; pass its noteId", function()
    notes.edit({ noteId = 5 }, { isPin = true })
  end)
  t.raises("notes.pin: takes at most 1 argument, got 2", function() notes.pin(5, true) end)
end)

t.test("wait asks again, with growing pauses", function()
  script { MISSING, MISSING, MISSING, note() }
  t.equal(notes.wait(5).content, "Hello")
  t.equal(clock.slept, { 100, 200, 400 })
  script { { status = 404 }, { json = { lead = { leadId = 7 } } } }
  t.equal(lofty.leads.wait(7).leadId, 7, "a 404 that says nothing")
  script { LEAD_MISSING, { json = { lead = { leadId = 7 } } } }
  t.equal(lofty.leads.wait(7).leadId, 7)
  script { MISSING, { json = { logType = { id = 9, leadId = 7 } } } }
  t.equal(lofty.manual_logs.wait(9).leadId, 7)
  t.equal(transport.sent(), { "GET /v1.0/logType/9", "GET /v1.0/logType/9" })
end)

t.test("wait gives up with the last error, and says how often it asked", function()
  script(function() return LEAD_MISSING end)
  local err = t.fails("LEAD_NOT_EXIST", lofty.leads.wait, 7)
  t.equal(clock.total(), 30000)
  t.equal(err.attempts, #transport.calls)
  t.ok(#transport.calls < 20, "it does not ask in a hurry")
  script(function() return LEAD_MISSING end)
  t.fails("LEAD_NOT_EXIST", lofty.leads.wait, 7, { timeout = 1.5 })
  t.equal(clock.slept, { 100, 200, 400, 800 })
  script { LEAD_MISSING }
  t.fails("LEAD_NOT_EXIST", lofty.leads.wait, 7, { timeout = 0 })
end)

t.test("wait raises everything else at once", function()
  for _, case in ipairs {
    { { status = 403, json = { code = 200100, message = "Sorry, the vendor does not have permission." } }, 200100 },
    { { status = 404, body = "The requested API endpoint does not exist" }, "NOT_FOUND" },
    { { status = 400, json = { code = 20006, message = "Lead not exist" } }, "LEAD_NOT_EXIST" },
    { { failure = { "CONNECT_FAILED", "no route", false } }, "CONNECT_FAILED" },
    { { status = 200, body = "" }, "INVALID_RESPONSE" },
  } do
    script { case[1] }
    t.fails(case[2], lofty.leads.wait, 7)
    t.equal(clock.slept, {})
  end
end)

