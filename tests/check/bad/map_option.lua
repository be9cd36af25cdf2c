local lofty = require "lofty"
lofty.map({ 1, 2 }, print, { concurency = 4 })
--: 2:30 lofty.map: unknown option "concurency"; did you mean "concurrency"?
--: said
