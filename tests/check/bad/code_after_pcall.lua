local lofty = require "lofty"
local ok, err = pcall(lofty.tasks.finish, 9)
if not ok and err.code == "TASK_IS_SMARTPAN" then print "plan" end
--: 3:27 err.code: "TASK_IS_SMARTPAN" is not a code in the catalogue; did you mean "TASK_IS_SMARTPLAN"?
