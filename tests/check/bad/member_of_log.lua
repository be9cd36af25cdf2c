local lofty = require "lofty"
lofty.log.warning("left alone")
--: 2:11 lofty.log has no "warning"; it has debug, error, info, warn
