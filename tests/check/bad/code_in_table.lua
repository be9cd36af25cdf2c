local lofty = require "lofty"
local LEFT = { TASK_IS_SMARTPLAN = "smart plan", TASK_NOT_EXISTS = "gone" }
local _, err = lofty.try(lofty.tasks.finish, 5)
if err and LEFT[err.code] then print(LEFT[err.code]) end
--: 2:50 err.code: "TASK_NOT_EXISTS" is not a code in the catalogue; did you mean "TASK_NOT_EXIST"?
