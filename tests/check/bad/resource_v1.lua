local lofty = require "lofty"
lofty.v1.taks.create {}
--: 2:10 lofty.v1 has no "taks"; did you mean "tasks"?
--: said
