-- The gap after a create: what was just made can be written to, found and listed, but not yet read by its id.
local t = require "harness"
local box = require "sandbox_box"

local GREER = 651095960138541
local LAG = 150

t.test("a new lead cannot be read until it has settled", function()
  local b = box.new("empty", LAG)
  local id = b:ok("POST", "/v1.0/leads", nil, { firstName = "Ada", emails = { "ada@example.com" } }).leadId
  t.equal(math.type(id), "integer")
  b:ok("PUT", "/v1.0/leads/" .. id, nil, { stage = "Hot" })
  for _ = 1, 3 do
    local status, number = b:refused("GET", "/v1.0/leads/" .. id)
    t.equal({ status, number }, { 404, 20006 })
    b:wait(49)
  end
  t.equal(b:ok("GET", "/v1.0/leads", { email = "ada@example.com" }).leads[1].stage, "Hot", "a search finds it at once")
  t.equal((b:ok("GET", "/v1.0/leads")._metadata.total), 1)
  b:wait(3)
  t.equal(b:ok("GET", "/v1.0/leads/" .. id).lead.stage, "Hot")
end)

t.test("the id of a merging create stays dead", function()
  local b = box.new("demo", LAG)
  local id = b:ok("POST", "/v1.0/leads", nil, { firstName = "N", emails = { "nora.ashby@example.com" } }).leadId
  b:wait(3600000)
  t.equal((b:refused("GET", "/v1.0/leads/" .. id)), 404)
end)

t.test("a new note cannot be read until it has settled", function()
  local b = box.new("demo", LAG)
  local before = #b:ok("GET", "/v1.0/notes", { leadId = GREER }).notes
  local id = b:ok("POST", "/v1.0/notes", nil, { leadId = GREER, content = "Hello", isPin = true }).noteId
  local status, number = b:refused("GET", "/v1.0/notes/" .. id)
  t.equal({ status, number }, { 404, 20007 })
  b:ok("PUT", "/v1.0/notes/" .. id, nil, { content = "Changed", isPin = true })
  t.equal(#b:ok("GET", "/v1.0/notes", { leadId = GREER }).notes, before + 1)
  b:wait(LAG)
  t.equal(b:ok("GET", "/v1.0/notes/" .. id).note.content, "Changed")
end)

t.test("what a seed brings is old enough to be read", function()
  for _, seed in ipairs { "demo", "large:50" } do
    local b = box.new(seed, LAG)
    local leads = b:ok("GET", "/v1.0/leads", { limit = 100 }).leads
    t.ok(#leads >= 30)
    for _, lead in ipairs(leads) do
      b:ok("GET", "/v1.0/leads/" .. lead.leadId)
      for _, note in ipairs(b:ok("GET", "/v1.0/notes", { leadId = lead.leadId }).notes) do
        b:ok("GET", "/v1.0/notes/" .. note.noteId)
      end
    end
  end
end)

t.test("there is a gap unless somebody says otherwise", function()
  local time = box.START
  local made = assert(require("sandbox").new { seed = "empty", now = function() return time end })
  t.equal(made.store.lag, LAG)
end)

