local lofty = require "lofty"
local _, err = lofty.try(lofty.tasks.finish, 1)
if err then
  if err.code == "TASK_NOT_EXIST" then return
  elseif err.code == "TASK_IS_SMARTPAN" then return end
  error(err, 0)
end
--: 5:22 err.code: "TASK_IS_SMARTPAN" is not a code in the catalogue; did you mean "TASK_IS_SMARTPLAN"?
