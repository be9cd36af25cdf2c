local lofty = require "lofty"
local key = "welcome " .. 5
local done, before = lofty.once(key, function() return { id = 5 } end, { ttl = "365d", wait = 5 })
print(done.id, before)
print(lofty.once(651095960136641, function() return true end))
