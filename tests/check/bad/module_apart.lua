local lofty = require "lofty"
local options = lofty.args.parse({ purpose = "x" }, arg)
print(options)
--: 2:23 lofty has no "args": it is a module of its own, require "lofty.args"
--: said
