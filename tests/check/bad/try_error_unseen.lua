local lofty = require "lofty"
local _, err = lofty.try(lofty.tasks.finish, 5)
print("finished")
--: 2:10 lofty.try: nobody looks at err, so what Lofty refuses goes unseen
