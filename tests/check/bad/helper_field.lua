local lofty = require "lofty"
lofty.notes.edit(5, { pin = true })
--: 2:23 notes.edit: unknown parameter "pin"; did you mean "isPin"?
--: said
