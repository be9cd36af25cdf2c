local lofty = require "lofty"
lofty.try(lofty.tasks.finish, 5)
--: 2:1 lofty.try: its error is thrown away; write local _, err = lofty.try(...) and look at err, or call without try, which raises
