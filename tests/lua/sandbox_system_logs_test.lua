-- System logs: ids that are texts, times with an offset, pages without a total.
local t = require "harness"
local box = require "sandbox_box"

local LARKIN, TANAKA, MOSS, ASHBY = 651095960140641, 651095960136963, 651095960142540, 651095960136641
local PATH = "/v1.0/systemLogs"
local HOUR = 3600000

local function list(b, query)
  return b:ok("GET", PATH, query)
end

t.test("newest first, with ids beyond 2^53 as texts", function()
  local page = list(box.new "demo", { leadId = LARKIN })
  t.equal(#page.timeLines, 5)
  t.equal(page.hasMore, 0)
  for i, line in ipairs(page.timeLines) do
    t.equal(type(line.id), "string")
    t.ok(tonumber(line.id) > 1 << 53)
    t.matches(line.timelineTime, "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d%d%d%+00:00$")
    t.ok(i == 1 or page.timeLines[i - 1].timelineTime > line.timelineTime)
  end
end)

t.test("a stage change names both stages, and goes from one to the other", function()
  local b = box.new "demo"
  local line = list(b, { leadId = LARKIN }).timeLines[2]
  t.equal({ line.timelineType, line.timelineTypeDesc }, { 38, "TeamStageChange" })
  t.equal(line.content, { fromStageName = "Qualified", toStageName = "Hot" })
  t.equal({ line.fromType, line.fromId, line.toType, line.toId }, { 3, 100304, 3, 100305 })
  t.equal(line.agentId, 844710023600001)
  t.equal(line.timelineTime, "2026-02-24T02:13:20.000+00:00")
end)

t.test("what nobody did has agent 0", function()
  local line = list(box.new "demo", { leadId = TANAKA }).timeLines[1]
  t.equal({ line.timelineType, line.agentId, line.fromType, line.toType }, { 103, 0, 0, 2 })
  t.equal(line.content.taskType, "Email")
  t.equal({ line.toFirstName, line.toLastName }, { "Mei", "Tanaka" })
end)

t.test("pages by number, hasMore being 1 or 0", function()
  local b = box.new "demo"
  local all, paged = box.pluck(list(b, { leadId = LARKIN }).timeLines, "id"), {}
  for number = 0, 2 do
    local page = list(b, { leadId = LARKIN, pageSize = 2, pageNumber = number })
    t.equal(page.hasMore, number < 2 and 1 or 0)
    table.move(box.pluck(page.timeLines, "id"), 1, 2, #paged + 1, paged)
  end
  t.equal(paged, all)
  t.equal(list(b, { leadId = LARKIN, pageSize = #all }).hasMore, 0)
  t.equal(#list(b, { leadId = LARKIN, pageNumber = math.maxinteger, pageSize = 1000 }).timeLines, 0)
end)

t.test("bounds are milliseconds and included", function()
  local b = box.new "demo"
  local function count(from, to)
    return #list(b, { leadId = LARKIN, startTime = from, endTime = to }).timeLines
  end
  local change = box.START - 28 * HOUR
  t.equal(count(change, change), 1)
  t.equal(count(change + 1, -1), 1)
  t.equal(count(-1, change - 1), 3)
end)

t.test("a lead's new stage is noted, not what stays", function()
  local b = box.new "demo"
  local path = "/v1.0/leads/" .. ASHBY
  b:ok("PUT", path, nil, { stage = "New Lead", lastName = "Ashby-Cole" })
  t.equal(#list(b, { leadId = ASHBY }).timeLines, 1)
  b:wait(1)
  b:ok("PUT", path, nil, { stage = "Hot" })
  local line = list(b, { leadId = ASHBY }).timeLines[1]
  t.equal(line.content, { fromStageName = "New Lead", toStageName = "Hot" })
  t.equal(line.timelineTime, "2026-02-25T06:13:20.001+00:00")
end)

t.test("a note edited or deleted is noted, not a new one", function()
  local b = box.new "demo"
  local id = b:ok("POST", "/v1.0/notes", nil, { leadId = ASHBY, content = "Hello", isPin = false }).noteId
  t.equal(#list(b, { leadId = ASHBY }).timeLines, 1)
  b:ok("PUT", "/v1.0/notes/" .. id, nil, { content = "Hello again", isPin = false })
  b:ok("DELETE", "/v1.0/notes/" .. id)
  local lines = list(b, { leadId = ASHBY }).timeLines
  t.equal({ lines[1].timelineType, lines[2].timelineType }, { 18, 17 })
  t.equal({ lines[2].refId, lines[2].content.noteContent }, { id, "Hello again" })
end)

t.test("a lead that is not the caller's is 403", function()
  local b = box.new "demo"
  for _, lead in ipairs { 5, MOSS } do
    local status, number = b:refused("GET", PATH, { leadId = lead })
    t.equal({ status, number }, { 403, 20017 })
  end
end)

t.test("refusals", function()
  local b = box.new "demo"
  for _, query in ipairs { {}, { leadId = LARKIN, pageNumber = -1 }, { leadId = LARKIN, pageSize = 0 },
    { leadId = LARKIN, pageSize = 1001 }, { leadId = LARKIN, startTime = "yesterday" } } do
    local status, number = b:refused("GET", PATH, query)
    t.equal({ status, number }, { 400, 20012 })
  end
end)

