local lofty = require "lofty"
local fine, err = pcall(lofty.tasks.get, 1)
if not fine and lofty.error.is_error(err) and err.code == "TASK_NOT_EXIST" then print("gone") end
