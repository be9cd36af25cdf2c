-- Runs a shipped script as if it were another time of day: at.lua INSTANT SCRIPT [ARG...]. Its header stands for the
-- script's, whose own is tried where the time does not matter.
-- loftyrun: allow send_email, quiet 18:00-9:00
-- loftyrun: allow send_sms, quiet 18:00-9:00
local clock = require "native.clock"
local reading = require "lofty.time.reading"

local instant, script = arg[1], arg[2]
local moment = assert(reading.parse(instant))
clock.now = function() return moment end
rawset(_G, "arg", table.move(arg, 3, #arg + 1, 1, { [0] = script }))
dofile(script)
