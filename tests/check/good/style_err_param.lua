local lofty = require "lofty"
local function handle(err, codes)
  for _, c in ipairs(codes) do if err.code == c then return true end end
  return false
end
local _, err = lofty.try(lofty.tasks.get, 1)
print(handle(err, { "TASK_NOT_EXIST", "TASK_IS_SMARTPLAN" }))
