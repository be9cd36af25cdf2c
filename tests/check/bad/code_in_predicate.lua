local lofty = require "lofty"
local function is_plan(err) return err.code == "TASK_IS_SMARTPAN" end
local _, e = lofty.try(lofty.tasks.finish, 9)
print(e and is_plan(e))
--: 2:48 err.code: "TASK_IS_SMARTPAN" is not a code in the catalogue; did you mean "TASK_IS_SMARTPLAN"?
