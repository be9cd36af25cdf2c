local lofty = require "lofty"
local function describe(code) return code.anything or code end
print(describe("TASK_IS_SMARTPAN"), lofty.code.TASK_IS_SMARTPLAN)
