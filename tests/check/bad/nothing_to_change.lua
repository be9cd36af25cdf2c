local lofty = require "lofty"
lofty.tasks.update(5, {})
--: 2:23 tasks.update: needs at least one of content, startAt, endAt and address
--: said
