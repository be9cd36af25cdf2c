local lofty = require "lofty"
lofty.taks.finish(5)
--: 2:7 lofty has no "taks"; did you mean "tasks"?
--: said
