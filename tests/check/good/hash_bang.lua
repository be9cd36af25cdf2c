#!/usr/bin/env loftyrun
local lofty = require "lofty"
print(lofty.now() > 0)
