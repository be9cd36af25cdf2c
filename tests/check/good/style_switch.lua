local lofty = require "lofty"
local code = lofty.code
local actions = {
  [code.TASK_IS_SMARTPLAN] = function() print "plan" end,
  [code.TASK_NOT_EXIST] = function() print "gone" end,
  default = function(e) error(e, 0) end,
}
local task, err = lofty.try(lofty.tasks.get, 1)
if not task then (actions[err.code] or actions.default)(err) end
