local lofty = require "lofty"
local _, err = lofty.try(lofty.tasks.finish, 5)
for _, name in ipairs { "TASK_NOT_EXIST", "LEAD_NOT_EXSIT" } do
  if err and err.code == name then print("gone") end
end
--: 3:43 err.code: "LEAD_NOT_EXSIT" is not a code in the catalogue; did you mean "LEAD_NOT_EXIST"?
