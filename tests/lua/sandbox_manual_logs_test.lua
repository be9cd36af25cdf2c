-- Manual logs: what is cut, corrected and refused; paging both ways; reads just after a create.
local t = require "harness"
local json = require "native.json"
local box = require "sandbox_box"

local GREER, MOSS, ASHBY = 651095960138541, 651095960142540, 651095960136641
local PATH = "/v1.0/logType"

local function log(changes)
  local body = { leadId = ASHBY, logType = "logCall", leadPhoneNumber = "5550101", content = "Talked about schools" }
  for name, value in pairs(changes or {}) do
    body[name] = value
  end
  return body
end

local function create(b, changes)
  return b:ok("POST", PATH, nil, log(changes)).logType
end

local function list(b, query)
  query.leadId, query.logType = query.leadId or GREER, query.logType or "logCall"
  return b:ok("GET", PATH, query).logType
end

t.test("a log comes back as it was written", function()
  local b = box.new "demo"
  local entry = create(b, { callingOutcome = "VoiceMessage", outboundOrInbound = "inbound", isPin = true,
    emailSubject = "ignored" })
  t.equal(b:ok("GET", PATH .. "/" .. entry.id).logType, entry)
  t.equal(entry.createTime, "2026-02-25 06:13:20")
  t.equal(entry.agentId, 844710023600001)
  t.equal({ entry.callingOutcome, entry.outboundOrInbound, entry.isPin, entry.leadPhoneNumber },
    { "VoiceMessage", "inbound", true, "5550101" })
  t.equal(entry.emailSubject, nil)
  t.equal(list(b, { leadId = ASHBY }), { entry })
end)

t.test("channels are kept apart, each with its own members", function()
  local b = box.new "demo"
  local email = create(b, { logType = "logEmail", emailSubject = "Hi", toEmail = "n@example.com",
    fromEmail = "d@example.com" })
  local text = create(b, { logType = "logText" })
  t.equal({ email.emailSubject, email.toEmail, email.fromEmail }, { "Hi", "n@example.com", "d@example.com" })
  t.equal({ email.leadPhoneNumber, text.leadPhoneNumber, text.emailSubject }, {})
  t.equal(list(b, { leadId = ASHBY }), json.array {})
  t.equal(list(b, { leadId = ASHBY, logType = "logText" }), { text })
end)

t.test("silent corrections", function()
  local b = box.new "demo"
  t.equal(utf8.len(create(b, { content = ("é"):rep(5001) }).content), 5000)
  t.equal(create(b, { callingOutcome = "Shouted" }).callingOutcome, "Talked")
  local plain = create(b)
  t.equal({ plain.outboundOrInbound, plain.isPin, plain.callingOutcome }, { "outbound", false })
end)

t.test("what a new log must have", function()
  local b = box.new "demo"
  for _, case in ipairs { { { leadId = json.null }, 20012 }, { { content = " " }, 20012 },
    { { content = json.null }, 20012 }, { { logType = "logcall" }, 20012 }, { { logType = json.null }, 20012 },
    { { outboundOrInbound = "Outbound" }, 20012 }, { { leadPhoneNumber = json.null }, 20012 },
    { { leadPhoneNumber = ("1"):rep(21) }, 20043 }, { { callingOutcome = ("x"):rep(21) }, 20043 } } do
    local status, number = b:refused("POST", PATH, nil, log(case[1]))
    t.equal(status, 400, json.encode(case[1]))
    t.equal(number, case[2], json.encode(case[1]))
  end
  t.equal(#create(b, { leadPhoneNumber = ("1"):rep(20) }).leadPhoneNumber, 20)
end)

t.test("leads that are not there, trashed or somebody else's", function()
  local b = box.new "demo"
  local entry = create(b)
  b:ok("DELETE", "/v1.0/leads/" .. ASHBY, { reason = "test" })
  for _, lead in ipairs { 5, MOSS, ASHBY } do
    local status, number = b:refused("POST", PATH, nil, log { leadId = lead })
    t.equal({ status, number }, { 404, 20006 })
    status, number = b:refused("GET", PATH, { leadId = lead, logType = "logCall" })
    t.equal({ status, number }, { 404, 20006 })
  end
  local status, number = b:refused("DELETE", PATH .. "/" .. entry.id)
  t.equal({ status, number }, { 404, 20006 })
  status, number = b:refused("GET", PATH .. "/" .. entry.id)
  t.equal({ status, number }, { 404, 20007 })
end)

t.test("only manual logs are found here, each until it is deleted", function()
  local b = box.new "demo"
  local call = b:ok("GET", "/v1.0/communication/call", { leadId = GREER }).calls[1]
  for _, id in ipairs { 17, call.id } do
    for _, method in ipairs { "GET", "DELETE" } do
      local status, number = b:refused(method, PATH .. "/" .. id)
      t.equal({ status, number }, { 404, 20007 })
    end
  end
  local entry = create(b)
  t.equal(b:ok("DELETE", PATH .. "/" .. entry.id), nil)
  local status, number = b:refused("GET", PATH .. "/" .. entry.id)
  t.equal({ status, number }, { 404, 20007 })
  t.equal(list(b, { leadId = ASHBY }), json.array {})
end)

t.test("a log just created can be deleted before it can be read", function()
  local b = box.new "demo"
  b.box.store.lag = 2000
  local path = PATH .. "/" .. create(b).id
  local status, number = b:refused("GET", path)
  t.equal({ status, number }, { 404, 20007 })
  t.equal(list(b, { leadId = ASHBY }), json.array {})
  b:wait(2000)
  t.equal(b:ok("GET", path).logType.content, "Talked about schools")
  t.equal(#list(b, { leadId = ASHBY }), 1)
  t.equal(b:ok("DELETE", PATH .. "/" .. create(b).id), nil)
end)

t.test("a list by time or id, in either direction", function()
  local b = box.new "demo"
  local oldest = list(b, {})
  t.equal(#oldest, 3)
  for i = 2, #oldest do
    t.ok(oldest[i - 1].createTime < oldest[i].createTime and oldest[i - 1].id < oldest[i].id)
  end
  local newest = list(b, { order = "desc", sort = "id" })
  t.equal({ newest[1], newest[2], newest[3] }, { oldest[3], oldest[2], oldest[1] })
  for _, query in ipairs { { order = "up" }, { sort = "content" } } do
    query.leadId, query.logType = GREER, "logCall"
    local _, number = b:refused("GET", PATH, query)
    t.equal(number, 20012)
  end
end)

t.test("a log of an older call sorts by its time, but pages by its id", function()
  local b = box.new "demo"
  local ids = box.pluck(list(b, {}), "id")
  local store = b.box.store
  store.communications.by_id[ids[3]].time = 0
  t.equal(box.pluck(list(b, {}), "id"), { ids[3], ids[1], ids[2] })
  t.equal(box.pluck(list(b, { sort = "id" }), "id"), ids)
  t.equal(box.pluck(list(b, { currentId = ids[1] }), "id"), { ids[2], ids[3] })
end)

t.test("paging by currentId sees every log once, whatever offset and sort say", function()
  local b = box.new "demo"
  for _, order in ipairs { "asc", "desc" } do
    local all, paged, current = box.pluck(list(b, { order = order }), "id"), {}, 0
    for _ = 1, 9 do
      local page = list(b, { limit = 1, currentId = current, order = order, offset = current == 0 and 0 or 7 })
      paged[#paged + 1] = page[1] and page[1].id
      current = paged[#paged]
    end
    t.equal(paged, all, order)
  end
end)

t.test("a window outside its range is set right, one too far down refused", function()
  local b = box.new "demo"
  for _ = 1, 12 do
    create(b)
  end
  for _, limit in ipairs { 0, -5, 1001 } do
    t.equal(#list(b, { leadId = ASHBY, limit = limit }), 10, limit)
  end
  t.equal(#list(b, { leadId = ASHBY, limit = 1000, offset = -3 }), 12)
  t.equal(#list(b, { leadId = ASHBY, offset = 10 }), 2)
  t.equal(list(b, { offset = 19990 }), json.array {})
  for _, query in ipairs { { offset = 19991 }, { offset = 19001, limit = 1000 }, { offset = math.maxinteger } } do
    query.leadId, query.logType = GREER, "logCall"
    local status, number = b:refused("GET", PATH, query)
    t.equal({ status, number }, { 400, 200104 })
  end
  for _, query in ipairs { { leadId = GREER }, { logType = "logCall" }, { leadId = GREER, logType = "logcall" } } do
    local status, number = b:refused("GET", PATH, query)
    t.equal({ status, number }, { 400, 20012 })
  end
end)

