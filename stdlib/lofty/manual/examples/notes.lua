--- Examples of notes for the manual (lofty.manual.examples).
local M = {}

M.list = [[
local lead = lofty.leads.find { email = "hollis.greer@example.com" }
for _, note in ipairs(lofty.notes.list { leadId = lead.leadId, includeSystemNote = true }) do
  print(note.createTime, note.isPin and "pinned" or "", note.content)
end]]

M.get = [[
local lead = lofty.leads.find { email = "hollis.greer@example.com" }
local id = lofty.notes.list { leadId = lead.leadId }[1].noteId
local note = lofty.notes.get(id)
print(note.content, note.creatorName)]]

M.create = [[
local lead = lofty.leads.find { email = "nora.ashby@example.com" }
lofty.notes.create {
  leadId = lead.leadId, content = "Called back; wants two bedrooms at the harbor.", isPin = true,
}]]

M.update = [[
local lead = lofty.leads.find { email = "hollis.greer@example.com" }
local note = lofty.notes.list { leadId = lead.leadId }[1]
lofty.notes.update(note.noteId, { content = note.content .. " Confirmed.", isPin = note.isPin })]]

M.delete = [[
-- loftyrun: allow delete_notes
local lead = lofty.leads.find { email = "clara.venning@example.com" }
local note = lofty.notes.list { leadId = lead.leadId }[1]
lofty.notes.delete(note.noteId)]]

M.edit = [[
local lead = lofty.leads.find { email = "hollis.greer@example.com" }
local note = lofty.notes.list { leadId = lead.leadId }[1]
local before = lofty.notes.edit(note.noteId, { content = "Prefers a fenced yard; budget 480k." })
print("was: " .. before.content)]]

M.pin = [[
local lead = lofty.leads.find { email = "clara.venning@example.com" }
local note = lofty.notes.list { leadId = lead.leadId }[1]
lofty.notes.pin(note.noteId)]]

M.unpin = [[
local lead = lofty.leads.find { email = "malik.johnston@example.com" }
for _, note in ipairs(lofty.notes.list { leadId = lead.leadId }) do
  if note.isPin then lofty.notes.unpin(note.noteId) end
end]]

M.wait = [[
local lead = lofty.leads.find { email = "nora.ashby@example.com" }
local made = lofty.notes.create { leadId = lead.leadId, content = "Left a message." }
print(lofty.notes.wait(made.noteId).createTime)]]

return M
