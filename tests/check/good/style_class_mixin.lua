local lofty = require "lofty"
local function mixin(target, ...) for _, m in ipairs { ... } do for k, v in pairs(m) do target[k] = v end end return target end
local Logging = { log = function(self, m) self.lines[#self.lines + 1] = m end }
local Job = mixin({ lines = {} }, Logging)
Job:log("a") Job.log(Job, "b")
print(#Job.lines, lofty.code ~= nil)
