local t = {}
table.inset(t, 1)
--: 2:7 table has no "inset"; did you mean "insert"?
