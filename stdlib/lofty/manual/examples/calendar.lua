--- Examples of calendar for the manual (lofty.manual.examples).
local M = {}

M.list = [[
local zone = "America/New_York"
local today = lofty.time.midnight(lofty.now(), zone)
local week = { startTimeMs = today, endTimeMs = lofty.time.midnight(today, zone, 7) }
for entry in lofty.calendar.each(week) do
  print(lofty.time.iso(entry.startAtMs, zone), entry.type, entry.title)
end]]

M.available_meetings = [[
local start = lofty.time.at("next business day 9am", "America/New_York")
local slots = lofty.calendar.available_meetings {
  startTimeMs = start, endTimeMs = lofty.time.add(start, { hours = 8 }),
}
for _, slot in ipairs(slots) do print(slot.startTime, slot.endTime) end]]

M.create = [[
local lead, zone = lofty.leads.find { email = "clara.venning@example.com" }, "America/New_York"
local start = lofty.time.at("next business day 10am", zone)
lofty.calendar.create {
  type = "APPOINTMENT", leadId = lead.leadId, content = "Price opinion", timeZoneCode = zone,
  startAtMs = start, endAtMs = lofty.time.add(start, { hours = 1 }),
}]]

M.update = [[
local entry = lofty.calendar.list { startTimeMs = lofty.now(), desc = false }[1]
lofty.calendar.update(entry.id, { content = entry.content .. " (bring the folder)" })]]

M.finish = [[
local lead = lofty.leads.find { email = "hollis.greer@example.com" }
local overdue = lofty.calendar.list { leadId = lead.leadId, endTimeMs = lofty.now() }
for _, entry in ipairs(overdue) do lofty.calendar.finish(entry.id) end]]

M.unfinish = [[
local lead = lofty.leads.find { email = "joan.petrakis@example.com" }
local past = { leadId = lead.leadId, endTimeMs = lofty.now(), includeFinished = true }
for entry in lofty.calendar.each(past) do
  if entry.finished then lofty.calendar.unfinish(entry.id) end
end]]

M.delete = [[
-- loftyrun: allow delete_tasks
local lead = lofty.leads.find { email = "joan.petrakis@example.com" }
local entry = lofty.calendar.list { leadId = lead.leadId, startTimeMs = lofty.now() }[1]
lofty.calendar.delete(entry.id)]]

return M
