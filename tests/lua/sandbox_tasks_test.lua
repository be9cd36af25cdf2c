-- Tasks V2: what the Smart Plan holds, whose lead it is, times, paging of one's own.
local t = require "harness"
local json = require "native.json"
local box = require "sandbox_box"

local NORA = 651095960136641

local function number_of(name)
  return require("sandbox.wire").rows()[name].number
end

local function mine(b, query)
  return b:ok("GET", "/v2.0/tasks/my-tasks", query).tasks
end

-- The first of the caller's tasks whose content is this.
local function find(b, content)
  for _, task in ipairs(mine(b, { limit = 100 })) do
    if task.content == content then
      return task, "/v2.0/tasks/" .. task.id
    end
  end
  error("no such task: " .. content)
end

local function new_task(changes)
  local body = { type = "Call", content = "Ring", assignedRole = "Agent", leadId = NORA, endAt = "2026-03-01T15:00:00-08:00" }
  for name, value in pairs(changes or {}) do
    body[name] = value
  end
  return body
end

t.test("one's own tasks, newest start first, ten to a page", function()
  local b = box.new "demo"
  local tasks = mine(b)
  t.equal(#tasks, 10)
  for i = 2, #tasks do
    t.ok(tasks[i - 1].startAt >= tasks[i].startAt, i)
  end
  for _, task in ipairs(mine(b, { limit = 100 })) do
    t.equal(task.assignedUserId, 844710023600001)
  end
end)

t.test("the first page of one's own tasks meets the Smart Plan", function()
  local b = box.new "demo"
  local refused, finished = 0, 0
  for _, task in ipairs(mine(b)) do
    local status, reply = b:call("POST", "/v2.0/tasks/" .. task.id .. "/finish")
    if status == 200 then
      finished = finished + 1
    else
      t.equal(status, 400)
      t.equal(reply.code, number_of "TASK_IS_SMARTPLAN")
      t.matches(reply.message:lower(), "smart%W?plan")
      refused = refused + 1
    end
  end
  t.ok(refused >= 1 and finished >= 1)
end)

t.test("no reply gives a Smart Plan task away", function()
  local b = box.new "demo"
  local plan, plain = find(b, "Day 1: introduction"), find(b, "Welcome call")
  for name in pairs(plan) do
    t.ok(plain[name] ~= nil, name)
  end
end)

t.test("a Smart Plan task can be read but not changed", function()
  local b = box.new "demo"
  local _, path = find(b, "Day 1: introduction")
  for _, call in ipairs { { "POST", "/finish" }, { "POST", "/unfinish" }, { "PUT", "" }, { "DELETE", "" } } do
    local status, number = b:refused(call[1], path .. call[2], nil, { content = "x" })
    t.equal(status, 400, call[1] .. call[2])
    t.equal(number, number_of "TASK_IS_SMARTPLAN", call[1] .. call[2])
  end
  t.equal(b:ok("GET", path).task.finishFlag, false)
end)

t.test("paging by currentId sees every task once", function()
  local b = box.new "demo"
  local all, paged, current = box.pluck(mine(b, { limit = 100 }), "id"), {}, 0
  repeat
    local page = mine(b, { limit = 3, currentId = current })
    for _, task in ipairs(page) do
      paged[#paged + 1] = task.id
    end
    current = paged[#paged]
  until #page == 0
  t.equal(paged, all)
end)

t.test("a cursor on a task deleted meanwhile still works", function()
  local b = box.new "demo"
  local all = mine(b, { limit = 100 })
  local _, path = find(b, "Price opinion follow-up")
  local deleted
  for i, task in ipairs(all) do
    deleted = task.content == "Price opinion follow-up" and i or deleted
  end
  b:ok("DELETE", path)
  t.equal((b:refused("GET", path)), 404)
  t.equal(mine(b, { limit = 1, currentId = all[deleted].id })[1].id, all[deleted + 1].id)
end)

t.test("refusals of my-tasks", function()
  local b = box.new "demo"
  for _, case in ipairs { { { limit = 0 }, 20042 }, { { limit = 101 }, 20042 }, { { currentId = -1 }, 20012 },
    { { limit = "x" }, 20012 }, { { userId = 844710023600019 }, 20017 }, { { userId = 1 }, 20017 } } do
    local status, number = b:refused("GET", "/v2.0/tasks/my-tasks", case[1])
    t.equal(status, 400)
    t.equal(number, case[2], json.encode(case[1]))
  end
  t.equal(mine(b, { userId = 48213 }), mine(b, { userId = 844710023600001 }))
end)

t.test("overdue follows the clock and ends with finishing", function()
  local b = box.new "demo"
  local task, path = find(b, "Go over the counter-offer")
  t.equal(task.overdueFlag, false)
  b:wait(3 * 3600000)
  t.equal(b:ok("GET", path).task.overdueFlag, true)
  t.ok(type(b:ok("POST", path .. "/finish").message) == "string")
  local done = b:ok("GET", path).task
  t.equal(done.overdueFlag, false)
  t.equal(done.finishFlag, true)
  t.equal(done.finishTime, "2026-02-25T09:13:20GMT")
  b:ok("POST", path .. "/unfinish")
  t.equal(b:ok("GET", path).task.finishFlag, false)
end)

t.test("a task created is there at once, in GMT", function()
  local b = box.new "demo"
  local id = b:ok("POST", "/v2.0/tasks", nil, new_task()).taskId
  local task = b:ok("GET", "/v2.0/tasks/" .. id).task
  t.equal(task.endAt, "2026-03-01T23:00:00GMT")
  t.equal(task.leadName, "Nora Ashby")
  local ids = box.pluck(b:ok("GET", "/v2.0/tasks", { leadId = NORA }).tasks, "id")
  t.equal(ids[1], id)
end)

t.test("what a new task must have", function()
  local b = box.new "demo"
  for _, changes in ipairs {
    { type = "Meeting" }, { type = json.null }, { content = " " }, { content = json.null }, { assignedRole = "Lender" },
    { assignedRole = json.null }, { leadId = json.null }, { leadId = "x" }, { endAt = json.null },
    { endAt = "2026-03-01T15:00:00" }, { endAt = "2026-03-01" }, { endAt = "2026-02-30T15:00:00Z" },
    { endAt = 1772000000000 }, { startAt = "2026-03-02T15:00:00Z" }, { startAt = "2026-03-01T15:00:00" },
  } do
    local status, number = b:refused("POST", "/v2.0/tasks", nil, new_task(changes))
    t.equal(status, 400, json.encode(changes))
    t.equal(number, 20012, json.encode(changes))
  end
end)

-- Spellings of the same moment.
for _, spelling in ipairs { "2026-03-01T23:00:00Z", "2026-03-01T15:00:00-08:00", "2026-03-02T04:30:00.000+05:30",
  "2026-03-01T23:00+00:00" } do
  t.test("the moment " .. spelling, function()
    local b = box.new "demo"
    local id = b:ok("POST", "/v2.0/tasks", nil, new_task { endAt = spelling }).taskId
    t.equal(b:ok("GET", "/v2.0/tasks/" .. id).task.endAt, "2026-03-01T23:00:00GMT")
  end)
end

t.test("an update needs something to change", function()
  local b = box.new "demo"
  local _, path = find(b, "Welcome call")
  for _, body in ipairs { "{}", '{"content":null}', '{"timeZoneCode":"UTC"}', '{"finishFlag":true}' } do
    local status, number = b:refused("PUT", path, nil, body)
    t.equal(status, 400, body)
    t.equal(number, number_of "MISSING_PARAMETER", body)
  end
  local _, number = b:refused("PUT", path, nil, { content = "x", leadId = 9007199254740993 })
  t.equal(number, number_of "INVALID_UPDATE_OPERATION_LEADID")
  b:ok("PUT", path, nil, { content = "Call again", endAt = "2026-03-01T10:00:00Z" })
  local task = b:ok("GET", path).task
  t.equal(task.content, "Call again")
  t.equal(task.endAt, "2026-03-01T10:00:00GMT")
end)

t.test("an update cannot blank a task, nor end it before it starts", function()
  local b = box.new "demo"
  local _, path = find(b, "Showing at Cedar Lane")
  for _, body in ipairs { { content = " " }, { endAt = "2026-02-25T06:00:00Z" }, { startAt = "2026-03-09T06:00:00Z" } } do
    t.equal(select(2, b:refused("PUT", path, nil, body)), 20012, json.encode(body))
  end
  b:ok("PUT", path, nil, { endAt = "2026-02-28T06:00:00Z" })
  t.equal(b:ok("GET", path).task.startAt, "2026-02-26T06:13:00GMT", "the start of a span stays")
  local point, point_path = find(b, "Price opinion follow-up")
  t.equal(point.startAt, point.endAt)
  b:ok("PUT", point_path, nil, { endAt = "2026-02-25T06:00:00Z" })
  t.equal(b:ok("GET", point_path).task.startAt, "2026-02-25T06:00:00GMT", "without a span it comes along")
end)

t.test("a task on a lead one does not manage, there or not", function()
  local b = box.new "demo"
  for _, lead in ipairs { 651095960142540, 5 } do
    local status, number = b:refused("POST", "/v2.0/tasks", nil, new_task { leadId = lead })
    t.equal(status, 400)
    t.equal(number, 20017)
  end
end)

t.test("tasks that are not there are 404, leads likewise", function()
  local b = box.new "demo"
  for _, call in ipairs { { "GET", "" }, { "PUT", "" }, { "DELETE", "" }, { "POST", "/finish" }, { "POST", "/unfinish" } } do
    local status, number = b:refused(call[1], "/v2.0/tasks/17" .. call[2], nil, { content = "x" })
    t.equal(status, 404, call[1] .. call[2])
    t.equal(number, number_of "TASK_NOT_EXIST", call[1] .. call[2])
  end
  local status, number = b:refused("GET", "/v2.0/tasks", { leadId = 5 })
  t.equal(status, 404)
  t.equal(number, 20006)
  local _, missing = b:refused("GET", "/v2.0/tasks")
  t.equal(missing, 20012)
end)

t.test("a task on somebody else's private lead is refused", function()
  local b = box.new "demo"
  local path = "/v2.0/tasks/2100400000000942"
  local status, number = b:refused("GET", path)
  t.equal(status, 400)
  t.equal(number, 20017)
  local _, finish = b:refused("POST", path .. "/finish")
  t.equal(finish, 20006)
  local _, list = b:refused("GET", "/v2.0/tasks", { leadId = 651095960142540 })
  t.equal(list, 20017)
end)

