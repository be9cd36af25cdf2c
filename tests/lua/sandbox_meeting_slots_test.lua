-- Free hours in the calendar: working hours without appointments.
local t = require "harness"
local json = require "native.json"
local box = require "sandbox_box"

local CLARA = 651095960140018
local DAY = 86400000

local function create(b, fields)
  fields.type, fields.content, fields.timeZoneCode = "APPOINTMENT", "Tour", "America/New_York"
  fields.leadId = fields.leadId or CLARA
  return b:ok("POST", "/v2.0/calendar", nil, fields).data
end

local MEETINGS = "/v2.0/calendar/meetings/available"

t.test("free hours, without the appointments", function()
  local b = box.new "empty"
  -- Thursday to Friday evening, UTC: two days of eight hours.
  local query = { startTime = "2026-02-26T00:00:00Z", endTime = "2026-02-28T00:00:00Z" }
  local data = b:ok("GET", MEETINGS, query).data
  t.equal(data.total, 16)
  t.equal(#data.slots, 10)
  t.equal(data.slots[1], { startTime = "2026-02-26T14:00:00Z", endTime = "2026-02-26T15:00:00Z",
    startTimeMs = 1772114400000, endTimeMs = 1772118000000 })
  local weekend = b:ok("GET", MEETINGS,
    { startTime = "2026-02-28T00:00:00Z", endTime = "2026-03-02T15:00:00Z", limit = 1 })
  t.equal(weekend.data, { total = 1, slots = { { startTime = "2026-03-02T14:00:00Z", endTime = "2026-03-02T15:00:00Z",
    startTimeMs = 1772460000000, endTimeMs = 1772463600000 } } })
  local late = b:ok("GET", MEETINGS, { startTime = "2026-02-26T14:00:01Z", endTime = "2026-02-26T17:59:59Z" }).data
  t.equal(box.pluck(late.slots, "startTime"), { "2026-02-26T15:00:00Z", "2026-02-26T16:00:00Z" })
  create(b, { leadId = b:ok("POST", "/v1.0/leads", nil, { firstName = "Edda" }).leadId,
    startAt = "2026-02-26T15:00:00Z", endAt = "2026-02-26T16:00:00Z" })
  t.equal(b:ok("GET", MEETINGS, query).data.total, 15, "one hour exactly")
  b = box.new "demo"
  local before = b:ok("GET", MEETINGS, query).data.total
  local made = create(b, { startAt = "2026-02-26T14:30:00Z", endAt = "2026-02-26T15:30:00Z" })
  data = b:ok("GET", MEETINGS, query).data
  t.equal(data.total, before - 2)
  t.equal(data.slots[1].startTime, "2026-02-26T16:00:00Z")
  b:ok("POST", "/v2.0/calendar/" .. made.id .. "/finish")
  t.equal(b:ok("GET", MEETINGS, query).data.total, before)
  local longest = { startTimeMs = box.START + 1, endTimeMs = box.START + 1 + 90 * DAY, limit = 1000 }
  data = b:ok("GET", MEETINGS, longest).data
  t.ok(data.total > 400)
  t.equal(#data.slots, data.total)
end)

for _, query in ipairs {
  {}, { startTimeMs = box.START + DAY }, { endTimeMs = box.START + DAY },
  { startTimeMs = box.START, endTimeMs = box.START + DAY },
  { startTimeMs = box.START + DAY, endTimeMs = box.START + DAY },
  { startTimeMs = box.START + 1, endTimeMs = box.START + 2 + 90 * DAY },
  { startTimeMs = box.START + 1, endTimeMs = box.START + DAY, limit = 0 },
  { startTime = "2026-02-26T00:00:00", endTimeMs = box.START + 9 * DAY },
} do
  t.test("no free hours for " .. json.encode(query), function()
    local status, number = box.new("empty"):refused("GET", MEETINGS, query)
    t.equal(status, 400)
    t.equal(number, 20012)
  end)
end

