local lofty = require "lofty"
local code = lofty.code
local QUIET = { [code.TASK_IS_SMARTPLAN] = true, TASK_NOT_EXIST = true, LEAD_NOT_EXIST = "gone" }
local _, err = lofty.try(lofty.tasks.finish, 1)
if err then
  print(QUIET[err.code], err:is(200100, "TASK_NOT_EXIST"), err.code == 200100, err.code == code.NOT_FOUND)
  for _, name in ipairs { "TIMEOUT", "CONNECT_FAILED" } do
    if err.code == name then print("later") end
  end
end
for name in pairs(code) do assert(#name > 0) end
