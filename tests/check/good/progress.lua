local lofty = require "lofty"
for item in lofty.progress({ 1, 2, 3 }, { name = "import", total = 3 }) do assert(item) end
lofty.log.info("done", { items = 3, anything = true })
lofty.log["debug"]("more")
