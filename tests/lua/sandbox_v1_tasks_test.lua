-- V1 tasks: the V2 tasks without appointments, in V1's own spelling of time; and the V1 list of appointments.
local t = require "harness"
local json = require "native.json"
local box = require "sandbox_box"

local CLARA, TANAKA, OCTAVIA = 651095960140018, 651095960136963, 651095960142540
local OCTAVIAS_TASK = "/v1.0/tasks/2100400000000942"
local DAY = 86400000

local function number_of(name)
  return require("sandbox.wire").rows()[name].number
end

local function new_task(changes)
  local body = { content = "Ring", leadId = CLARA, deadline = 1772460000000, type = "Call", assignedRole = "Agent" }
  for name, value in pairs(changes or {}) do body[name] = value end
  return body
end

local function list(b, lead)
  return b:ok("GET", "/v1.0/tasks", { leadId = lead or CLARA }).taskList
end

local function refused(b, method, path, body, status, name, what)
  local got, number = b:refused(method, path, nil, body)
  t.equal(got, status, what or name)
  t.equal(number, number_of(name), what or name)
end

t.test("a task made by V1 is a V2 task, and the other way round", function()
  local b = box.new "demo"
  local id = b:ok("POST", "/v1.0/tasks", nil, new_task()).taskId
  local task = b:ok("GET", "/v1.0/tasks/" .. id).task
  t.equal(task.deadline, "2026-03-02 14:00:00")
  t.equal(task.createTime, "2026-02-25 06:13:20")
  t.equal(task.finishTime, "")
  t.equal(task.leadName, "Clara Venning")
  t.equal(task.deleteFlag, false)
  t.equal(task.pipelineId, 100304)
  local twin = b:ok("GET", "/v2.0/tasks/" .. id).task
  t.equal(twin.endAt, "2026-03-02T14:00:00GMT")
  t.equal(twin.startAt, twin.endAt)
  t.equal(box.pluck(list(b), "content"), { "Ring", "Price opinion follow-up" })
  b:ok("POST", "/v2.0/tasks", nil, { type = "Text", content = "From V2", assignedRole = "Agent", leadId = CLARA,
    endAt = "2026-03-03T14:00:00Z" })
  t.equal(list(b)[1].content, "From V2")
  t.equal(twin.timeZoneCode, "America/New_York")
  t.equal(box.pluck(b:ok("GET", "/v2.0/tasks", { leadId = CLARA }).tasks, "content"),
    { "From V2", "Ring", "Price opinion follow-up" })
end)

t.test("V1 has no appointments", function()
  local b = box.new "demo"
  local amaral = 651095960141063
  t.equal(list(b, amaral), json.array {})
  local id = b:ok("GET", "/v1.0/appts", { leadId = amaral })[1].id
  for _, call in ipairs { { "GET" }, { "PUT", { content = "x" } }, { "PUT", { finishFlag = true } }, { "DELETE" } } do
    refused(b, call[1], "/v1.0/tasks/" .. id, call[2], 404, "TASK_NOT_EXIST")
  end
end)

for _, changes in ipairs {
  { content = json.null }, { content = " " }, { leadId = json.null }, { leadId = "x" }, { deadline = json.null },
  { deadline = 0 }, { deadline = "2026-03-02" }, { deadline = math.maxinteger }, { type = json.null },
  { type = "Appointment" }, { assignedRole = json.null }, { assignedRole = "Lender" },
} do
  t.test("no V1 task with " .. json.encode(changes), function()
    refused(box.new "demo", "POST", "/v1.0/tasks", new_task(changes), 400, "INVALID_PARAMETER")
  end)
end

t.test("a task on a lead one does not manage", function()
  local b = box.new "demo"
  refused(b, "POST", "/v1.0/tasks", new_task { leadId = OCTAVIA }, 400, "PERMISSION_DENIED")
  refused(b, "POST", "/v1.0/tasks", new_task { leadId = 5 }, 400, "PERMISSION_DENIED")
  refused(b, "GET", OCTAVIAS_TASK, nil, 400, "PERMISSION_DENIED")
  refused(b, "PUT", OCTAVIAS_TASK, { content = "x" }, 404, "LEAD_NOT_EXIST")
  refused(b, "DELETE", OCTAVIAS_TASK, nil, 404, "LEAD_NOT_EXIST")
  for _, case in ipairs { { OCTAVIA, 400, "PERMISSION_DENIED" }, { 5, 404, "LEAD_NOT_EXIST" } } do
    local status, number = b:refused("GET", "/v1.0/tasks", { leadId = case[1] })
    t.equal(status, case[2])
    t.equal(number, number_of(case[3]))
  end
  local _, missing = b:refused("GET", "/v1.0/tasks")
  t.equal(missing, 20012)
end)

t.test("a task on a lead with a first name alone", function()
  local b = box.new "empty"
  local lead = b:ok("POST", "/v1.0/leads", nil, { firstName = "Solo" }).leadId
  local id = b:ok("POST", "/v1.0/tasks", nil, new_task { leadId = lead }).taskId
  local task = b:ok("GET", "/v1.0/tasks/" .. id).task
  t.equal({ task.leadName, task.leadLastName, task.leadEmail, task.leadPhone }, { "Solo", "", "", "" })
end)

t.test("who a task falls to", function()
  local b = box.new "demo"
  local function assigned(role)
    local id = b:ok("POST", "/v1.0/tasks", nil, new_task { assignedRole = role }).taskId
    return b:ok("GET", "/v1.0/tasks/" .. id).task.assignedUser
  end
  t.equal(assigned "Assistant", "Dana Whitlock", "there is none")
  b:ok("POST", "/v1.0/leads/" .. CLARA .. "/assignment", nil, {
    { role = "Assistant", assignee = "tobias.renner@example.com" },
    { role = "Agent", assignee = "ines.vidal@example.com" },
  })
  t.equal(assigned "Assistant", "Tobias Renner")
  t.equal(assigned "Agent", "Ines Vidal")
  b.box.store.leads:find(CLARA).assignedUserId = 0
  t.equal(assigned "Agent", "Dana Whitlock")
end)

t.test("the tasks of a lead in the trash are out of reach", function()
  local b = box.new "demo"
  local path = "/v1.0/tasks/" .. list(b)[1].id
  b:ok("DELETE", "/v1.0/leads/" .. CLARA, { reason = "gone" })
  -- Reading a task documents no refusal about its lead but PERMISSION_DENIED.
  refused(b, "GET", path, nil, 404, "TASK_NOT_EXIST")
  refused(b, "DELETE", path, nil, 404, "LEAD_NOT_EXIST")
end)

t.test("tasks that are not there", function()
  local b = box.new "demo"
  for _, call in ipairs { { "GET" }, { "PUT", { content = "x" } }, { "DELETE" } } do
    refused(b, call[1], "/v1.0/tasks/17", call[2], 404, "TASK_NOT_EXIST")
  end
  refused(b, "GET", "/v1.0/tasks/seventeen", nil, 400, "INVALID_PARAMETER")
end)

t.test("an update changes what it has, and answers nothing", function()
  local b = box.new "demo"
  local id = b:ok("POST", "/v1.0/tasks", nil, new_task()).taskId
  local path = "/v1.0/tasks/" .. id
  local status, reply = b:call("PUT", path, nil, { content = "Ring again", deadline = 1772463600000, type = "Text" })
  t.equal(status, 200)
  t.equal(reply, nil)
  local task = b:ok("GET", path).task
  t.equal(task.content, "Ring again")
  t.equal(task.deadline, "2026-03-02 15:00:00")
  t.equal(task.type, "Text")
  t.equal(task.assignedRole, "Agent")
  b:ok("PUT", path, nil, { assignedRole = "Assistant", leadId = CLARA })
  t.equal(b:ok("GET", path).task.assignedRole, "Assistant")
end)

t.test("a deadline before a span takes the start along", function()
  local b = box.new "demo"
  local id = b:ok("POST", "/v2.0/tasks", nil, { type = "Text", content = "Span", assignedRole = "Agent", leadId = CLARA,
    startAt = "2026-03-03T12:00:00Z", endAt = "2026-03-03T14:00:00Z" }).taskId
  b:ok("PUT", "/v1.0/tasks/" .. id, nil, { deadline = 1772460000000 })
  local task = b:ok("GET", "/v2.0/tasks/" .. id).task
  t.equal(task.startAt, "2026-03-02T14:00:00GMT")
  t.equal(task.endAt, "2026-03-02T14:00:00GMT")
end)

t.test("an update needs something, of the right kind, for the right lead", function()
  local b = box.new "demo"
  local path = "/v1.0/tasks/" .. list(b)[1].id
  for _, body in ipairs { "{}", '{"content":null}', '{"timeZoneCode":"UTC"}' } do
    refused(b, "PUT", path, body, 400, "MISSING_PARAMETER", body)
  end
  for _, body in ipairs { { content = "" }, { deadline = -1 }, { type = "Meeting" }, { assignedRole = "x" },
    { finishFlag = "yes" } } do
    refused(b, "PUT", path, body, 400, "INVALID_PARAMETER", json.encode(body))
  end
  refused(b, "PUT", path, { content = "x", leadId = TANAKA }, 400, "INVALID_UPDATE_OPERATION_LEADID")
  t.equal(list(b)[1].content, "Price opinion follow-up")
end)

t.test("finishFlag finishes and ignores the rest; nothing in V1 opens again", function()
  local b = box.new "demo"
  local path = "/v1.0/tasks/" .. list(b)[1].id
  b:ok("PUT", path, nil, { finishFlag = true, content = "ignored", leadId = TANAKA })
  local task = b:ok("GET", path).task
  t.equal(task.finishFlag, true)
  t.equal(task.finishTime, "2026-02-25 06:13:20")
  t.equal(task.content, "Price opinion follow-up")
  b:ok("PUT", path, nil, { finishFlag = false })
  t.equal(b:ok("GET", path).task.finishFlag, true)
end)

t.test("a Smart Plan task is out of V1's reach", function()
  local b = box.new "demo"
  local task = list(b, TANAKA)[1]
  t.equal(task.content, "Day 3: market snapshot")
  local path = "/v1.0/tasks/" .. task.id
  refused(b, "PUT", path, { finishFlag = true }, 400, "TASK_IS_SMARTPLAN")
  refused(b, "PUT", path, { content = "x" }, 400, "TASK_IS_SMARTPLAN")
  refused(b, "DELETE", path, nil, 400, "TASK_IS_SMARTPLAN")
  t.equal(b:ok("GET", path).task, task)
end)

t.test("a task deleted is gone everywhere", function()
  local b = box.new "demo"
  local id = list(b)[1].id
  local status, reply = b:call("DELETE", "/v1.0/tasks/" .. id)
  t.equal(status, 200)
  t.equal(reply, nil)
  t.equal(list(b), json.array {})
  t.equal((b:refused("GET", "/v2.0/tasks/" .. id)), 404)
  refused(b, "DELETE", "/v1.0/tasks/" .. id, nil, 404, "TASK_NOT_EXIST")
end)

t.test("overdue follows the clock", function()
  local b = box.new "demo"
  t.equal(list(b)[1].overdueFlag, false)
  b:wait(10 * DAY)
  t.equal(list(b)[1].overdueFlag, true)
end)

t.test("V1 appointments, finished and overdue", function()
  local b = box.new "demo"
  local obi = b:ok("GET", "/v1.0/appts", { leadId = 651095960141696 })[1]
  t.equal(obi.finishFlag, true)
  t.equal(obi.finishTime, box.START - 699 * 3600000)
  t.equal(obi.overdue, false)
  t.equal(obi.deleteFlag, false)
  t.equal(obi.allDay, false)
  local id = b:ok("POST", "/v2.0/tasks", nil, { type = "Appointment", content = "Tour", assignedRole = "Agent",
    leadId = CLARA, endAt = "2026-03-02T15:00:00Z" }).taskId
  b:wait(30 * DAY)
  local late = b:ok("GET", "/v1.0/appts", { leadId = CLARA })[1]
  t.equal(late.overdue, true)
  t.equal(late.finishTime, nil)
  b:ok("DELETE", "/v2.0/tasks/" .. id)
  t.equal(b:ok("GET", "/v1.0/appts", { leadId = CLARA }), json.array {})
end)

t.test("V1 appointments need a lead of one's own", function()
  local b = box.new "demo"
  for _, case in ipairs { { { leadId = 5 }, 404, "LEAD_NOT_EXIST" }, { { leadId = OCTAVIA }, 400, "PERMISSION_DENIED" },
    { {}, 400, "INVALID_PARAMETER" } } do
    local status, number = b:refused("GET", "/v1.0/appts", case[1])
    t.equal(status, case[2], case[3])
    t.equal(number, number_of(case[3]), case[3])
  end
end)

