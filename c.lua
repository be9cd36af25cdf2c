-- loftyrun: allow delete_notes, at most 2 a run
local lofty = require "lofty"
local ids = lofty.leads.list{limit=3}
print(pcall(lofty.notes.delete, 77))
print(pcall(lofty.notes.delete, 78))
local n = lofty.notes.create { leadId = ids[1].leadId, content = "x" }
print(pcall(lofty.notes.delete, n.noteId))
