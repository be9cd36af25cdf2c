local lofty = require "lofty"
local l = lofty.leads.list{ limit = 1 }[1]
if l.stage = "Hot" then print(1) end
--: 3:12 'then' expected near '='
