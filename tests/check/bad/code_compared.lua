local lofty = require "lofty"
local _, err = lofty.try(lofty.tasks.finish, 5)
if err and err.code == "TASK_IS_SMARTPAN" then print("left") end
--: 3:24 err.code: "TASK_IS_SMARTPAN" is not a code in the catalogue; did you mean "TASK_IS_SMARTPLAN"?
