-- The calendar: the tasks and appointments of the V2 operations, under other ids, by time.
local t = require "harness"
local json = require "native.json"
local box = require "sandbox_box"

local CLARA, NORA = 651095960140018, 651095960136641
local GWEN, OCTAVIA = 651095960137174, 651095960142540 -- of Marcus; of somebody else, and hidden
local HOUR, DAY = 3600000, 86400000
local EVER = { startTimeMs = 1, pageSize = 500, includeFinished = true }

local function number_of(name)
  return require("sandbox.wire").rows()[name].number
end

local function new_event(changes)
  local body = {
    type = "TASK", content = "Ring", leadId = CLARA, taskWay = "Call", timeZoneCode = "America/New_York",
    startAt = "2026-03-02T09:00:00-05:00", endAt = "2026-03-02T10:00:00-05:00",
  }
  for name, value in pairs(changes or {}) do body[name] = value end
  return body
end

local function appointment(changes)
  local body = new_event(changes)
  body.type, body.taskWay = "APPOINTMENT", nil
  return body
end

local function create(b, body)
  return b:ok("POST", "/v2.0/calendar", nil, body).data
end

local function list(b, query)
  return b:ok("GET", "/v2.0/calendar", query or EVER).data
end

-- The entry whose content this is.
local function find(b, content)
  for _, item in ipairs(list(b).items) do
    if item.content == content then return item, "/v2.0/calendar/" .. item.id end
  end
  error("no such entry: " .. content)
end

local function v2(b, id)
  return b:ok("GET", "/v2.0/tasks/" .. id:match("^%d+")).task
end

t.test("a task made in the calendar is a V2 task", function()
  local b = box.new "demo"
  local made = create(b, new_event { type = "task", assignedRole = "Agent", address = "not for tasks" })
  t.matches(made.id, "^%d+%-task$")
  t.equal(made.type, "TASK")
  local task = v2(b, made.id)
  t.equal(task.type, "Call")
  t.equal(task.startAt, "2026-03-02T14:00:00GMT")
  t.equal(task.endAt, "2026-03-02T15:00:00GMT")
  t.equal(task.address, nil)
  local item = find(b, "Ring")
  t.equal(item.id, made.id)
  t.equal(item.taskId, task.id)
  t.equal(item.title, "Clara Venning Call")
  t.equal(item.startAt, "2026-03-02T14:00:00Z")
  t.equal(item.startAtMs, 1772460000000)
end)

t.test("an appointment made in the calendar is one everywhere", function()
  local b = box.new "demo"
  local made = create(b, appointment { address = "3 Mill Road" })
  t.matches(made.id, "^%d+%-appointment$")
  local task = v2(b, made.id)
  t.equal(task.type, "Appointment")
  t.equal(task.allDay, false)
  local listed = b:ok("GET", "/v1.0/appts", { leadId = CLARA })
  t.equal(box.pluck(listed, "id"), { task.id })
  t.equal(listed[1].address, "3 Mill Road")
  t.equal(listed[1].deadline, 1772460000000)
  t.equal(listed[1].endTime, 1772460000000 + HOUR)
  t.equal(listed[1].createTime, "2026-02-25T06:13:20Z")
  t.equal(b:ok("GET", "/v1.0/tasks", { leadId = CLARA }).taskList[1].content, "Price opinion follow-up")
end)

t.test("ways of doing a task", function()
  local b = box.new "demo"
  for way, kind in pairs { Call = "Call", Email = "Email", Text = "Text", Other = "Other", Meeting = "Other" } do
    t.equal(v2(b, create(b, new_event { taskWay = way }).id).type, kind)
  end
end)

t.test("bounds include the moments they name", function()
  local b = box.new "demo"
  local moment = create(b, new_event { content = "Moment", endAt = "2026-03-02T09:00:00-05:00" })
  t.equal(list(b, { startTimeMs = 1772460000000, endTimeMs = 1772460000000 }).items[1].id, moment.id)
  local last = create(b, new_event { endAt = json.null, endAtMs = 253402300799999 })
  t.equal(v2(b, last.id).endAt, "9999-12-31T23:59:59GMT")
end)

t.test("an appointment made by V2 is in the calendar", function()
  local b = box.new "demo"
  local id = b:ok("POST", "/v2.0/tasks", nil, { type = "Appointment", content = "Tour", assignedRole = "Agent",
    leadId = NORA, endAt = "2026-03-02T15:00:00Z" }).taskId
  t.equal(find(b, "Tour").id, id .. "-appointment")
end)

t.test("midnight to midnight by its own offset is the whole day", function()
  local b = box.new "demo"
  for _, case in ipairs {
    { "2026-03-02T00:00:00-05:00", "2026-03-03T00:00:00-05:00", true },
    { "2026-03-02T00:00Z", "2026-03-03T00:00:00.000+09:00", true },
    { "2026-03-02T05:00:00Z", "2026-03-03T05:00:00Z", false },
    { "2026-03-02T00:00:00-05:00", "2026-03-03T00:00:01-05:00", false },
  } do
    local made = create(b, appointment { startAt = case[1], endAt = case[2] })
    t.equal(v2(b, made.id).allDay, case[3], case[1])
  end
  local day = create(b, appointment { startAt = "2026-03-02T00:00:00Z", endAt = "2026-03-03T00:00:00Z" })
  t.equal(b:ok("GET", "/v1.0/appts", { leadId = CLARA })[1].allDay, false)
  t.equal(v2(b, day.id).allDay, true)
  b:ok("PUT", "/v2.0/calendar/" .. day.id, nil, { content = "Moving" })
  t.equal(v2(b, day.id).allDay, true)
  b:ok("PUT", "/v2.0/calendar/" .. day.id, nil, { startAt = "2026-03-02T08:00:00Z" })
  t.equal(v2(b, day.id).allDay, false)
  local task = create(b, new_event { startAt = "2026-03-02T00:00:00Z", endAt = "2026-03-03T00:00:00Z" })
  t.equal(v2(b, task.id).allDay, false, "a task never is")
end)

t.test("the text beats the milliseconds", function()
  local b = box.new "demo"
  local made = create(b, new_event { startAtMs = box.START + DAY, endAtMs = box.START + 2 * DAY })
  t.equal(v2(b, made.id).startAt, "2026-03-02T14:00:00GMT")
  made = create(b, new_event { startAt = json.null, endAt = json.null, startAtMs = box.START + DAY,
    endAtMs = box.START + 2 * DAY })
  t.equal(v2(b, made.id).startAt, "2026-02-26T06:13:20GMT")
end)

for _, case in ipairs {
  { type = "MEETING" }, { type = json.null }, { content = " " }, { content = json.null }, { leadId = json.null },
  { leadId = "x" }, { timeZoneCode = json.null }, { timeZoneCode = "Eastern time" }, { taskWay = json.null },
  { taskWay = "call" }, { assignedRole = "ASSIGNED" }, { startAt = json.null }, { endAt = json.null },
  { startAt = "2026-03-02T09:00:00" }, { startAt = "2026-02-25T06:13:20Z" }, { startAt = "2026-03-03T09:00:00Z" },
  { startAt = json.null, startAtMs = -5 }, { endAt = json.null, endAtMs = math.maxinteger },
} do
  t.test("a calendar entry cannot be made with " .. json.encode(case), function()
    local status, number = box.new("demo"):refused("POST", "/v2.0/calendar", nil, new_event(case))
    t.equal(status, 400)
    t.equal(number, 20012)
  end)
end

t.test("a lead one does not manage is PERMISSION_DENIED, there or not", function()
  local b = box.new "demo"
  for _, lead in ipairs { OCTAVIA, 5 } do
    local status, number = b:refused("POST", "/v2.0/calendar", nil, new_event { leadId = lead })
    t.equal(status, 400)
    t.equal(number, 20017)
  end
  local path = "/v2.0/calendar/2100400000000942-task" -- on Octavia
  for _, call in ipairs { { "PUT", "" }, { "DELETE", "" }, { "POST", "/finish" }, { "POST", "/unfinish" } } do
    local status, number = b:refused(call[1], path .. call[2], nil, { content = "x" })
    t.equal(status, 400, call[1] .. call[2])
    t.equal(number, 20017, call[1] .. call[2])
  end
end)

t.test("ids that name nothing are INVALID_PARAMETER, not 404", function()
  local b = box.new "demo"
  local id = find(b, "Price opinion follow-up").id
  for _, wrong in ipairs { "17-task", "17-appointment", "x", id:match("%d+"), (id:gsub("task", "appointment")),
    id .. "s", (id:gsub("task", "TASK")) } do
    for _, call in ipairs { { "PUT", "" }, { "DELETE", "" }, { "POST", "/finish" }, { "POST", "/unfinish" } } do
      local status, number = b:refused(call[1], "/v2.0/calendar/" .. wrong .. call[2], nil, { content = "x" })
      t.equal(status, 400, wrong)
      t.equal(number, 20012, wrong)
    end
  end
end)

t.test("finish, unfinish and delete are those of the task", function()
  local b = box.new "demo"
  local item, path = find(b, "Price opinion follow-up")
  t.ok(type(b:ok("POST", path .. "/finish").message) == "string")
  t.equal(v2(b, item.id).finishFlag, true)
  t.equal(find(b, "Price opinion follow-up").finished, true)
  b:ok("POST", path .. "/unfinish")
  t.equal(v2(b, item.id).finishFlag, false)
  b:ok("DELETE", path)
  t.equal((b:refused("GET", "/v2.0/tasks/" .. item.taskId)), 404)
  local _, number = b:refused("POST", path .. "/finish")
  t.equal(number, 20012)
end)

t.test("the calendar is no way around a Smart Plan", function()
  local b = box.new "demo"
  local _, path = find(b, "Day 1: introduction")
  for _, call in ipairs { { "PUT", "" }, { "DELETE", "" }, { "POST", "/finish" }, { "POST", "/unfinish" } } do
    local status, number = b:refused(call[1], path .. call[2], nil, { content = "x" })
    t.equal(status, 400, call[1] .. call[2])
    t.equal(number, number_of "TASK_IS_SMARTPLAN", call[1] .. call[2])
  end
end)

t.test("an update applies what is not empty", function()
  local b = box.new "demo"
  local item, path = find(b, "Listing presentation")
  b:ok("PUT", path, nil, { content = "", address = "", timeZoneCode = "", startAt = "" })
  t.equal(find(b, "Listing presentation"), item)
  b:ok("PUT", path, nil, { content = "Moved", address = "1 New Street", timeZoneCode = "America/Chicago",
    startAt = "2026-03-05T10:00:00Z", endAtMs = 1772712000000, leadId = CLARA })
  local moved = find(b, "Moved")
  t.equal(moved.startAt, "2026-03-05T10:00:00Z")
  t.equal(moved.endAt, "2026-03-05T12:00:00Z")
  t.equal(moved.timeZoneCode, "America/Chicago")
  t.equal(moved.leadId, CLARA)
  t.equal(v2(b, item.id).address, "1 New Street")
end)

t.test("an update is refused what is wrong", function()
  local b = box.new "demo"
  local _, path = find(b, "Listing presentation")
  for _, case in ipairs {
    { { startAt = "2026-02-25T06:00:00Z" }, 20012 }, { { endAt = "2026-02-25T06:00:00Z" }, 20012 },
    { { startAt = "2026-03-09T06:00:00" }, 20012 }, { { startAt = "2026-05-09T06:00:00Z" }, 20012 },
    { { leadId = OCTAVIA }, 20017 },
  } do
    local status, number = b:refused("PUT", path, nil, case[1])
    t.equal(status, 400, json.encode(case[1]))
    t.equal(number, case[2], json.encode(case[1]))
  end
  local _, point = find(b, "Price opinion follow-up")
  t.equal(select(2, b:refused("PUT", point, nil, { endAt = "2026-02-25T06:00:00Z" })), 20012)
end)

t.test("a list needs a bound, and takes either form of it", function()
  local b = box.new "demo"
  for _, query in ipairs { {}, { leadId = CLARA }, { startTime = "2026-03-01" }, { startTimeMs = "x" },
    { startTime = "2026-03-02T00:00:00Z", endTime = "2026-03-01T00:00:00Z" }, { startTimeMs = 1, page = -1 },
    { startTimeMs = 1, pageSize = 0 }, { startTimeMs = 1, pageSize = 501 }, { startTimeMs = 1, leadId = "x" },
    { startTimeMs = 1, includeFinished = "maybe" } } do
    local status, number = b:refused("GET", "/v2.0/calendar", query)
    t.equal(status, 400, json.encode(query))
    t.equal(number, 20012, json.encode(query))
  end
  local from_text = list(b, { startTime = "2026-02-25T06:13:20Z", endTime = "2026-02-27T06:00:00Z" })
  t.equal(from_text, list(b, { startTimeMs = box.START, endTimeMs = 1772172000000 }))
  t.equal(box.pluck(from_text.items, "content"), { "Price opinion follow-up", "Showing at Cedar Lane",
    "Send the two new listings", "Day 2: reminder of the open house", "Go over the counter-offer" })
end)

t.test("pages cover the list, finished ones on request", function()
  local b = box.new "demo"
  local all, open = list(b), list(b, { startTimeMs = 1, pageSize = 500 })
  t.ok(open.total < all.total)
  for _, item in ipairs(open.items) do t.equal(item.finished, false) end
  local ids, page = {}, 0
  repeat
    local data = list(b, { startTimeMs = 1, pageSize = 3, page = page, includeFinished = true })
    t.equal(data.total, all.total)
    t.equal(data.page, page)
    t.equal(data.pageSize, 3)
    for _, item in ipairs(data.items) do ids[#ids + 1] = item.id end
    t.equal(box.pluck(list(b, { startTimeMs = 1, pageSize = 1, page = page, includeFinished = true }).items, "id")[1],
      all.items[page + 1] and all.items[page + 1].id)
    page = page + 1
  until #data.items == 0
  t.equal(ids, box.pluck(all.items, "id"))
end)

t.test("whose entries are listed", function()
  local b = box.new "demo"
  create(b, new_event { leadId = GWEN, content = "For Marcus" })
  local listed = {}
  for _, item in ipairs(list(b).items) do listed[item.content] = true end
  t.equal(listed["For Marcus"], true, "made by the caller")
  t.equal(listed["Welcome call"], true)
  t.equal(listed["Introduce the new agent"], nil, "of Marcus alone")
  t.equal(listed["Private follow-up"], nil)
end)

t.test("order and filters of the list", function()
  local b = box.new "demo"
  local down = box.pluck(list(b).items, "startAtMs")
  local rising = list(b, { startTimeMs = 1, pageSize = 500, includeFinished = true, desc = false })
  local up = box.pluck(rising.items, "startAtMs")
  for i = 1, #down do
    t.equal(up[i], down[#down + 1 - i])
    t.ok(i == 1 or down[i - 1] >= down[i])
  end
  for _, item in ipairs(list(b, { startTimeMs = 1, sourceType = "2" }).items) do t.equal(item.type, "APPOINTMENT") end
  t.equal(list(b, { startTimeMs = 1, sourceType = "1,2" }).total, list(b, { startTimeMs = 1 }).total)
  t.equal(box.pluck(list(b, { startTimeMs = 1, leadId = CLARA }).items, "content"), { "Price opinion follow-up" })
  t.equal(list(b, { startTimeMs = 1, leadId = OCTAVIA }).total, 0)
  local long = create(b, new_event { startAt = json.null, endAt = json.null, startAtMs = box.START + 1,
    endAtMs = box.START + 400 * DAY })
  t.equal(list(b, { startTimeMs = 1, sort = "endTime" }).items[1].id, long.id)
  t.ok(list(b, { startTimeMs = 1 }).items[1].id ~= long.id)
  t.equal(list(box.new "empty").items, json.array {})
end)

