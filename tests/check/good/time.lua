local lofty = require "lofty"
local time = lofty.time
print(time.iso(lofty.now() + 2 * time.DAY, "America/New_York") ~= nil, time.MINUTE, time.HOUR)
print(time.fields(0, "UTC").year, time.duration("5m"))
