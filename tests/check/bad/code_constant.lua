local lofty = require "lofty"
local try, code = lofty.try, lofty.code
local _, err = try(lofty.tasks.finish, 5)
if err and err:is(code.TASK_IS_SMARTPAN) then print("left") end
--: 4:24 lofty.code has no TASK_IS_SMARTPAN; did you mean TASK_IS_SMARTPLAN?
--: said
