-- Notes, tags and stages.
local t = require "harness"
local json = require "native.json"
local box = require "sandbox_box"

local GREER = 651095960138541

t.test("a new note reads back as it was made", function()
  local b = box.new "demo"
  local id = b:ok("POST", "/v1.0/notes", nil, { leadId = GREER, content = "Hello", isPin = true }).noteId
  local note = b:ok("GET", "/v1.0/notes/" .. id).note
  t.equal(note.content, "Hello")
  t.equal(note.isPin, true)
  t.equal(note.createTime, "2026-02-25 06:13:20")
  t.ok(note.id ~= note.noteId)
end)

t.test("content is cut at 2000 characters", function()
  local b = box.new "demo"
  local id = b:ok("POST", "/v1.0/notes", nil, { leadId = GREER, content = ("ü"):rep(2001) }).noteId
  t.equal(utf8.len(b:ok("GET", "/v1.0/notes/" .. id).note.content), 2000)
end)

t.test("what a new note must have", function()
  local b = box.new "demo"
  for _, case in ipairs { { { content = "x" }, 20012 }, { { leadId = -1, content = "x" }, 20012 },
    { { leadId = GREER }, 20012 }, { { leadId = GREER, content = "\n " }, 20012 },
    { { leadId = GREER, content = "x", isPin = json.null }, 20012 }, { { leadId = 5, content = "x" }, 20006 },
    { { leadId = 651095960142540, content = "x" }, 20006 } } do
    local _, number = b:refused("POST", "/v1.0/notes", nil, case[1])
    t.equal(number, case[2], json.encode(case[1]))
  end
end)

t.test("a list leaves system notes out unless asked", function()
  local b = box.new "demo"
  local query = { leadId = 651095960140641 }
  t.equal(#b:ok("GET", "/v1.0/notes", query).notes, 1)
  query.includeSystemNote = "true"
  t.equal(#b:ok("GET", "/v1.0/notes", query).notes, 2)
  t.equal(b:ok("GET", "/v1.0/notes", { leadId = 651095960136752 }).notes, json.array {})
  local _, missing = b:refused("GET", "/v1.0/notes")
  t.equal(missing, 20012)
end)

t.test("updating and deleting answer nothing", function()
  local b = box.new "demo"
  local note = b:ok("GET", "/v1.0/notes", { leadId = GREER }).notes[1]
  local path = "/v1.0/notes/" .. note.noteId
  t.equal(b:ok("PUT", path, nil, { content = "New", isPin = true, leadId = GREER }), nil)
  t.equal(b:ok("GET", path).note.isPin, true)
  t.equal(b:ok("PUT", path, nil, { content = "New" }), nil)
  t.equal(b:ok("GET", path).note.isPin, false, "leaving isPin out unpins")
  local _, null = b:refused("PUT", path, nil, { content = "x", isPin = json.null })
  t.equal(null, 20012)
  local status, mismatch = b:refused("PUT", path, nil, { content = "x", isPin = false, leadId = 5 })
  t.equal(status, 400)
  t.equal(mismatch, require("sandbox.wire").rows().INVALID_UPDATE_OPERATION_LEADID.number)
  t.equal(b:ok("DELETE", path), nil)
  local _, gone = b:refused("DELETE", path)
  t.equal(gone, 20007)
end)

t.test("tags mix definitions and instances", function()
  local defined, applied = {}, 0
  for _, tag in ipairs(box.new("demo"):ok("GET", "/v1.0/teamFeatures/listTag")) do
    if tag.leadId == 0 then
      t.equal(defined[tag.tagId], nil)
      defined[tag.tagId] = tag.tagName
    else
      t.equal(defined[tag.tagId], tag.tagName)
      applied = applied + 1
    end
  end
  t.ok(next(defined) and applied > 0)
end)

t.test("stages come ten to a page", function()
  local b = box.new "empty"
  local path = "/v1.0/teamFeatures/lead-pipelines"
  local page = b:ok("GET", path)
  t.equal(#page.pipelines, 10)
  t.equal(page._metadata.total, 11)
  t.equal(#b:ok("GET", path, { currPage = 1 }).pipelines, 1)
  t.equal(box.pluck(b:ok("GET", path, { name = "contact" }).pipelines, "name"), { "Attempting Contact", "Contacted" })
  local _, number = b:refused("GET", path, { pageSize = 0 })
  t.equal(number, 20012)
end)

