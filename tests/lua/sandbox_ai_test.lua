-- The AI features: what is made while one waits, and what is made later.
local t = require "harness"
local json = require "native.json"
local box = require "sandbox_box"

local CLARA, BEAU, MALIK, HOLLIS = 651095960140018, 651095960140641, 651095960139807, 651095960138541
local AMARAL, OCTAVIA = 651095960141063, 651095960142540 -- Octavia is somebody else's
local ANALYSIS, SUMMARY = "/v2.0/ai/lead-analysis", "/v2.0/ai/call-summary"
local PENDING, PROCESSING, FINISHED, FAILED = 0, 1, 2, 3

local function invalid(b, method, path, query, body, what)
  local status, number = b:refused(method, path, query, body)
  t.equal(status, 400, what or path)
  t.equal(number, 20012, what or path)
end

local function analyze(b, ...)
  return b:ok("POST", ANALYSIS, nil, { leadIds = { ... } })
end

local function analyses(b, query)
  return b:ok("GET", ANALYSIS, query).data
end

t.test("an analysis waits, runs, and leaves the list", function()
  local b = box.new "demo"
  t.equal(analyses(b).list, json.array {})
  local made = analyze(b, CLARA, BEAU)
  t.equal(made.code, 0)
  t.equal(made.data.status, PENDING)
  t.equal(analyses(b).list, { made.data })
  t.equal(made.data.leadIds, { CLARA, BEAU })
  b:wait(2000)
  t.equal(analyses(b).list[1].status, PROCESSING)
  b:wait(6000)
  t.equal(analyses(b), { pageNum = 1, pageSize = 10, total = 0, list = json.array {} })
end)

t.test("analyses in pages counted from 1, latest first", function()
  local b = box.new "demo"
  local ids = {}
  for i = 1, 12 do ids[13 - i] = analyze(b, CLARA).data.taskId end
  t.equal(#analyses(b).list, 10)
  local paged = {}
  for page = 1, 4 do
    for _, item in ipairs(analyses(b, { pageNum = page, pageSize = 5 }).list) do paged[#paged + 1] = item.taskId end
  end
  t.equal(paged, ids)
  t.equal(analyses(b, { pageNum = 2, pageSize = 1 }).list[1].taskId, ids[2])
  invalid(b, "GET", ANALYSIS, { pageNum = 0 })
  invalid(b, "GET", ANALYSIS, { pageSize = 0 })
end)

for _, body in ipairs { "{}", '{"leadIds":[]}', '{"leadIds":null}', '{"leadIds":7}', '{"leadIds":["x"]}',
  '{"leadIds":[5]}', '{"leadIds":[651095960142540]}' } do
  t.test("no analysis of " .. body, function()
    local b = box.new "demo"
    invalid(b, "POST", ANALYSIS, nil, body)
    t.equal(analyses(b).total, 0)
  end)
end

-- The first recorded call of a lead, and one that was not recorded.
local function calls_of(b, lead)
  local recorded, unrecorded
  for _, call in ipairs(b:ok("GET", "/v1.0/calls", { leadId = lead }).calls) do
    if b:ok("GET", "/v1.0/call/url/" .. call.id).calls.url ~= "" then
      recorded = recorded or call
    else
      unrecorded = unrecorded or call
    end
  end
  return assert(recorded), assert(unrecorded)
end

local function summary(b, id)
  return b:ok("GET", SUMMARY, { callRecordId = id })
end

t.test("a summary comes after it was asked for", function()
  local b = box.new "demo"
  local call = calls_of(b, BEAU)
  local id = call.dialerCallRecordId
  t.equal(summary(b, id), { status = { code = 0, msg = "ok" } }, "nobody asked yet")
  t.equal(type(b:ok("POST", SUMMARY .. "/generate", nil, { callRecordId = id, leadId = BEAU }).message), "string")
  local first = summary(b, id).data
  t.equal(first, { id = first.id, recordingId = id, status = PENDING, userId = 844710023600001 })
  b:wait(2000)
  t.equal(summary(b, id).data.status, PROCESSING)
  b:wait(6000)
  local done = summary(b, id).data
  t.equal(done.status, FINISHED)
  t.equal(done.summary, "Wants to counter at 490.")
  t.equal(done.keywords[1], { content = "Beau", type = "leadName" })
  t.equal(summary(b, call.id).data, done, "the id of the call will do")
  b:ok("POST", SUMMARY .. "/generate", nil, { callRecordId = id, leadId = BEAU })
  t.equal(summary(b, id).data, done, "a finished one stays")
end)

t.test("the summary of a call that was not recorded fails, and can be tried again", function()
  local b = box.new "demo"
  local _, call = calls_of(b, BEAU)
  local body = { callRecordId = call.dialerCallRecordId, leadId = BEAU }
  b:ok("POST", SUMMARY .. "/generate", nil, body)
  b:wait(8000)
  t.equal(summary(b, call.dialerCallRecordId).data.status, FAILED)
  b:ok("POST", SUMMARY .. "/generate", nil, body)
  t.equal(summary(b, call.dialerCallRecordId).data.status, PENDING)
end)

t.test("the summary of a call without a note says how long it was", function()
  local b = box.new "demo"
  local call = b:ok("GET", "/v1.0/calls", { leadId = HOLLIS }).calls[1]
  b:ok("POST", SUMMARY .. "/generate", nil, { callRecordId = call.id, leadId = HOLLIS })
  b:wait(8000)
  t.equal(summary(b, call.id).data.summary, "Hollis and the agent spoke for 128 seconds.")
end)

t.test("a summary made long ago is there", function()
  local b = box.new "demo"
  t.equal(summary(b, calls_of(b, MALIK).dialerCallRecordId).data.summary, "Pre-approval is through.")
end)

t.test("summaries are of calls with one's own leads", function()
  local b = box.new "demo"
  local call = calls_of(b, BEAU)
  local id = call.dialerCallRecordId
  for _, body in ipairs { { leadId = BEAU }, { callRecordId = id }, { callRecordId = 5, leadId = BEAU },
    { callRecordId = id, leadId = CLARA }, { callRecordId = "x", leadId = BEAU } } do
    invalid(b, "POST", SUMMARY .. "/generate", nil, body, json.encode(body))
  end
  invalid(b, "GET", SUMMARY)
  invalid(b, "GET", SUMMARY, { callRecordId = 5 })
  local hidden
  for _, entry in ipairs(b.box.store.communications.by_lead[OCTAVIA]) do
    hidden = entry.dialer and entry.dialer.recordId or hidden
  end
  invalid(b, "GET", SUMMARY, { callRecordId = assert(hidden) })
end)

-- Either of the two operations that have a lower limit than the others.
for _, case in ipairs {
  { ANALYSIS, { leadIds = { CLARA } } }, { SUMMARY .. "/generate", { callRecordId = 5, leadId = 5 } },
} do
  t.test("twenty calls a minute of " .. case[1], function()
    local b = box.new "demo"
    for i = 1, 20 do
      t.ok(b:call("POST", case[1], nil, case[2]) ~= 429, i)
    end
    b:wait(39000)
    local status, reply, headers = b:call("POST", case[1], nil, case[2])
    t.equal(status, 429)
    t.equal(reply, { message = "Too Many Requests" })
    t.equal(headers["x-ratelimit-limit"], "20")
    t.equal(headers["x-ratelimit-remaining"], "0")
    t.equal(headers["x-ratelimit-reset"], "21000")
    b:ok("GET", ANALYSIS)
    b:wait(21000)
    t.ok(b:call("POST", case[1], nil, case[2]) ~= 429)
  end)
end

local function task_of(b, lead, path, list)
  local found = b:ok("GET", path, { leadId = lead })
  return (list and found[list] or found)[1].id
end

t.test("a script for a call about a task", function()
  local b = box.new "demo"
  local task = task_of(b, CLARA, "/v2.0/tasks", "tasks")
  local script = b:ok("POST", "/v2.0/ai/call-script", nil, { leadId = CLARA, taskId = task })
  t.matches(script.context, "Clara")
  t.equal(script.objectiveSuggestion[1], "Price opinion follow-up")
  t.ok(#script.keyTalkingPoints[1].value > 0)
  for _, body in ipairs { { leadId = CLARA }, { taskId = task }, { leadId = BEAU, taskId = task },
    { leadId = CLARA, taskId = 5 }, { leadId = OCTAVIA, taskId = 2100400000000942 } } do
    invalid(b, "POST", "/v2.0/ai/call-script", nil, body, json.encode(body))
    invalid(box.new "large:20", "POST", "/v2.0/ai/call-script", nil, body, json.encode(body))
  end
end)

t.test("insight before an appointment", function()
  local b = box.new "demo"
  local id = task_of(b, AMARAL, "/v1.0/appts")
  local reply = b:ok("POST", "/v2.0/ai/prepare-insight", nil, { leadId = AMARAL, appointmentId = id })
  t.equal(reply.code, 0)
  t.matches(reply.data.insights[1], "Listing presentation")
  local task = task_of(b, CLARA, "/v2.0/tasks", "tasks")
  for _, body in ipairs { { leadId = AMARAL }, { appointmentId = id }, { leadId = CLARA, appointmentId = id },
    { leadId = CLARA, appointmentId = task } } do
    invalid(b, "POST", "/v2.0/ai/prepare-insight", nil, body, json.encode(body))
  end
end)

