-- loftyrun: alow delete_notes
print("x")
--: 1:4 a grant is written "-- loftyrun: allow NAME", not "-- loftyrun: alow delete_notes"
--: said
