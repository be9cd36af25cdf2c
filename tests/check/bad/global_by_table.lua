count = 5
print(_G.conut)
--: 2:10 undefined global "conut"; did you mean "count"?
--: said
