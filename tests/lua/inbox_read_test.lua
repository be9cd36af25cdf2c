-- What becomes of the bodies of webhooks (lofty.inbox.read): events of all twelve lists, keys, and what is kept whole.
local t = require "harness"
local json = require "native.json"
local lists = require "lofty.inbox.lists"
local read = require("lofty.inbox.read").read

--- The events as tables.
local function events_of(text)
  local flat, list_id, team_id = read(text)
  if not flat then return nil, list_id end
  local events = { list_id = list_id, team_id = team_id }
  for i = 1, #flat, 8 do
    events[#events + 1] = { name = flat[i], array = flat[i + 1], position = flat[i + 2], thing = flat[i + 3],
      lead = flat[i + 4], time = flat[i + 5], key = flat[i + 6], raw = flat[i + 7] }
  end
  return events
end

local function one(text)
  local events, why = events_of(text)
  t.equal(why, nil)
  t.equal(#events, 1)
  return events[1]
end

t.test("the body that was captured", function()
  local events = events_of [[{"listId":2,"teamId":77,
    "updatedLead":[{"leadId":651095960136641,"updateTime":1763880000123},{"leadId":8,"updateTime":1763880000124}]}]]
  t.equal(#events, 2)
  t.equal(events.list_id, 2)
  t.equal(events.team_id, 77)
  t.equal(events[1].name, "lead.updated")
  t.equal(events[1].array, "updatedLead")
  t.equal(events[1].thing, "651095960136641")
  t.equal(events[1].lead, 651095960136641)
  t.equal(events[1].time, 1763880000123)
  t.equal(json.decode(events[1].raw).leadId, 651095960136641)
  t.equal(events[2].position, 2)
  t.equal(events[2].lead, 8)
end)

-- FACTS: documented are createdCall, createdEmail, createdText with timelineId; the rest follow the pattern.
local NAMES = {
  { 1, "updatedAgent", '{"agentId":5,"updateTime":1}', "agent.updated", "5" },
  { 1, "createdAgent", '{"agentId":5,"updateTime":1}', "agent.created", "5" },
  { 2, "newLead", '{"leadId":5,"updateTime":1}', "lead.created", "5" },
  { 2, "createdLead", '{"leadId":5,"updateTime":1}', "lead.created", "5" },
  { 2, "deletedLead", '{"leadId":5,"updateTime":1}', "lead.deleted", "5" },
  { 2, "mergedLead", '{"leadId":5,"updateTime":1}', "lead.merged", "5" },
  { 3, "leadActivity", '{"leadId":5,"updateTime":1}', "activity.created", false },
  { 4, "listingAlert", '{"leadId":5,"updateTime":1}', "alert.updated", false },
  { 5, "createdTransaction", '{"transactionId":9,"leadId":5,"updateTime":1}', "transaction.created", "9" },
  { 6, "createdCall", '{"timelineId":91,"callId":4,"leadId":5}', "call.created", "91" },
  { 7, "createdEmail", '{"timelineId":92,"emailId":4,"leadId":5}', "email.created", "92" },
  { 8, "createdText", '{"timelineId":93,"textId":4,"leadId":5}', "text.created", "93" },
  { 9, "deletedNote", '{"noteId":6,"leadId":5,"updateTime":1}', "note.deleted", "6" },
  { 10, "finishedTask", '{"taskId":6,"leadId":5,"updateTime":1}', "task.finished", "6" },
  { 11, "finishedAppointment", '{"appointmentId":6,"leadId":5}', "appointment.finished", "6" },
  { 12, "pipelineChange", '{"leadId":5,"updateTime":1}', "pipeline.updated", false },
  { 12, "updatedPipeline", '{"leadId":5,"updateTime":1}', "pipeline.updated", false },
}

t.test("a name for each array of each list", function()
  local seen = {}
  for _, row in ipairs(NAMES) do
    local event = one(('{"listId":%d,"teamId":1,"%s":[%s]}'):format(row[1], row[2], row[3]))
    t.equal(event.name, row[4])
    t.equal(event.thing, row[5])
    if row[1] ~= 1 then t.equal(event.lead, 5) end
    seen[row[1]] = true
  end
  for id = 1, 12 do t.equal(seen[id] and lists[id] ~= nil, true) end
end)

t.test("several arrays in one body", function()
  local events = events_of '{"listId":2,"teamId":1,"updatedLead":[{"leadId":1}],"deletedLead":[{"leadId":2},{"leadId":3}]}'
  t.equal(#events, 3)
  t.equal(events[1].name, "lead.deleted")
  t.equal(events[3].name, "lead.updated")
  t.equal(#events_of '{"listId":2,"updatedLead":[],"newLead":[{"leadId":2}]}', 1)
end)

local function key(list, array, entry)
  return one(('{"listId":%d,"teamId":1,"%s":[%s]}'):format(list, array, entry)).key
end

t.test("the key tells events apart, and only those", function()
  local base = key(2, "updatedLead", '{"leadId":5,"updateTime":100}')
  t.equal(key(2, "updatedLead", '{"updateTime":100,"leadId":5}'), base)
  for _, other in ipairs {
    key(2, "updatedLead", '{"leadId":5,"updateTime":101}'), key(2, "updatedLead", '{"leadId":51,"updateTime":100}'),
    key(2, "deletedLead", '{"leadId":5,"updateTime":100}'), key(3, "updatedLead", '{"leadId":5,"updateTime":100}') } do
    t.equal(other ~= base, true)
  end
  t.equal(one('{"listId":2,"teamId":2,"updatedLead":[{"leadId":5,"updateTime":100}]}').key ~= base, true)
end)

t.test("without a time only what happens once has a key", function()
  t.equal(key(2, "updatedLead", '{"leadId":5}'), false)
  t.equal(key(10, "finishedTask", '{"taskId":5}'), false)
  t.equal(key(6, "createdCall", '{"timelineId":5}') ~= false, true)
  t.equal(key(2, "deletedLead", '{"leadId":5}') ~= false, true)
  t.equal(key(3, "leadActivity", '{"leadId":5}'), false)
end)

t.test("what has no id of its own is told by all its members", function()
  local base = key(3, "leadActivity", '{"leadId":5,"updateTime":100}')
  t.equal(type(base), "string")
  t.equal(key(3, "leadActivity", '{"leadId":5,"updateTime":100,"type":"SiteBrowse"}') ~= base, true)
  t.equal(key(3, "leadActivity", '{"leadId":5,"updateTime":100,"more":{"a":1}}'), false)
end)

t.test("two arrays of one name are told from one, however they are written", function()
  for _, name in ipairs { "updatedLead", "updated\\u004cead", "\\u0075pdatedLead" } do
    local text = ('{"listId":2,"updatedLead":[{"leadId":5}],"%s":[{"leadId":6}]}'):format(name)
    t.equal(read(text), nil)
  end
  local events = read '{"listId":2,"updatedLead":[{"leadId":5,"text":"a \\u00e9: b"}]}'
  t.equal(#events, 8)
end)

t.test("ids and times that are odd", function()
  local event = one '{"listId":2,"updatedLead":[{"leadId":"5","updateTime":"2026-05-12T10:00:00GMT"}]}'
  t.equal(event.lead, 5)
  t.equal(event.time, 1778580000000)
  t.equal(event.key:find("2026-05-12T10:00:00GMT", 1, true) ~= nil, true)
  event = one '{"listId":9,"updatedNote":[{"noteId":5,"updateTime":"2026-05-12 10:00:00"}]}'
  t.equal(event.time, 1778580000000)
  t.equal(event.key ~= false, true)
  t.equal(one('{"listId":2,"updatedLead":[{"leadId":5,"updateTime":"2026-05-12T10:00:00"}]}').time, false)
  t.equal(one('{"listId":2,"updatedLead":[{"leadId":5,"updateTime":1763880000}]}').time, 1763880000000)
  event = one '{"listId":2,"updatedLead":[{"leadId":5.5,"updateTime":1}]}'
  t.equal(event.lead, false)
  t.equal(event.thing, false)
  event = one '{"listId":10,"updatedTask":[{"taskId":"a\\u0000b","leadId":null,"updateTime":1}]}'
  t.equal(event.thing, false)
  t.equal(event.key, false)
  t.equal(one('{"listId":10,"updatedTask":[{"taskId":"123-task","updateTime":1}]}').thing, "123-task")
end)

t.test("an entry keeps every member", function()
  local raw = one('{"listId":9,"updatedNote":[{"noteId":9007199254740993,"x":1.50,"s":"\\"é\\n","n":{"a":[]},"t":true}]}').raw
  local entry = json.decode(raw)
  t.equal(entry.noteId, 9007199254740993)
  t.equal(entry.x, 1.5)
  t.equal(entry.s, '"é\n')
  t.equal(json.is_array(entry.n.a), true)
  t.equal(entry.t, true)
  raw = one('{"listId":9,"updatedNote":[{"noteId":1,"a \\"b":2}]}').raw
  t.equal(json.decode(raw)['a "b'], 2)
end)

t.test("what nobody knows is no event", function()
  local deep = ("["):rep(40) .. ("]"):rep(40)
  for _, text in ipairs {
    "", "nonsense", "null", "1", '"x"', "[]", "{}", '[{"listId":2}]', '{"listId":2}', '{"listId":2,"updatedLead":[]}',
    '{"listId":13,"createdThing":[{"id":1}]}', '{"updatedLead":[{"leadId":1}]}', '{"listId":"x","updatedLead":[{"leadId":1}]}',
    '{"listId":2,"updatedLead":[1]}', '{"listId":2,"updatedLead":[null]}', '{"listId":2,"updatedLead":[{"leadId":1},[]]}',
    '{"listId":2,"updatedLead":{"leadId":1}}', '{"eventType":"lead.updated","data":{"lead":{"id":1}}}',
    '{"listId":2,"updated Lead":[{"leadId":1}]}', '{"listId":2,"updatedLead":[{"leadId":1}],"deep":' .. deep .. '}',
    '{"listId":2,"updatedLead":[{"leadId":1}]', '{"listId":2,"updatedLead":[{"leadId":1}]}x',
    '{"listId":2,"updatedLead":[{"leadId":1}],"updatedLead":[{"leadId":2}]}',
    '{"listId":2,"updatedLead":[{"leadId":1}],"updatedLead" : [{"leadId":2}]}',
    '{"listId":2,"updatedLead":[{"leadId":99999999999999999999}]}', '{"listId":2,"updatedLead":[{"a":"\xff"}]}',
  } do
    local events, why = events_of(text)
    t.equal(events, nil)
    t.equal(type(why), "string")
  end
end)

t.test("five thousand events are read, a bomb of them is not", function()
  local function body(count) return '{"listId":2,"updatedLead":[' .. ('{"leadId":1},'):rep(count - 1) .. '{"leadId":1}]}' end
  t.equal(#events_of(body(5000)), 5000)
  t.equal(events_of(body(10001)), nil)
end)

t.test("a text that looks like an array's name is none", function()
  t.equal(#events_of '{"listId":2,"event":"updatedLead","updatedLead":[{"leadId":1}]}', 1)
end)

