local lofty = require "lofty"
local function onerr(e) if type(e) == "table" then return e end return debug.traceback(e, 2) end
local ok, e = xpcall(lofty.tasks.get, onerr, 1)
print(ok, tostring(e):sub(1, 14))
