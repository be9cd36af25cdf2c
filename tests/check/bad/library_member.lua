local names = { "b", "a" }
table.sotr(names)
--: 2:7 table has no "sotr"; did you mean "sort"?
