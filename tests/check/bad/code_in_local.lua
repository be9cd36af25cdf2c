local lofty = require "lofty"
local PLAN = "TASK_IS_SMARTPAN"
local _, err = lofty.try(lofty.tasks.finish, 9)
if err and err.code == PLAN then print "plan" end
--: 4:24 err.code: "TASK_IS_SMARTPAN" is not a code in the catalogue; did you mean "TASK_IS_SMARTPLAN"?
