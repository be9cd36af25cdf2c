local count = 3
pirnt(count)
--: 2:1 undefined global "pirnt"; did you mean "print"?
--: said
