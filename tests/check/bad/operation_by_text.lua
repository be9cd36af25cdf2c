local lofty = require "lofty"
lofty["leads"]["lits"] {}
--: 2:16 lofty.leads has no operation "lits"; did you mean "list"?
--: said
