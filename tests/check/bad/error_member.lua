local lofty = require "lofty"
local _, err = lofty.try(lofty.tasks.finish, 5)
if err then print(err.mesage) end
--: 3:23 an error has no "mesage"; did you mean "message"?
