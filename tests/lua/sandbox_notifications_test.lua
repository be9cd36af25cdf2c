-- Messages to agents: what is refused, what fails in silence, and what was sent, which the box keeps.
local t = require "harness"
local json = require "native.json"
local box = require "sandbox_box"

local DANA, MARCUS = 844710023600001, 844710023600019
local ASHBY, GWEN, OCTAVIA = 651095960136641, 651095960137174, 651095960142540 -- of Dana, of Marcus, hidden
local EMAIL, SMS = "/v2.0/sales-agent/message/email/send-to-agent", "/v2.0/sales-agent/message/sms/send-to-agent"
local PUSH = "/v2.0/sales-agent/notification/app-push/send-task-reminder"
local OPPORTUNITY = "/v1.0/agent/send-notification"

local function sent(b)
  return b.box.store.notified
end

local function invalid(b, path, body)
  local status, number = b:refused("POST", path, nil, body)
  t.equal(status, 400, json.encode(body))
  t.equal(number, 20012, json.encode(body))
  t.equal(sent(b), {})
end

t.test("an e-mail to oneself", function()
  local b = box.new "demo"
  t.equal(type(b:ok("POST", EMAIL, nil, { subject = "New lead", content = "<p>Ring back.</p>" }).message), "string")
  t.equal(sent(b), { { channel = "email", userId = DANA, to = "dana.whitlock@example.com", subject = "New lead",
    content = "<p>Ring back.</p>", time = box.START } })
end)

t.test("a text to oneself, as often as it is sent", function()
  local b = box.new "empty"
  b:ok("POST", SMS, nil, { content = "Ring back." })
  b:wait(5)
  b:ok("POST", SMS, nil, { content = "Ring back." })
  t.equal(box.pluck(sent(b), "to"), { "+12075550101", "+12075550101" })
  t.equal(box.pluck(sent(b), "time"), { box.START, box.START + 5 })
end)

t.test("messages must say something", function()
  local b = box.new "demo"
  for _, body in ipairs { '{}', '{"content":" "}', '{"content":null}', '{"content":{}}' } do
    invalid(b, SMS, body)
    invalid(b, EMAIL, body)
  end
  invalid(b, EMAIL, { subject = "", content = "x" })
  invalid(b, EMAIL, { subject = "x", content = "" })
end)

t.test("a reminder goes to the agent of the task", function()
  local b = box.new "demo"
  local task = b:ok("GET", "/v2.0/tasks", { leadId = 651095960139385 }).tasks[1] -- Desmond Fairley, of Marcus
  t.equal(task.assignedUserId, MARCUS)
  b:ok("POST", PUSH, nil, { taskId = task.id, type = "TASK" })
  t.equal(sent(b), { { channel = "push", userId = MARCUS, taskId = task.id, leadId = task.leadId,
    content = "Introduce the new agent", time = box.START } })
  local appointment = b:ok("GET", "/v1.0/appts", { leadId = 651095960141063 })[1]
  b:ok("POST", PUSH, nil, { taskId = appointment.id, type = "APPOINTMENT" })
  t.equal(sent(b)[2].taskId, appointment.id)
end)

t.test("no reminder of what is not there or of another type", function()
  local b = box.new "demo"
  local task = b:ok("GET", "/v2.0/tasks", { leadId = ASHBY }).tasks[1]
  for _, body in ipairs { { taskId = 17, type = "TASK" }, { type = "TASK" }, { taskId = task.id },
    { taskId = task.id, type = "APPOINTMENT" }, { taskId = task.id, type = "task" },
    { taskId = 2100400000000942, type = "TASK" } } do
    invalid(b, PUSH, body)
  end
  b:ok("DELETE", "/v2.0/tasks/" .. task.id)
  invalid(b, PUSH, { taskId = task.id, type = "TASK" })
end)

t.test("an opportunity reaches the lead's agent, some kinds on three channels", function()
  local b = box.new "demo"
  t.equal(b:ok("POST", OPPORTUNITY, nil, { leadId = GWEN, notificationType = 10 }),
    { status = { code = 0, msg = "success" }, data = true })
  t.equal(sent(b), { { channel = "push", userId = MARCUS, leadId = GWEN, notificationType = 10, time = box.START } })
  for _, kind in ipairs { 11, 48, 138, 9, 52, 136, 27, 140, 89, 166 } do
    b = box.new "demo"
    t.equal(b:ok("POST", OPPORTUNITY, nil, { leadId = ASHBY, notificationType = kind }).data, true)
    t.equal(box.pluck(sent(b), "channel"), { "push", "sms", "email" }, kind)
  end
  for _, kind in ipairs { 10, 46, 47, 50, 65, 66, 137, 139, 141, 162, 164, 165, 167, 168 } do
    b = box.new "demo"
    b:ok("POST", OPPORTUNITY, nil, { leadId = ASHBY, notificationType = kind })
    t.equal(box.pluck(sent(b), "channel"), { "push" }, kind)
  end
end)

t.test("details go together, a message only with type 65", function()
  local b = box.new "demo"
  local body = { leadId = ASHBY, notificationType = 65, description = "12 Mill Road", link = "https://example.com/1",
    message = "Still free?" }
  b:ok("POST", OPPORTUNITY, nil, body)
  t.equal(sent(b)[1].details, { description = "12 Mill Road", link = "https://example.com/1" })
  t.equal(sent(b)[1].content, "Still free?")
  body.link, body.notificationType = nil, 66
  b:ok("POST", OPPORTUNITY, nil, body)
  t.equal(sent(b)[2].details, nil)
  t.equal(sent(b)[2].content, nil)
end)

t.test("what fails in silence", function()
  local b = box.new "demo"
  local unassigned = b:ok("POST", "/v1.0/leads", nil, { firstName = "Edda" }).leadId
  b.box.store.leads:find(unassigned).assignedUserId = 0
  b:ok("DELETE", "/v1.0/leads/" .. GWEN, { reason = "gone" })
  for _, body in ipairs { '{"leadId":0,"notificationType":10}', '{"leadId":5,"notificationType":10}',
    '{"notificationType":10}', '{"leadId":651095960136641}', '{"leadId":651095960136641,"notificationType":null}',
    { leadId = unassigned, notificationType = 10 }, { leadId = GWEN, notificationType = 10 } } do
    t.equal(b:ok("POST", OPPORTUNITY, nil, body).data, false, json.encode(body))
  end
  t.equal(sent(b), {})
  t.equal(b:ok("POST", OPPORTUNITY, nil, { leadId = OCTAVIA, notificationType = 10 }).data, true, "the team's lead")
end)

t.test("an opportunity Lofty does not know is its internal error", function()
  local b = box.new "demo"
  for _, kind in ipairs { 0, 12, 142, 169, -9 } do
    local status, number = b:refused("POST", OPPORTUNITY, nil, { leadId = ASHBY, notificationType = kind })
    t.equal(status, 500, kind)
    t.equal(number, 20005, kind)
  end
  t.equal(sent(b), {})
end)

