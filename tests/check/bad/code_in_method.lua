local lofty = require "lofty"
local _, err = lofty.try(lofty.tasks.finish, 5)
if err and err:is("TASK_NOT_EXIST", "LEAD_NOT_EXSIT") then print("gone") end
--: 3:37 err:is: "LEAD_NOT_EXSIT" is not a code in the catalogue; did you mean "LEAD_NOT_EXIST"?
--: said
